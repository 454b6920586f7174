package dev.afterimage.engine;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Closes a store: new calls are refused, waits for page locks end, calls under way are waited for, what is still active is rolled back, and then strategy, tasks,
 * lock and disk are closed, each even if the one before it threw.
 *
 * <p>Memory is never freed under a thread that may be using it. A page that another living thread keeps open holds the closing up for
 * {@value #PAGE_GRACE_MILLIS} ms; after that the store is let go of as a crash would: nothing reaches the disk any more, the memory is left to the process,
 * {@code close} throws, and the next opening recovers.
 */
final class StoreClosing {
    static final int PAGE_GRACE_MILLIS = 10_000;
    private static final long POLL_NANOS = 1_000_000;

    private final OpenStore store;
    private final StoreParts parts;
    private final ReentrantLock guard = new ReentrantLock();
    private boolean closed;
    private @Nullable RuntimeException problem;

    StoreClosing(OpenStore store, StoreParts parts) {
        this.store = store;
        this.parts = parts;
    }

    void close() {
        close(PAGE_GRACE_MILLIS);
    }

    void close(int pageGraceMillis) {
        refuseInsideCall();
        guard.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            letGo(pageGraceMillis);
        } finally {
            guard.unlock();
        }
        if (problem != null) {
            throw problem;
        }
    }

    /** A listener may be called inside a call of a transaction; closing there would wait for itself. */
    private void refuseInsideCall() {
        for (OpenTransaction transaction : store.active()) {
            if (transaction.owner() == Thread.currentThread() && transaction.gate().state() == CallGate.IN_CALL) {
                throw new TransactionStateException("close was called inside a call of transaction " + transaction.id()
                        + ", perhaps by a listener; close the store when that call has returned");
            }
        }
    }

    private void letGo(int pageGraceMillis) {
        store.health().close();
        step(store.lateRollback()::close);
        step(store.checkpoints()::close);
        boolean ended = endTransactions(pageGraceMillis);
        if (ended) {
            step(store::closeStrategy);
        } else {
            parts.disk().shut();
        }
        DaemonTasks tasks = parts.ownTasks();
        if (tasks != null) {
            step(tasks::close);
        }
        step(parts.lock()::close);
        parts.disk().shut();
        if (parts.ownsDisk()) {
            step(parts.disk()::close);
        }
    }

    private void step(Runnable closing) {
        try {
            closing.run();
        } catch (RuntimeException | Error e) {
            note(translated(e));
        }
    }

    private void note(RuntimeException e) {
        if (problem == null) {
            problem = e;
        } else {
            problem.addSuppressed(e);
        }
    }

    private RuntimeException translated(Throwable e) {
        if (e instanceof SyncFailedException || e instanceof StoreFailedException) {
            return new StoreFailedException("the store in " + parts.disk().description() + " is closed, but failed over it (" + e.getMessage()
                    + "): commits that did not wait for their sync may be lost; opening it recovers", e);
        }
        if (e instanceof DiskException || !(e instanceof RuntimeException)) {
            return new StoreException("the store in " + parts.disk().description() + " is closed, but not in good order: " + e.getMessage()
                    + "; opening it recovers", e);
        }
        return (RuntimeException) e;
    }

    /** Waits for calls under way and rolls back all that is active; false if pages stayed open for too long. */
    private boolean endTransactions(int pageGraceMillis) {
        boolean interrupted = false;
        try {
            for (int polls = 0;; polls++) {
                OpenTransaction keeper = null;
                for (OpenTransaction transaction : store.active()) {
                    if (take(transaction)) {
                        transaction.closeForStore();
                    } else if (transaction.gate().state() == CallGate.PAGES_OPEN) {
                        keeper = transaction;
                    }
                }
                if (store.active().isEmpty()) {
                    return true;
                }
                if (keeper != null && polls >= pageGraceMillis) {
                    note(new TransactionStateException("the store was closed while " + keeper + " of thread \"" + keeper.owner().getName()
                            + "\" kept a page open: it was let go of as a crash would, opening it recovers; close pages before the store"));
                    return false;
                }
                LockSupport.parkNanos(this, POLL_NANOS);
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean take(OpenTransaction transaction) {
        if (transaction.owner() == Thread.currentThread()) {
            return transaction.gate().takeWithPages();
        }
        if (!transaction.owner().isAlive()) {
            transaction.gate().takeFromDead();
            return true;
        }
        return transaction.gate().take();
    }
}
