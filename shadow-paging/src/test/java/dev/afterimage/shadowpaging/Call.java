package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Work on a thread of its own, and how it ended. A thread that hangs keeps neither the test nor the virtual machine. */
final class Call {
    private static final long LONG_MILLIS = 20_000;

    private final AtomicReference<Throwable> problem = new AtomicReference<>();
    private final Thread thread;

    Call(Runnable work) {
        thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable thrown) {
                problem.set(thrown);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns once it waits for others. */
    Call waits() {
        long start = System.nanoTime();
        while (thread.getState() != Thread.State.WAITING) {
            assertTrue(thread.isAlive(), () -> "it did not wait, but ended: " + problem.get());
            assertTrue(System.nanoTime() - start < LONG_MILLIS * 1_000_000, "it neither waited nor ended");
            Thread.onSpinWait();
        }
        return this;
    }

    /** Returns once it has ended: what it threw. */
    @Nullable Throwable ended() throws InterruptedException {
        thread.join(LONG_MILLIS);
        assertFalse(thread.isAlive(), "it has not ended");
        return problem.get();
    }

    /** The same, where nobody else is at work: then it has to wait for nothing, unless an earlier call has kept a lock. */
    static @Nullable Throwable alone(Runnable work) throws InterruptedException {
        Call call = new Call(work);
        while (call.thread.isAlive()) {
            assertFalse(call.thread.getState() == Thread.State.WAITING, "it waits for a lock that an earlier call has kept");
            call.thread.join(1);
        }
        return call.problem.get();
    }
}
