package dev.afterimage.buffer;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A wait for a frame to come free, in bounded rounds.
 *
 * <p>Unpinning is too frequent to signal anybody, so the waiter looks again, soon at first and then about every millisecond. It counts rounds instead of asking
 * a clock (rule N1), and keeps an interrupt for later (rule F3): an interrupted thread would not sleep at all, and give up too soon.
 */
final class FrameWait {
    private static final long FIRST_NANOS = 20_000;
    private static final long LAST_NANOS = 1_000_000;

    private final long patienceNanos;
    private long nanos = FIRST_NANOS;
    private long waitedNanos;
    private boolean interrupted;

    FrameWait(Duration patience) {
        patienceNanos = patience.toNanos();
    }

    /** Waits one round; false if patience is at its end. */
    boolean next() {
        if (waitedNanos >= patienceNanos) {
            return false;
        }
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(this, nanos);
        waitedNanos += nanos;
        nanos = Math.min(nanos * 2, LAST_NANOS);
        return true;
    }

    /** Puts an interrupt back that came while waiting. */
    void end() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
