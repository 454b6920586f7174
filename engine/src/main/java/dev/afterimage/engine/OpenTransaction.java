package dev.afterimage.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;

import dev.afterimage.api.DeadlockException;
import dev.afterimage.api.Durability;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.RetryableTransactionException;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
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
 *
 * <p>It is used again and again, with all the memory that hangs on it, for one transaction after another ({@link OpenTransactions}); applications hold a {@link TransactionReference}, which lets
 * go of it before the next one has it.
 */
final class OpenTransaction {
    /** Longer waits count as this: about a century. */
    private static final Duration LOCK_TIMEOUT_MAX = Duration.ofDays(36_500);
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(OpenTransaction.class, "state", TransactionState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final OpenStore store;
    private final StoreHealth health;
    private final CallGate gate = new CallGate();
    private final LockOwner lockOwner = new LockOwner();
    private final TransactionPages pages;
    private final TransactionCounts counts = new TransactionCounts();
    private final ArrayList<Mark> marks = new ArrayList<>(0);
    private final AllocationTrail trail = new AllocationTrail();
    private boolean oneOfMany;

    // Of the transaction it is now: set by begin(), before any other call can pass the gate.
    private long id;
    private Thread owner = Thread.currentThread();
    private boolean readOnly;
    /** Reads one moment, and takes no page locks. */
    private boolean snapshot;
    private Durability durability = Durability.POWER_SAFE;
    private long lockTimeoutNanos;
    private StrategyTransaction strategy;
    /** What the strategy gave for the last transaction that came to its end in good order: it may have it back. */
    private @Nullable StrategyTransaction former;

    /** Moves by release: whoever sees that it is over sees how. Only the owner and who took the transaction from it move it, and the gate keeps those apart. */
    private volatile TransactionState state = TransactionState.DONE;
    /** How it ended, for people to read; empty while active. */
    private String ending = "";
    private @Nullable Throwable endedBy;

    /** Belongs to nobody; {@link #begin} makes it a transaction. */
    OpenTransaction(OpenStore store) {
        this.store = store;
        health = store.health();
        pages = new TransactionPages(this, counts, store.traits().changeDetail(), store.usablePageBytes());
    }

    /** Refuses what no transaction can have. */
    static void check(TransactionOptions options) {
        Duration lockTimeout = options.lockTimeout();
        if (lockTimeout != null && lockTimeout.isNegative()) {
            throw new IllegalArgumentException("lock time-out: expected zero or more, found " + lockTimeout);
        }
    }

    private static long nanos(Duration lockTimeout) {
        return lockTimeout.compareTo(LOCK_TIMEOUT_MAX) > 0 ? LOCK_TIMEOUT_MAX.toNanos() : lockTimeout.toNanos();
    }

    /** Becomes another transaction, inside the gate, and begins it below; afterwards it can be called. */
    void begin(long number, long age, TransactionOptions options) {
        id = number;
        owner = Thread.currentThread();
        readOnly = options.readOnly();
        snapshot = options.snapshot();
        durability = options.durability() == null ? store.durability() : options.durability();
        lockTimeoutNanos = options.lockTimeout() == null ? store.lockTimeoutNanos() : nanos(options.lockTimeout());
        lockOwner.begin(owner, id, age);
        ending = "";
        endedBy = null;
        StrategyTransaction spare = former;
        former = null;
        strategy = snapshot ? new SnapshotTransaction(store.strategy().openSnapshot(id)) : spare == null ? store.strategy().begin(id) : store.strategy().begin(id, spare);
        pages.begin(strategy);
        STATE.setRelease(this, TransactionState.ACTIVE);
        gate.exit(false);
    }

    long id() {
        return id;
    }

    /** Where it stands; any thread may ask. */
    TransactionState state() {
        return state;
    }

    /** Whether it has ended, as its owner sees it. */
    boolean isOver() {
        TransactionState now = state;
        return now == TransactionState.DONE || now == TransactionState.UNKNOWN;
    }

    // ---- pages

    ReadablePage read(long pageId) {
        enter();
        try {
            return snapshot ? openAtMoment(pageId) : openForReading(lockApplicationPage(pageId, false));
        } finally {
            exit();
        }
    }

    WritablePage write(long pageId) {
        enter();
        try {
            requireWritable("write");
            return openForWriting(lockApplicationPage(pageId, true));
        } finally {
            exit();
        }
    }

    WritablePage allocate() {
        enter();
        try {
            requireWritable("allocate");
            return store.space().allocate(this, trail);
        } finally {
            exit();
        }
    }

    void free(long pageId) {
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
            lock = store.locks().acquire(lockOwner, pageId, exclusive, lockTimeoutNanos);
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
        LockRequest lock = store.locks().tryExclusive(lockOwner, pageId);
        health.check();
        return lock;
    }

    /** Looks at a page that may be read without asking for a lock: at a snapshot's moment, or under a lock that is held; null if it is not such a page. */
    @Nullable PageAccess lookInside(long pageId) {
        return snapshot || lockOwner.find(pageId) != null ? strategy.read(pageId) : null;
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

    Savepoint savepoint() {
        enter();
        try {
            pages.requireNoneOpen("savepoint");
            long mark = strategy.mark();
            Mark savepoint = new Mark(this, id, mark, marks.size());
            marks.add(savepoint);
            return savepoint;
        } catch (DiskException | StoreFailedException e) {
            throw errors().refused(e, "savepoint");
        } finally {
            exit();
        }
    }

    void rollbackTo(Savepoint savepoint) {
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
        if (!(savepoint instanceof Mark mark) || mark.transaction != this || mark.transactionId != id) {
            throw new TransactionStateException("transaction " + id + ": that savepoint belongs to transaction " + savepoint.transactionId());
        }
        if (mark.place >= marks.size() || marks.get(mark.place) != mark) {
            throw new TransactionStateException("transaction " + id + ": that savepoint ended when an earlier one was rolled back to");
        }
        return mark;
    }

    // ---- the end

    /** Commits at its own durability; afterwards the caller is inside the gate still, and lets go by {@link #free}. */
    void commit() {
        commit(durability);
    }

    /** The same at a level. */
    void commit(Durability level) {
        enter();
        boolean done = false;
        try {
            pages.requireNoneOpen("commit");
            CommitTicket ticket = order(level);
            // From here on it cannot be rolled back. Its locks go before it waits, so that others never queue behind a sync; whoever reads what it wrote
            // is ordered after it, and waits for it too (rules D2 and D3).
            STATE.setRelease(this, TransactionState.PARTIALLY_COMMITTED);
            counts.committed(pages.changed());
            store.locks().releaseAll(lockOwner);
            await(ticket);
            STATE.setRelease(this, TransactionState.COMMITTED);
            if (pages.changed()) {
                store.checkpoints().takeSoonIfOwed();
            }
            former = snapshot ? null : strategy;
            end("committed", null, TransactionState.DONE);
            done = true;
        } finally {
            if (!done) {
                exit();
            }
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

    /** Afterwards the caller is inside the gate still, and lets go by {@link #free}. */
    void rollback() {
        requireOwner();
        if (!gate.enter()) {
            throw health.refusal();
        }
        boolean done = false;
        try {
            if (!health.hasFailed()) {
                requireActive();
            }
            rollBack(health.hasFailed() ? "let go because the store has failed" : "rolled back", null);
            if (health.hasFailed()) {
                throw health.failedStore();
            }
            done = true;
        } finally {
            if (!done) {
                exit();
            }
        }
    }

    /**
     * Rolls back if still active; a failed store's transaction is let go of without a word.
     *
     * @return whether the caller is inside the gate now, and lets go by {@link #free}; otherwise the closing of the store has taken the transaction and rolled it back
     */
    boolean close() {
        requireOwner();
        if (!gate.enter()) {
            return false;
        }
        try {
            rollBack("rolled back", null);
        } catch (RuntimeException | Error e) {
            exit();
            throw e;
        }
        return true;
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
        STATE.setRelease(this, TransactionState.ABORTED);
        try {
            pages.dropAll();
            if (!health.hasFailed()) {
                strategy.rollback();
                former = snapshot ? null : strategy;
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
        store.locks().releaseAll(lockOwner);
        marks.clear();
        trail.clear();
        STATE.setRelease(this, last);
    }

    /** It is over, and its reference knows how and has let go of it: it can become another transaction. Inside the gate, which this leaves. */
    void free() {
        assert isOver();
        if (oneOfMany) {
            pages.forgetMemory();
            former = null;
        }
        gate.free();
    }

    /** It is one of so many that not all are worth their memory while they are free. */
    void isOneOfMany() {
        oneOfMany = true;
    }

    /** Whether it is over and nobody has been back to it since: it is lost to its reference, which may never come. */
    boolean isLeft() {
        return gate.state() == CallGate.IDLE && isOver();
    }

    /** Whether the closing of the store has to see to it. */
    boolean isActive() {
        int at = gate.state();
        return at != CallGate.UNUSED && !(isOver() && (at == CallGate.IDLE || at == CallGate.TAKEN));
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
            throw wrongThread("transaction " + id, owner);
        }
    }

    private void requireActive() {
        if (state != TransactionState.ACTIVE) {
            throw over(id, ending);
        }
    }

    static TransactionStateException over(long id, String ending) {
        return new TransactionStateException("transaction " + id + " is over: it was " + ending + "; begin another");
    }

    private void requireWritable(String call) {
        if (readOnly) {
            throw new TransactionStateException(call + ": transaction " + id + (snapshot ? " is a read-only snapshot" : " is read-only") + "; begin one that is not");
        }
    }

    static TransactionThreadException wrongThread(String what, Thread owner) {
        return new TransactionThreadException(what + " belongs to thread \"" + owner.getName() + "\", but was used by thread \""
                + Thread.currentThread().getName() + "\"");
    }

    /** For the message of a handle used after it was closed, by the transaction that had it. */
    String whyPagesAreClosed(long transactionId) {
        if (id != transactionId) {
            return ": transaction " + transactionId + " is over";
        }
        String how = ending;
        return how.isEmpty() ? "; open it again with transaction " + id : ": transaction " + id + " was " + how;
    }

    /** How it ended, for people to read; empty while active. */
    String ending() {
        return ending;
    }

    /** What it and those before it have done. */
    TransactionCounts counts() {
        return counts;
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
    private record Mark(OpenTransaction transaction, long transactionId, long mark, int place) implements Savepoint {
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
