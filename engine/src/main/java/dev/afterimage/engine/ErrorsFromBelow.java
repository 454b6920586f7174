package dev.afterimage.engine;

import dev.afterimage.api.CommitOutcomeUnknownException;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;

/**
 * What becomes of a transaction, and of its store, when the strategy or the disk beneath it throws; and what its caller gets to see.
 *
 * <p>An error from below is one of four kinds. A page that is not there, damaged or unreadable, or a cache that is too small, fails the call and leaves the transaction as it was. A
 * full disk, or a change the strategy refuses, rolls the transaction back. A failed sync, an error that leaves the outcome of a commit open, and a rollback that
 * fails, fail the store.
 *
 * <p>Each method does what the error asks for and returns what to throw. Called inside the transaction's {@link CallGate} only.
 */
final class ErrorsFromBelow {
    private final OpenTransaction transaction;
    private final OpenStore store;
    private final StoreHealth health;

    ErrorsFromBelow(OpenTransaction transaction, OpenStore store) {
        this.transaction = transaction;
        this.store = store;
        health = store.health();
    }

    /** What to throw when the strategy could not do {@code doing}, which left nothing half done. */
    RuntimeException refused(RuntimeException e, String doing) {
        if (e instanceof PageNotFoundException) {
            return new PageNotFoundException("transaction " + transaction.id() + ", " + doing + (transaction.isSnapshot()
                    ? ": it was not allocated when this snapshot began; " : ": it is not allocated; ") + store.space().range(), e);
        }
        if (e instanceof DiskFullException || !(e instanceof DiskException || e instanceof StoreException)) {
            return changeRefused(e, doing);
        }
        return translated(e, doing);
    }

    /** The same for what was to be done to a page: one that the strategy cannot find, and the space map has, was lost, and is not to be taken for one that never was (rule T1). */
    RuntimeException pageRefused(RuntimeException e, long pageId, String doing) {
        if (!(e instanceof PageNotFoundException)) {
            return refused(e, doing);
        }
        try {
            return refused(store.space().hasAllocated(pageId, transaction) ? new StoreDamagedException("transaction " + transaction.id() + ", " + doing
                    + ": expected a page, for the space map says that it is allocated, found none: what the disk kept of it is lost; restore the store from a backup", e) : e, doing);
        } catch (DiskException | StoreException looking) {
            looking.addSuppressed(e);
            return refused(looking, doing);
        }
    }

    /** What to throw when the strategy could not do {@code doing} and the transaction cannot go on: it is rolled back. */
    RuntimeException changeRefused(RuntimeException e, String doing) {
        RuntimeException thrown = rolledBack("rolled back: " + e.getMessage(), translated(e, doing));
        if (e instanceof DiskFullException) {
            // A checkpoint may make room, and where nobody can commit any more, no commit will ask for it.
            store.checkpoints().takeSoonIfOwed();
        }
        return thrown;
    }

    /** Rolls back because of {@code cause}, and returns what to throw. */
    RuntimeException givenUp(RuntimeException cause) {
        return rolledBack("rolled back: " + cause.getMessage(), cause);
    }

    /** Rolls back and returns what to throw: {@code cause}, or the failure of the store if it comes to that. */
    RuntimeException rolledBack(String how, RuntimeException cause) {
        boolean undone = transaction.rollBack(how, cause);
        if (undone || cause instanceof StoreFailedException) {
            return cause;
        }
        RuntimeException failed = health.failedStore();
        failed.addSuppressed(cause);
        return failed;
    }

    /** What to throw when nobody can say whether the commit will survive: the store has failed. */
    CommitOutcomeUnknownException outcomeUnknown(Throwable e) {
        health.failed(e);
        transaction.endUnknown(e);
        CommitOutcomeUnknownException unknown = new CommitOutcomeUnknownException(transaction.changed()
                ? "nobody knows whether transaction " + transaction.id() + " will be there after reopening, whole, or not at all: " + e.getMessage()
                : "nobody knows whether what transaction " + transaction.id() + " read will be there after reopening: " + e.getMessage(), health.failure());
        if (health.failure() != e) {
            unknown.addSuppressed(e);
        }
        return unknown;
    }

    private RuntimeException translated(RuntimeException e, String doing) {
        if (e instanceof SyncFailedException || e instanceof StoreFailedException) {
            health.failed(e);
            return health.failedStore();
        }
        if (e instanceof DiskFullException) {
            return new StoreFullException("transaction " + transaction.id() + " was rolled back: no room on the disk for " + doing + " (" + e.getMessage()
                    + "); make room and run it again", e);
        }
        if (e instanceof DiskException) {
            return new StoreException("transaction " + transaction.id() + ", " + doing + ": the disk failed: " + e.getMessage(), e);
        }
        return e;
    }
}
