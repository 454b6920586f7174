package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Work on a thread of its own, and how it ended. A thread that hangs keeps neither the test nor the virtual machine. */
final class Call {
    private static final long LONG_MILLIS = 20_000;
    /** Who waits for this long without a break waits for a lock that nobody will give back; for less, perhaps for a class to be loaded, or for a thread that is just ending. */
    private static final long WAITS_FOR_EVER_NANOS = 3_000_000_000L;

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
        long ran = System.nanoTime();
        while (call.thread.isAlive()) {
            if (call.thread.getState() != Thread.State.WAITING) {
                ran = System.nanoTime();
            }
            assertTrue(System.nanoTime() - ran < WAITS_FOR_EVER_NANOS, "it waits for a lock that an earlier call has kept");
            call.thread.join(1);
        }
        return call.problem.get();
    }
}
