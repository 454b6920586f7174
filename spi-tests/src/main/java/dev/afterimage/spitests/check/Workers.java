package dev.afterimage.spitests.check;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStateConsumer;
import org.jspecify.annotations.Nullable;

/** Several threads that look at crash states. Once one has failed, those that come later are looked at no more. */
final class Workers implements CrashStateConsumer {
    private final ExecutorService threads;
    private final Semaphore ahead;
    private final Consumer<CrashState> look;
    private final AtomicReference<Failure> first = new AtomicReference<>();
    private long given;

    Workers(int threads, Consumer<CrashState> look) {
        this.threads = Executors.newFixedThreadPool(threads);
        this.ahead = new Semaphore(4 * threads);
        this.look = look;
    }

    /** The failure of one state; of several the one that comes first in the enumeration is told, so that every run tells the same. */
    private record Failure(long ordinal, Throwable cause) {
        static Failure earlier(Failure one, Failure other) {
            return one == null || other.ordinal < one.ordinal ? other : one;
        }
    }

    @Override
    public void accept(CrashState state) {
        start(state, () -> { });
    }

    @Override
    public void acceptAll(List<CrashState> states) {
        CountDownLatch left = new CountDownLatch(states.size());
        states.forEach(state -> start(state, left::countDown));
        boolean interrupted = false;
        while (true) {
            try {
                left.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void start(CrashState state, Runnable done) {
        long number = given++;
        if (first.get() != null) {
            done.run();
            return;
        }
        ahead.acquireUninterruptibly();
        threads.execute(() -> {
            try {
                look.accept(state);
            } catch (Throwable e) {
                first.accumulateAndGet(new Failure(number, e), Failure::earlier);
            } finally {
                ahead.release();
                done.run();
            }
        });
    }

    /** Waits for those that are under way, and lets the threads go. */
    void finish() {
        threads.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.HOURS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many states there were, up to the one that failed. */
    long looked() {
        return first.get() == null ? given : first.get().ordinal + 1;
    }

    /** What was thrown where the first of them failed; null if none did. */
    @Nullable
    Error failure() {
        Failure failure = first.get();
        if (failure == null) {
            return null;
        }
        return failure.cause instanceof Error error ? error : new AssertionError("the kit failed: " + failure.cause, failure.cause);
    }
}
