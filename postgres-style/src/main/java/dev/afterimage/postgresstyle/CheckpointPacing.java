package dev.afterimage.postgresstyle;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.TimeSource;

/**
 * Spreads a checkpoint's writes: before each page it pauses, if the part of pages written is ahead both of the part of time gone by and of the part of log used up, of what is expected until the
 * next checkpoint. The rule is PostgreSQL's {@code IsCheckpointOnSchedule}; where it pauses 100 ms at a time, here a pause ends when the next page is due.
 *
 * <p>One thread.
 */
final class CheckpointPacing implements LongPredicate {
    /** Longest spread: however rare checkpoints are, a store must not take minutes to close. */
    private static final long SPREAD_MAX_NANOS = Duration.ofSeconds(30).toNanos();
    /** Shorter pauses are saved up: waiting is coarse. */
    private static final long PAUSE_MIN_NANOS = Duration.ofMillis(2).toNanos();
    private static final long PAUSE_MAX_NANOS = Duration.ofMillis(100).toNanos();

    private final long startNanos;
    private final double spreadNanos;
    private final long startLsn;
    private final double spreadLogBytes;
    private final @Nullable TimeSource time;
    private final @Nullable BackgroundTasks tasks;
    private final @Nullable LongSupplier logEnd;
    private long pages = -1;

    /** Over the expected time to the next checkpoint, times the completion target. */
    CheckpointPacing(long startNanos, long expectedIntervalNanos, long startLsn, PostgresStyleOptions options, TimeSource time, BackgroundTasks tasks, LongSupplier logEnd) {
        this.startNanos = startNanos;
        this.spreadNanos = Math.min(expectedIntervalNanos, SPREAD_MAX_NANOS) * options.completionTarget();
        this.startLsn = startLsn;
        this.spreadLogBytes = options.checkpointTriggerBytes() * options.completionTarget();
        this.time = time;
        this.tasks = tasks;
        this.logEnd = logEnd;
    }

    private CheckpointPacing() {
        startNanos = 0;
        spreadNanos = 0;
        startLsn = 0;
        spreadLogBytes = 0;
        time = null;
        tasks = null;
        logEnd = null;
    }

    /** Without pauses. */
    static CheckpointPacing immediate() {
        return new CheckpointPacing();
    }

    /** Pauses, or not; the checkpoint always goes on. */
    @Override
    public boolean test(long pagesLeft) {
        if (pages < 0) {
            pages = pagesLeft;
        }
        // An interrupt says that somebody waits for this thread to end: no more pauses.
        if (spreadNanos > 0 && pages > 0 && !Thread.currentThread().isInterrupted()) {
            pauseUntilDue((double) (pages - pagesLeft) / pages);
        }
        return true;
    }

    private void pauseUntilDue(double done) {
        double logUsed = (Objects.requireNonNull(logEnd).getAsLong() - startLsn) / spreadLogBytes;
        if (done < logUsed) {
            return;
        }
        long early = (long) (done * spreadNanos) - (Objects.requireNonNull(time).nanos() - startNanos);
        if (early >= PAUSE_MIN_NANOS) {
            Objects.requireNonNull(tasks).pause(Duration.ofNanos(Math.min(early, PAUSE_MAX_NANOS)));
        }
    }
}
