package dev.afterimage.spitests.play;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * A thread that does one thing at a time while whoever asked waits: transactions are confined to their thread, so each actor has one, and since exactly one runs
 * at any moment a scenario plays out the same way every time.
 */
final class ActorThread implements AutoCloseable {
    private static final Duration ENDLESS = Duration.ofMinutes(1);

    /** Null for an actor who does everything on the thread of whoever asks. */
    @Nullable
    private final ExecutorService executor;
    private final AtomicReference<Thread> worker;
    private volatile boolean begun;
    private volatile boolean endless;

    private ActorThread(@Nullable ExecutorService executor, AtomicReference<Thread> worker) {
        this.executor = executor;
        this.worker = worker;
    }

    /** No thread of its own: work is done where it is asked for. */
    static ActorThread ofCaller() {
        return new ActorThread(null, new AtomicReference<>(Thread.currentThread()));
    }

    /** A thread of its own. */
    static ActorThread named(String name) {
        AtomicReference<Thread> worker = new AtomicReference<>();
        return new ActorThread(Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            worker.set(thread);
            return thread;
        }), worker);
    }

    /** Hands over, and waits; what the work threw is thrown here. */
    <T> T perform(Callable<T> work) {
        if (executor == null || Thread.currentThread() == worker.get()) {
            try {
                return work.call();
            } catch (Exception e) {
                throw rethrow(e);
            }
        }
        Future<T> step = executor.submit(work);
        awaitEnd(step);
        return finish(step);
    }

    /** Whether a step of this thread was given up. */
    boolean isEndless() {
        return endless;
    }

    /** A step waits for nobody: one that goes on and on never ends. */
    private void awaitEnd(Future<?> step) {
        try {
            step.get(ENDLESS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            endless = true;
            Thread thread = worker.get();
            IllegalStateException where = new IllegalStateException("where it was then");
            where.setStackTrace(thread.getStackTrace());
            throw new Violation("A3", "a step of " + thread.getName() + ", which waits for nobody: expected it to end, found it under way after " + ENDLESS.toSeconds() + " s", where);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // Whoever waits for it is told.
        }
    }

    /** Hands over without waiting. */
    <T> Future<T> start(Callable<T> work) {
        begun = false;
        return Objects.requireNonNull(executor, "an actor on the caller's thread cannot work beside it").submit(() -> {
            begun = true;
            return work.call();
        });
    }

    /**
     * Returns when what was started has ended, or its thread waits for somebody else. A thread that only waits for its turn to run is not waiting; a wait
     * that ends by itself may be seen as one, and then whoever asks goes on a little early, which does no harm.
     */
    void awaitBlockedOr(Future<?> started) {
        while (!started.isDone()) {
            Thread.State state = worker.get().getState();
            if (begun && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING || state == Thread.State.BLOCKED)) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Waits for what was started. */
    static <T> T finish(Future<T> started) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return started.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw rethrow(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrow(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException(failure);
    }

    @Override
    public void close() {
        if (executor != null) {
            executor.shutdownNow();
        }
    }
}
