package dev.afterimage.shadowpaging;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Who flips, and who waits: one leads at a time, in its own thread, and those whose batch it does not flip wait for it.
 *
 * <p>A lone committer takes the lead, flips and returns: it is woken by nobody and wakes nobody. Who finds somebody leading puts itself on its batch's stack (Treiber, 1986) and parks. Whoever has led gives up the lead first, then wakes one of
 * those whose batch gathers, the heir, so that the next flip begins while it tells the others of this one.
 *
 * <p>Why no wake-up is lost. All accesses to the lead, to {@code isOver} and to the stacks are sequentially consistent.
 * <ol>
 *   <li>A thread parks only if, after it was on its batch's stack, it saw that the batch was not over and that somebody led.
 *   <li>A batch is over before its stack is taken and all on it are woken: so who is on the stack by then is woken, and who comes later sees that it is over.
 *   <li>While nobody leads, only the batch that gathers is not over. Whoever gives up the lead looks at that batch's stack afterwards. So a thread on it either saw that nobody leads, and did not park, or is seen; then one of
 *       that stack is woken. It finds the lead free, and flips the batch for all; or somebody came first, and does.
 *   <li>After a failure everything is over, and each that leads, and {@link #wakeAll}, wakes all.
 * </ol>
 * Interrupts neither end a wait nor get lost (rule F3).
 */
final class FlipQueue {
    /** What there is to flip. */
    interface Duty {
        /** Whether there is nothing to wait for any more: the batch is durable, or never will be. */
        boolean isOver(CommitBatch batch);

        /** Makes durable, or fails for good, all that gathers, and throws if it fails; answers what was flipped, if anything. One thread at a time. */
        @Nullable CommitBatch flip();

        /** What is left to do when a flip is through and somebody else may lead the next. */
        void tidyUp(CommitBatch flipped);

        /** The batch that gathers. */
        CommitBatch gathering();

        /** The batch flipped last, where that failed. */
        @Nullable CommitBatch failed();
    }

    /** One that waits, on the stack of its batch. */
    static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private @Nullable Waiter below;
    }

    private final Duty duty;
    private final AtomicBoolean led = new AtomicBoolean();

    FlipQueue(Duty duty) {
        this.duty = duty;
    }

    /** Returns when a batch is over, leading its flip where nobody else does; throws what leading throws. */
    void await(CommitBatch batch) {
        if (duty.isOver(batch)) {
            return;
        }
        if (led.compareAndSet(false, true)) {
            leadFor(batch);
        } else {
            follow(batch);
        }
    }

    /** Whether somebody leads. */
    boolean isLed() {
        return led.get();
    }

    private void follow(CommitBatch batch) {
        push(new Waiter(), batch.waiters());
        boolean interrupted = false;
        try {
            while (!duty.isOver(batch)) {
                if (led.compareAndSet(false, true)) {
                    leadFor(batch);
                } else {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void leadFor(CommitBatch batch) {
        CommitBatch flipped = null;
        boolean done = false;
        try {
            if (!duty.isOver(batch)) {
                flipped = duty.flip();
            }
            done = true;
        } finally {
            led.set(false);
            if (done) {
                wakeOne(duty.gathering().waiters());
                if (flipped != null) {
                    wake(flipped.waiters());
                    duty.tidyUp(flipped);
                }
            } else {
                wakeAll();
            }
        }
    }

    /** Wakes everybody, after a failure. */
    void wakeAll() {
        CommitBatch failed = duty.failed();
        if (failed != null) {
            wake(failed.waiters());
        }
        wake(duty.gathering().waiters());
    }

    private static void push(Waiter waiter, AtomicReference<@Nullable Waiter> stack) {
        Waiter top;
        do {
            top = stack.get();
            waiter.below = top;
        } while (!stack.compareAndSet(top, waiter));
    }

    private static void wakeOne(AtomicReference<@Nullable Waiter> stack) {
        Waiter heir = stack.get();
        if (heir != null) {
            LockSupport.unpark(heir.thread);
        }
    }

    private static void wake(AtomicReference<@Nullable Waiter> stack) {
        for (Waiter waiter = stack.getAndSet(null); waiter != null; waiter = waiter.below) {
            LockSupport.unpark(waiter.thread);
        }
    }
}
