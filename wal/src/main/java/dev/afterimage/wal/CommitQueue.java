package dev.afterimage.wal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Group commit: of all who wait for the log to be durable, one leads and syncs for everybody, the others follow.
 *
 * <p>A lone committer takes the lead, syncs on its own thread and returns: no hand-over. Who finds somebody leading registers and parks; the leader's sync may have
 * begun too early for it, and then one of those left over leads next, for all of them.
 *
 * <p>Why no wake-up is lost:
 * <ol>
 *   <li>A thread parks only if, after it had registered, it saw that somebody led.
 *   <li>Whoever gives up the lead wakes afterwards: so a registration before that moment is seen, and after that moment the lead is free to take.
 *   <li>Waking unparks all who are served, registers the others again, and then unparks one of them, the heir.
 *   <li>A waiter that leaves without having led (it was served, perhaps while it was the heir) wakes in turn if nobody leads and somebody is registered.
 * </ol>
 * So as long as anybody is registered, somebody leads or an unparked thread is on its way to lead or to wake. Registration is a stack without locks (Treiber,
 * 1986). Interrupts neither end a wait nor get lost.
 *
 * <p>It knows nothing of any log's format, so that a strategy with a log of its own shares it. Safe for many threads.
 */
public final class CommitQueue {
    /** What there is to lead. */
    public interface Duty {
        /** Everything before this position is done. Never goes back. */
        long done();

        /** Whether there will be no more progress. */
        boolean failed();

        /** Brings {@link #done()} up to all that was asked for before this call, or fails for good and throws. One thread at a time. */
        void lead();
    }

    private static final class Waiter {
        final Thread thread = Thread.currentThread();
        final long target;
        volatile boolean gone;
        @Nullable Waiter next;

        Waiter(long target) {
            this.target = target;
        }
    }

    private final Duty duty;
    private final AtomicBoolean led = new AtomicBoolean();
    private final AtomicReference<@Nullable Waiter> registered = new AtomicReference<>();

    /** Nobody waits yet. */
    public CommitQueue(Duty duty) {
        this.duty = duty;
    }

    /** Returns once the duty is done up to {@code target}, or has failed; throws what leading throws. */
    public void await(long target) {
        if (duty.done() >= target) {
            return;
        }
        if (led.compareAndSet(false, true)) {
            leadFor(target);
        } else {
            follow(target);
        }
    }

    private void leadFor(long target) {
        try {
            if (duty.done() < target) {
                duty.lead();
            }
        } finally {
            led.set(false);
            wake();
        }
    }

    private void follow(long target) {
        Waiter self = new Waiter(target);
        register(self);
        boolean interrupted = false;
        boolean hasLed = false;
        try {
            while (duty.done() < target && !duty.failed()) {
                if (led.compareAndSet(false, true)) {
                    hasLed = true;
                    self.gone = true;
                    leadFor(target);
                } else {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            self.gone = true;
            if (!hasLed && registered.get() != null && !led.get()) {
                wake();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void register(Waiter waiter) {
        Waiter first;
        do {
            first = registered.get();
            waiter.next = first;
        } while (!registered.compareAndSet(first, waiter));
    }

    private void wake() {
        Waiter waiter = registered.getAndSet(null);
        boolean failed = duty.failed();
        long done = duty.done();
        Waiter served = null;
        Waiter heir = null;
        while (waiter != null) {
            Waiter next = waiter.next;
            if (!waiter.gone) {
                if (failed || waiter.target <= done) {
                    waiter.next = served;
                    served = waiter;
                } else {
                    register(waiter);
                    heir = waiter;
                }
            }
            waiter = next;
        }
        if (heir != null) { // first of all, so that the next sync begins while the others are told of this one
            LockSupport.unpark(heir.thread);
        }
        for (; served != null; served = served.next) {
            LockSupport.unpark(served.thread);
        }
    }
}
