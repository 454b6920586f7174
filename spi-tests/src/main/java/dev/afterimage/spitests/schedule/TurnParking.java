package dev.afterimage.spitests.schedule;

import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Takes the place of {@link LockSupport}, and of {@link Thread#onSpinWait()} and {@link Thread#sleep(long)}, in classes that a {@link Twin} loads. Threads that no
 * scheduler runs are none the wiser.
 */
public final class TurnParking {
    private TurnParking() {
    }

    /** {@link LockSupport#park()}. */
    public static void park() {
        park(null);
    }

    /** {@link LockSupport#park(Object)}. */
    public static void park(@Nullable Object blocker) {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            LockSupport.park(blocker);
        } else if (!me.permit && !me.isInterrupted()) {
            me.turns.block(me, me);
            me.permit = false;
        } else {
            me.permit = false;
        }
    }

    /** {@link LockSupport#parkNanos(long)}. */
    public static void parkNanos(long nanos) {
        parkNanos(null, nanos);
    }

    /** {@link LockSupport#parkNanos(Object, long)}. */
    public static void parkNanos(@Nullable Object blocker, long nanos) {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            LockSupport.parkNanos(blocker, nanos);
        } else if (nanos > 0 && !me.permit && !me.isInterrupted()) {
            me.turns.sleep(me, me, nanos);
            me.permit = false;
        } else if (nanos > 0) {
            me.permit = false;
        }
    }

    /** {@link LockSupport#unpark(Thread)}. */
    public static void unpark(@Nullable Thread thread) {
        if (thread instanceof ScheduledThread other && other.phase != ScheduledThread.Phase.DONE) {
            other.permit = true;
            other.turns.wake(other);
            Turns.pass();
        } else {
            LockSupport.unpark(thread);
        }
    }

    /** {@link LockSupport#getBlocker(Thread)}. */
    public static @Nullable Object getBlocker(Thread thread) {
        return LockSupport.getBlocker(thread);
    }

    /** {@link Thread#onSpinWait()}. */
    public static void onSpinWait() {
        if (ScheduledThread.current() == null) {
            Thread.onSpinWait();
        } else {
            Turns.passToAll();
        }
    }

    /** {@link Thread#sleep(long)}. */
    public static void sleep(long millis) throws InterruptedException {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            Thread.sleep(millis);
        } else {
            me.turns.sleep(me, new Object(), millis * 1_000_000);
        }
    }
}
