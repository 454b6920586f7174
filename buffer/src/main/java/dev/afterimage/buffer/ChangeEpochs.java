package dev.afterimage.buffer;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Tells a checkpoint when every commit that began before it has put its pages into the cache, without ever making a commit wait.
 *
 * <p>Commits enter the current epoch and leave it when they are done. A checkpoint opens a new epoch and waits until the older one is empty; commits that come
 * meanwhile enter the new one. Two counters (in parts) are enough, because {@link RedoPoint} lets one caller at a time open an epoch, and the counter it reuses was seen empty by the one before.
 *
 * <p>The order that matters: a commit that entered an epoch sees all that was written before that epoch was opened, above all the redo point. So each
 * commit either is waited for, or decides about page images with the new redo point.
 */
final class ChangeEpochs {
    /** Ints between counters, so that they do not share a cache line. */
    private static final int STRIDE = 32;
    /** Each epoch is counted in so many parts, one for the threads of one number modulo this: commits on different cores share no counter. */
    private static final int PARTS = 16;

    private final AtomicIntegerArray commits = new AtomicIntegerArray((2 * PARTS + 1) * STRIDE);
    private volatile long epoch;
    private volatile @Nullable Thread waiter;

    /** Joins the current epoch and returns it; {@link #leave} must follow. Never waits. */
    long enter() {
        while (true) {
            long joined = epoch;
            commits.getAndIncrement(slot(joined, part()));
            if (epoch == joined) {
                return joined;
            }
            // A checkpoint opened the next epoch in between and may already have found this one empty.
            leave(joined);
        }
    }

    /** Leaves the epoch that {@link #enter} returned to the same thread. */
    void leave(long joined) {
        int left = commits.decrementAndGet(slot(joined, part()));
        assert left >= 0 : "a commit left epoch " + joined + " twice";
        Thread waiting = waiter;
        // Whether it was the last one, the waiter finds out: which threads share a part must not decide who is woken (rule N1).
        if (waiting != null && epoch != joined) {
            LockSupport.unpark(waiting);
        }
    }

    /** Opens the next epoch, then waits until all commits of the one before it have left. One caller at a time. An interrupt does not end it and stays pending. */
    void openNextAndAwaitOlder() {
        boolean interrupted = false;
        long older = epoch;
        waiter = Thread.currentThread();
        try {
            epoch = older + 1;
            while (anyIn(older)) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        } finally {
            waiter = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Looks at one part after the other: a part of an older epoch that was seen empty is entered only by those who leave again at once, because the epoch has moved on. */
    private boolean anyIn(long older) {
        for (int part = 0; part < PARTS; part++) {
            if (commits.get(slot(older, part)) != 0) {
                return true;
            }
        }
        return false;
    }

    private static int part() {
        return (int) Thread.currentThread().getId() & PARTS - 1;
    }

    private static int slot(long epoch, int part) {
        return STRIDE * (1 + 2 * part + (int) (epoch & 1));
    }
}
