package dev.afterimage.engine;

import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.RetryableTransactionException;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.TransactionWork;

/**
 * Runs work in transactions until one commits: what {@code transact} and {@code call} do.
 *
 * <p>Whether to try again is decided by what became of the transaction, not by what the work threw: work that swallows or wraps a
 * deadlock has been rolled back all the same. Pauses are random and grow (exponential back-off with full jitter), so that those who met once do not meet
 * again; each attempt keeps the age of the first, so that the oldest is never the victim for ever.
 */
final class WorkAttempts {
    static final int ATTEMPTS_MAX = 100;
    private static final long PAUSE_MIN_NANOS = Duration.ofNanos(100_000).toNanos();
    private static final long PAUSE_MAX_NANOS = Duration.ofMillis(50).toNanos();

    private final OpenStore store;
    private final Set<Thread> atWork = ConcurrentHashMap.newKeySet();
    private final ReentrantLock randomGuard = new ReentrantLock();
    private final SplittableRandom random;

    WorkAttempts(OpenStore store, long seed) {
        this.store = store;
        random = new SplittableRandom(seed);
    }

    <T, E extends Exception> T call(TransactionOptions options, TransactionWork<T, E> work) throws E {
        Thread me = Thread.currentThread();
        if (!atWork.add(me)) {
            throw new TransactionStateException("transact was called inside the work of another transact on this store by thread \"" + me.getName()
                    + "\": do it all in one, or begin a transaction of your own");
        }
        try {
            long age = 0;
            for (int attempt = 1;; attempt++) {
                TransactionReference transaction = store.beginManaged(options, age);
                age = age == 0 ? transaction.id() : age;
                try {
                    T result = work.run(transaction);
                    transaction.commitNow();
                    return result;
                } catch (Throwable e) {
                    transaction.closeNow();
                    if (e instanceof Error || attempt == ATTEMPTS_MAX || !(transaction.endedBy() instanceof RetryableTransactionException)) {
                        throw e;
                    }
                }
                pause(attempt);
            }
        } finally {
            atWork.remove(me);
        }
    }

    private void pause(int attempt) {
        long bound = Math.min(PAUSE_MAX_NANOS, PAUSE_MIN_NANOS << Math.min(attempt, 20));
        long nanos;
        randomGuard.lock();
        try {
            nanos = random.nextLong(bound);
        } finally {
            randomGuard.unlock();
        }
        LockSupport.parkNanos(this, nanos);
    }
}
