package dev.afterimage.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;

import dev.afterimage.api.DeadlockException;
import dev.afterimage.api.Durability;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.RetryableTransactionException;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.TransactionThreadException;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.jspecify.annotations.Nullable;

/**
 * A transaction: the state machine of {@link TransactionState} and page locks; what becomes of errors from below, {@link ErrorsFromBelow} says.
 *
 * <p>Each call passes the {@link CallGate}, so that the thread that closes the store can take over a transaction between two calls.
 */
final class OpenTransaction implements Transaction {
    /** Longer waits count as this: about a century. */
    private static final Duration LOCK_TIMEOUT_MAX = Duration.ofDays(36_500);

    private final OpenStore store;
    private final StoreHealth health;
    private final long id;
    private final Thread owner = Thread.currentThread();
    private final boolean readOnly;
    /** Reads one moment, and takes no page locks. */
    private final boolean snapshot;
    private final Durability durability;
    private final long lockTimeoutNanos;
    /** Begun by {@link OpenStore#call}, which alone may end it. */
    private final boolean managed;
    private final Workspace workspace;
    // Both are set by start(), before any other call can pass the gate.
    private StrategyTransaction strategy;
    private TransactionPages pages;
    private final CallGate gate = new CallGate();
    private final ArrayList<Mark> marks = new ArrayList<>(0);
    private final AllocationTrail trail = new AllocationTrail();

    private volatile TransactionState state = TransactionState.ACTIVE;
    /** How it ended, for people to read; empty while active. */
    private volatile String ending = "";
    private @Nullable Throwable endedBy;

    /** Made inside the gate; {@link #start} opens it. */
    OpenTransaction(OpenStore store, long id, long age, TransactionOptions options, boolean managed) {
        this.store = store;
        this.id = id;
        this.managed = managed;
        health = store.health();
        readOnly = options.readOnly();
        snapshot = options.snapshot();
        durability = options.durability() == null ? store.durability() : options.durability();
        lockTimeoutNanos = options.lockTimeout() == null ? store.lockTimeoutNanos() : nanos(options.lockTimeout());
        workspace = store.workspaces().take();
        workspace.lockOwner.begin(owner, id, age);
    }

    private static long nanos(Duration lockTimeout) {
        if (lockTimeout.isNegative()) {
            throw new IllegalArgumentException("lock time-out: expected zero or more, found " + lockTimeout);
        }
        return lockTimeout.compareTo(LOCK_TIMEOUT_MAX) > 0 ? LOCK_TIMEOUT_MAX.toNanos() : lockTimeout.toNanos();
    }

    /** Begins it below; afterwards it can be called. */
    void start() {
        strategy = snapshot ? new SnapshotTransaction(store.strategy().openSnapshot(id)) : store.strategy().begin(id);
        pages = new TransactionPages(this, strategy, workspace, store.counters(), store.usablePageBytes());
        exit();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public TransactionState state() {
        return state;
    }

    // ---- pages

    @Override
    public ReadablePage read(long pageId) {
        enter();
        try {
            return snapshot ? openAtMoment(pageId) : openForReading(lockApplicationPage(pageId, false));
        } finally {
            exit();
        }
    }

    @Override
    public WritablePage write(long pageId) {
        enter();
        try {
            requireWritable("write");
            return openForWriting(lockApplicationPage(pageId, true));
        } finally {
            exit();
        }
    }

    @Override
    public WritablePage allocate() {
        enter();
        try {
            requireWritable("allocate");
            return store.space().allocate(this, trail);
        } finally {
            exit();
        }
    }

    @Override
    public void free(long pageId) {
        enter();
        try {
            requireWritable("free");
            if (pageId == OpenStore.ROOT_PAGE) {
                throw new IllegalArgumentException("page " + pageId + " is the root page of the store; it cannot be freed");
            }
            LockRequest lock = lockApplicationPage(pageId, true);
            if (lock.writer != null || lock.readers > 0) {
                throw new TransactionStateException("page " + pageId + " cannot be freed while transaction " + id + " has it open; close it first");
            }
            store.space().free(this, lock, trail);
        } finally {
            exit();
        }
    }

    private LockRequest lockApplicationPage(long pageId, boolean exclusive) {
        store.space().requireApplicationPage(pageId);
        LockRequest lock = lock(pageId, exclusive);
        // Asked only now: who finds that a page is not there keeps a lock on that fact, like on any other.
        store.space().requireInside(pageId);
        return lock;
    }

    /** Opens a page as it was at the moment. Groups are made and never unmade, so a page that existed then lies inside those there are now. */
    private ReadHandle openAtMoment(long pageId) {
        store.space().requireApplicationPage(pageId);
        store.space().requireInside(pageId);
        return openForReading(pageId, null);
    }

    /** Takes a page lock, waiting for it. */
    LockRequest lock(long pageId, boolean exclusive) {
        LockRequest lock;
        try {
            lock = store.locks().acquire(workspace.lockOwner, pageId, exclusive, lockTimeoutNanos);
        } catch (RetryableTransactionException e) {
            (e instanceof DeadlockException ? store.counters().deadlocks : store.counters().lockTimeouts).increment();
            throw errors().rolledBack(e instanceof DeadlockException ? "rolled back to break a deadlock" : "rolled back because a page lock was not to be had in time",
                    e);
        }
        // A failed store frees locks without undoing anything, so what they protected must not be shown.
        health.check();
        assert lock != null : "a wait is cancelled only when the store stops serving";
        return lock;
    }

    /** Takes an exclusive lock if it is free; null if not. */
    @Nullable LockRequest tryLockExclusive(long pageId) {
        LockRequest lock = store.locks().tryExclusive(workspace.lockOwner, pageId);
        health.check();
        return lock;
    }

    /** Looks at a page that may be read without asking for a lock: at a snapshot's moment, or under a lock that is held; null if it is not such a page. */
    @Nullable PageAccess lookInside(long pageId) {
        return snapshot || workspace.lockOwner.find(pageId) != null ? strategy.read(pageId) : null;
    }

    ReadHandle openForReading(LockRequest lock) {
        return openForReading(lock.page, lock);
    }

    private ReadHandle openForReading(long pageId, @Nullable LockRequest lock) {
        try {
            return pages.read(pageId, lock);
        } catch (RuntimeException e) {
            throw errors().pageRefused(e, pageId, "reading page " + pageId);
        }
    }

    WriteHandle openForWriting(LockRequest lock) {
        try {
            return pages.write(lock);
        } catch (RuntimeException e) {
            throw errors().pageRefused(e, lock.page, "opening page " + lock.page + " for writing");
        }
    }

    WriteHandle create(LockRequest lock) {
        try {
            return pages.create(lock);
        } catch (RuntimeException e) {
            throw errors().refused(e, "making page " + lock.page);
        }
    }

    void discard(LockRequest lock) {
        try {
            pages.discard(lock);
        } catch (RuntimeException e) {
            throw errors().pageRefused(e, lock.page, "freeing page " + lock.page);
        }
    }

    /** A handle is closed by the application. */
    void closed(ReadHandle handle) {
        if (!gate.enter()) {
            return; // the store is being closed, and so is the handle
        }
        try {
            closeInside(handle);
        } finally {
            exit();
        }
    }

    /** A handle is closed by a call of this transaction. */
    void closeInside(ReadHandle handle) {
        if (!handle.isOpen()) {
            return;
        }
        long pageId = handle.pageId;
        try {
            pages.close(handle);
        } catch (RuntimeException e) {
            throw errors().changeRefused(e, "changing page " + pageId);
        } catch (Error e) {
            rollBack("rolled back: " + e, e);
            throw e;
        }
    }

    // ---- savepoints

    @Override
    public Savepoint savepoint() {
        enter();
        try {
            pages.requireNoneOpen("savepoint");
            long mark = strategy.mark();
            Mark savepoint = new Mark(this, mark, marks.size());
            marks.add(savepoint);
            return savepoint;
        } catch (DiskException | StoreFailedException e) {
            throw errors().refused(e, "savepoint");
        } finally {
            exit();
        }
    }

    @Override
    public void rollbackTo(Savepoint savepoint) {
        enter();
        try {
            pages.requireNoneOpen("rollbackTo");
            Mark mark = mine(savepoint);
            try {
                strategy.rollbackTo(mark.mark);
            } catch (RuntimeException e) {
                throw errors().changeRefused(e, "rolling back to a savepoint");
            }
            marks.subList(mark.place + 1, marks.size()).clear();
            store.space().undone(trail);
        } finally {
            exit();
        }
    }

    private Mark mine(Savepoint savepoint) {
        if (!(savepoint instanceof Mark mark) || mark.transaction != this) {
            throw new TransactionStateException("transaction " + id + ": that savepoint belongs to transaction " + savepoint.transactionId());
        }
        if (mark.place >= marks.size() || marks.get(mark.place) != mark) {
            throw new TransactionStateException("transaction " + id + ": that savepoint ended when an earlier one was rolled back to");
        }
        return mark;
    }

    // ---- the end

    @Override
    public void commit() {
        commit(durability);
    }

    @Override
    public void commit(Durability level) {
        Objects.requireNonNull(level, "level");
        refuseManaged("commit");
        commitNow(level);
    }

    /** Commits for {@link OpenStore#call}. */
    void commitManaged() {
        commitNow(durability);
    }

    private void commitNow(Durability level) {
        enter();
        try {
            pages.requireNoneOpen("commit");
            CommitTicket ticket = order(level);
            // From here on it cannot be rolled back. Its locks go before it waits, so that others never queue behind a sync; whoever reads what it wrote
            // is ordered after it, and waits for it too (rules D2 and D3).
            state = TransactionState.PARTIALLY_COMMITTED;
            (pages.changed() ? store.counters().commits : store.counters().readOnlyCommits).increment();
            store.locks().releaseAll(workspace.lockOwner);
            await(ticket);
            state = TransactionState.COMMITTED;
            if (pages.changed()) {
                store.checkpoints().takeSoonIfOwed();
            }
            end("committed", null, TransactionState.DONE);
        } finally {
            exit();
        }
    }

    private CommitTicket order(Durability level) {
        try {
            return strategy.commit(level);
        } catch (SyncFailedException | StoreFailedException e) {
            throw errors().outcomeUnknown(e);
        } catch (DiskException | StoreException e) {
            throw errors().changeRefused(e, "commit");
        } catch (RuntimeException | Error e) {
            // Nothing in the contract says what such an error leaves behind, so nothing may be believed of it.
            throw errors().outcomeUnknown(e);
        }
    }

    private void await(CommitTicket ticket) {
        try {
            ticket.await();
        } catch (RuntimeException | Error e) {
            throw errors().outcomeUnknown(e);
        }
    }

    @Override
    public void rollback() {
        refuseManaged("rollback");
        requireOwner();
        if (!gate.enter()) {
            throw health.refusal();
        }
        try {
            if (!health.hasFailed()) {
                requireActive();
            }
            rollBack(health.hasFailed() ? "let go because the store has failed" : "rolled back", null);
        } finally {
            exit();
        }
        if (health.hasFailed()) {
            throw health.failedStore();
        }
    }

    @Override
    public void close() {
        refuseManaged("close");
        closeNow();
    }

    /** Rolls back if still active; a failed store's transaction is let go of without a word. */
    void closeNow() {
        requireOwner();
        if (!gate.enter()) {
            return; // the store is closed, and rolled it back
        }
        try {
            rollBack("rolled back", null);
        } finally {
            exit();
        }
    }

    /** The store is being closed and the gate is taken: rolls back if still active. */
    void closeForStore() {
        assert gate.state() == CallGate.TAKEN;
        rollBack("rolled back because the store was closed", null);
    }

    /** Undoes everything and ends; false if the store failed over it, or had failed before: then the next recovery undoes it. */
    boolean rollBack(String how, @Nullable Throwable cause) {
        if (state != TransactionState.ACTIVE) {
            return true;
        }
        state = TransactionState.ABORTED;
        try {
            pages.dropAll();
            if (!health.hasFailed()) {
                strategy.rollback();
            }
        } catch (RuntimeException | Error e) {
            // Half undone, with locks that cannot be kept: nobody may look at this store any more.
            health.failed(e);
        }
        store.counters().rollbacks.increment();
        store.space().undone(trail);
        end(how, cause, TransactionState.DONE);
        return !health.hasFailed();
    }

    /** Nobody knows whether its commit will survive, and the store has failed over it. */
    void endUnknown(Throwable cause) {
        end("of unknown outcome: " + cause.getMessage(), cause, TransactionState.UNKNOWN);
    }

    private void end(String how, @Nullable Throwable cause, TransactionState last) {
        assert state != TransactionState.DONE && state != TransactionState.UNKNOWN;
        ending = how;
        endedBy = cause;
        store.locks().releaseAll(workspace.lockOwner);
        store.workspaces().give(workspace);
        state = last;
        store.ended(this);
    }

    // ---- whose turn it is

    private void enter() {
        requireOwner();
        if (!gate.enter()) {
            throw health.refusal();
        }
        boolean entered = false;
        try {
            health.check();
            requireActive();
            entered = true;
        } finally {
            if (!entered) {
                exit();
            }
        }
    }

    private void exit() {
        gate.exit(pages.anyOpen());
    }

    private void requireOwner() {
        if (Thread.currentThread() != owner) {
            throw wrongThread("transaction " + id);
        }
    }

    private void requireActive() {
        if (state != TransactionState.ACTIVE) {
            throw new TransactionStateException("transaction " + id + " is over: it was " + ending + "; begin another");
        }
    }

    private void requireWritable(String call) {
        if (readOnly) {
            throw new TransactionStateException(call + ": transaction " + id + (snapshot ? " is a read-only snapshot" : " is read-only") + "; begin one that is not");
        }
    }

    private void refuseManaged(String call) {
        if (managed) {
            requireOwner();
            throw new TransactionStateException(call + ": transaction " + id + " belongs to transact, which commits it when the work returns and rolls it"
                    + " back when the work throws");
        }
    }

    TransactionThreadException wrongThread(String what) {
        return new TransactionThreadException(what + " belongs to thread \"" + owner.getName() + "\", but was used by thread \""
                + Thread.currentThread().getName() + "\"");
    }

    /** For the message of a handle used after it was closed. */
    String whyPagesAreClosed() {
        String how = ending;
        return how.isEmpty() ? "; open it again with transaction " + id : ": transaction " + id + " was " + how;
    }

    /** What rolled it back, other than the application; null if nothing did. */
    @Nullable Throwable endedBy() {
        return endedBy;
    }

    /** What becomes of the errors that its calls meet below; made when needed, for most transactions meet none. */
    ErrorsFromBelow errors() {
        return new ErrorsFromBelow(this, store);
    }

    /** Whether it reads one moment without locks. */
    boolean isSnapshot() {
        return snapshot;
    }

    /** Whether it changed any page. */
    boolean changed() {
        return pages.changed();
    }

    Thread owner() {
        return owner;
    }

    CallGate gate() {
        return gate;
    }

    @Override
    public String toString() {
        return "transaction " + id + " (" + state + (ending.isEmpty() ? "" : ", " + ending) + ")";
    }

    /** A savepoint, by its place among those that are good. */
    private record Mark(OpenTransaction transaction, long mark, int place) implements Savepoint {
        @Override
        public long transactionId() {
            return transaction.id;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
