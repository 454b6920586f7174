package dev.afterimage.innodbstyle;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.StoreException;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.DiskException;

/**
 * Frees the undo pages of finished transactions that no snapshot needs any more, behind transactions; and on a transaction's own thread, before the undo tablespace is made larger, so that it grows for need only
 * (rule L2) even where nothing runs in the background.
 *
 * <p>InnoDB's purge has to take away delete-marked rows as well, in the order of commits; here there is only space to be freed, one undo segment at a time, in one mini-transaction each, however long the segment is. What a
 * small transaction leaves in a cached undo segment is not purged at all: the next one writes over it.
 */
final class Purge implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(100);

    private final RollbackSegments segments;
    private final TransactionSystem transactions;
    private final FailureLatch failure;
    private final PageGroup group;
    private final ReentrantLock running = new ReentrantLock();
    private @Nullable BackgroundTask task;
    private volatile long pagesFreed;

    Purge(RollbackSegments segments, TransactionSystem transactions, FailureLatch failure, Supplier<PageGroup> groups) {
        this.segments = segments;
        this.transactions = transactions;
        this.failure = failure;
        this.group = groups.get();
    }

    /** Goes on in the background from now on. */
    void start(BackgroundTasks tasks) {
        task = tasks.repeat("purge", PERIOD, this::runQuietly);
    }

    /** A transaction left something behind that no cached segment takes care of. */
    void wake() {
        BackgroundTask started = task;
        if (started != null) {
            started.wake();
        }
    }

    /** It reports no error: what could not be freed is freed later, and whoever needs a page meets the error again. */
    private void runQuietly() {
        if (failure.hasFailed()) {
            return;
        }
        try {
            run();
        } catch (DiskException | StoreException leftForNextTime) {
            // The log and the doublewrite buffer report failures that are final; all others pass.
        }
    }

    /** Frees what can be freed now; returns at once if somebody else is doing it. The caller holds no latch and no reservation. */
    void run() {
        if (segments.historyLength() == 0 || !running.tryLock()) {
            return;
        }
        try {
            long limit = transactions.purgeLimit();
            for (RollbackSegment segment : segments.all()) {
                long freed = segment.purgeOldest(group, limit);
                while (freed > 0) {
                    pagesFreed += freed;
                    freed = Thread.currentThread().isInterrupted() ? 0 : segment.purgeOldest(group, limit);
                }
            }
        } finally {
            running.unlock();
        }
    }

    /** Undo pages freed since the store was opened. */
    long pagesFreed() {
        return pagesFreed;
    }

    @Override
    public void close() {
        BackgroundTask started = task;
        if (started != null) {
            started.close();
        }
    }
}
