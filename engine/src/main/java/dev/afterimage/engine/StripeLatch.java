package dev.afterimage.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for a few dozen instructions: taken by one compare-and-set, let go of by a release, and nobody who lets go ever has to ask whether somebody waits. It is also the entry of one page, so that
 * both lie together.
 *
 * <p>The compare-and-set is an acquire and the letting go a release, so what one holder writes the next one sees; nothing is ordered against fields beside it. Who finds it taken looks again:
 * a few times at once, for its holder is at work on another core; then letting others run, for its holder may have been stopped where it was; then after pauses, for it may be stopped for
 * long. Nothing is fair here: the page locks' own queues are, and they are changed in the order in which the latch is had. Not reentrant.
 */
abstract class StripeLatch extends LockEntry {
    private static final int LOOKS = 100;
    private static final int YIELDS = 20;
    private static final long PAUSE_NANOS = 50_000;

    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(StripeLatch.class, "taken", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int taken;
    // So that two stripes do not share a cache line, nor a pair of them.
    @SuppressWarnings("unused")
    private long pad1, pad2, pad3, pad4, pad5, pad6, pad7, pad8;

    void lock() {
        if (!TAKEN.compareAndSet(this, 0, 1)) {
            lockLater();
        }
    }

    private void lockLater() {
        for (int looks = 0;; looks++) {
            if ((int) TAKEN.getOpaque(this) == 0 && TAKEN.compareAndSet(this, 0, 1)) {
                return;
            }
            if (looks < LOOKS) {
                Thread.onSpinWait();
            } else if (looks < LOOKS + YIELDS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    void unlock() {
        assert taken == 1;
        TAKEN.setRelease(this, 0);
    }
}
