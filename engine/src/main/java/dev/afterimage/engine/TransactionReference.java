package dev.afterimage.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import dev.afterimage.api.Durability;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.WritablePage;
import org.jspecify.annotations.Nullable;

/**
 * What an application holds of a transaction: the one object made for each.
 *
 * <p>It lets go of the {@link OpenTransaction} when that is over, and only it makes that one free for the next transaction. So a reference kept for too long never touches what comes after, and
 * still says how its own ended. A transaction that ended some other way than by a call of {@code commit}, {@code rollback} or {@code close} (a deadlock, say) stays with its reference until the
 * next such call; if none comes, {@link OpenTransactions} does without it.
 *
 * <p>Nothing here hands out {@code this} on the way of a transaction that succeeds, so that a compiler that sees begin and commit together need not make the object at all.
 */
final class TransactionReference implements Transaction {
    private static final VarHandle TRANSACTION;

    static {
        try {
            TRANSACTION = MethodHandles.lookup().findVarHandle(TransactionReference.class, "transaction", OpenTransaction.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long id;
    private final Thread owner;
    private final StoreHealth health;
    /** Begun by {@link OpenStore#call}, which alone may end it. */
    private final boolean managed;
    /** Null once let go of. The owner's thread changes it, by release, after the three below; any thread may ask for the state. */
    private @Nullable OpenTransaction transaction;
    private TransactionState last = TransactionState.ACTIVE;
    private String ending = "";
    private @Nullable Throwable endedBy;

    TransactionReference(OpenTransaction transaction, StoreHealth health, boolean managed) {
        this.health = health;
        this.transaction = transaction;
        this.managed = managed;
        id = transaction.id();
        owner = transaction.owner();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public TransactionState state() {
        OpenTransaction seen = (OpenTransaction) TRANSACTION.getAcquire(this);
        if (seen != null) {
            TransactionState state = seen.state();
            // Still its own after the look, or the state may be that of the next transaction: who could have begun it was let do so behind the release of this field.
            if (TRANSACTION.getAcquire(this) == seen) {
                return state;
            }
        }
        return last;
    }

    private OpenTransaction transaction() {
        OpenTransaction mine = transaction;
        if (mine == null) {
            throw over();
        }
        return mine;
    }

    private RuntimeException over() {
        if (Thread.currentThread() != owner) {
            return OpenTransaction.wrongThread("transaction " + id, owner);
        }
        return health.serves() ? OpenTransaction.over(id, ending) : health.refusal();
    }

    @Override
    public ReadablePage read(long pageId) {
        return transaction().read(pageId);
    }

    @Override
    public WritablePage write(long pageId) {
        return transaction().write(pageId);
    }

    @Override
    public WritablePage allocate() {
        return transaction().allocate();
    }

    @Override
    public void free(long pageId) {
        transaction().free(pageId);
    }

    @Override
    public Savepoint savepoint() {
        return transaction().savepoint();
    }

    @Override
    public void rollbackTo(Savepoint savepoint) {
        transaction().rollbackTo(savepoint);
    }

    @Override
    public void commit() {
        if (managed) {
            throw refusedToWork("commit");
        }
        commitNow();
    }

    @Override
    public void commit(Durability level) {
        Objects.requireNonNull(level, "level");
        if (managed) {
            throw refusedToWork("commit");
        }
        OpenTransaction mine = transaction();
        mine.commit(level);
        letGo(mine);
        mine.free();
    }

    /** Commits for {@link OpenStore#call} too. */
    void commitNow() {
        OpenTransaction mine = transaction();
        mine.commit();
        letGo(mine);
        mine.free();
    }

    @Override
    public void rollback() {
        if (managed) {
            throw refusedToWork("rollback");
        }
        OpenTransaction mine = transaction();
        mine.rollback();
        letGo(mine);
        mine.free();
    }

    @Override
    public void close() {
        if (managed) {
            throw refusedToWork("close");
        }
        closeNow();
    }

    /** Rolls back if still active. */
    void closeNow() {
        OpenTransaction mine = transaction;
        if (mine == null) {
            if (Thread.currentThread() != owner) {
                throw OpenTransaction.wrongThread("transaction " + id, owner);
            }
            return;
        }
        boolean inside = mine.close();
        letGo(mine);
        if (inside) {
            mine.free();
        }
    }

    /** Remembers how it ended and forgets the rest. */
    private void letGo(OpenTransaction mine) {
        last = mine.state();
        ending = mine.ending();
        endedBy = mine.endedBy();
        TRANSACTION.setRelease(this, null);
    }

    private RuntimeException refusedToWork(String call) {
        if (Thread.currentThread() != owner) {
            return OpenTransaction.wrongThread("transaction " + id, owner);
        }
        return new TransactionStateException(call + ": transaction " + id + " belongs to transact, which commits it when the work returns and rolls it"
                + " back when the work throws");
    }

    /** What rolled it back, other than the application; null if nothing did. */
    @Nullable Throwable endedBy() {
        OpenTransaction mine = transaction;
        return mine == null ? endedBy : mine.endedBy();
    }

    @Override
    public String toString() {
        OpenTransaction mine = (OpenTransaction) TRANSACTION.getAcquire(this);
        return mine != null ? mine.toString() : "transaction " + id + " (" + last + (ending.isEmpty() ? "" : ", " + ending) + ")";
    }
}
