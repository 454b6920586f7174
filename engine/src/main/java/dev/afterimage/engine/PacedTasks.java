package dev.afterimage.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import org.jspecify.annotations.Nullable;

/** Background work whose spread checkpoint can be told to hurry: its pauses, and no other's, end early then. */
final class PacedTasks implements BackgroundTasks {
    private static final long SLICE_NANOS = Duration.ofMillis(20).toNanos();

    private final BackgroundTasks tasks;
    private volatile @Nullable Thread spreading;
    private final AtomicInteger inHurry = new AtomicInteger();

    PacedTasks(BackgroundTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public BackgroundTask repeat(String name, Duration period, Runnable work) {
        return tasks.repeat(name, period, work);
    }

    @Override
    public void pause(Duration duration) {
        long left = duration.toNanos();
        if (Thread.currentThread() != spreading) {
            tasks.pause(duration);
            return;
        }
        while (left > 0 && inHurry.get() == 0 && !Thread.currentThread().isInterrupted()) {
            tasks.pause(Duration.ofNanos(Math.min(left, SLICE_NANOS)));
            left -= SLICE_NANOS;
        }
    }

    /** The calling thread runs a checkpoint that spreads its writes. */
    void beginSpreading() {
        spreading = Thread.currentThread();
    }

    void endSpreading() {
        spreading = null;
    }

    /** From now until as many {@link #endHurry}, a spread checkpoint goes on without pauses. */
    void beginHurry() {
        inHurry.incrementAndGet();
    }

    void endHurry() {
        inHurry.decrementAndGet();
    }
}
