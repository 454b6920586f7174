package dev.afterimage.innodbstyle;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.StampedLock;
import java.util.function.LongUnaryOperator;

/**
 * Who is writing, and who looks at which moment (InnoDB's {@code trx_sys}). Safe for many threads.
 *
 * <p>Beginning to write and committing share {@link #order}: they exclude nobody but a view that is being opened, which takes it alone for as long as it takes to copy the active writers' numbers. So a view
 * is one moment: whatever it sees was committed before, and whoever committed before is seen.
 *
 * <p>Whoever reads another's commit got its page lock after {@link #commit} was done. So a view that sees a commit sees all that it depends on.
 */
final class TransactionSystem {
    private final StampedLock order = new StampedLock();
    private final AtomicLong next;
    private final Set<Long> active = ConcurrentHashMap.newKeySet();
    private final Set<ReadView> views = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastCommitLsn = new AtomicLong();

    /**
     * Begins.
     *
     * @param bound no number in the log is higher
     */
    TransactionSystem(long bound) {
        next = new AtomicLong(bound + 1);
    }

    // ---- writers

    /** A number that will be given soon, if not this one. */
    long upcoming() {
        return next.get();
    }

    /** A transaction is going to write; returns its number. */
    long beginWriting() {
        long stamp = order.readLock();
        try {
            long writer = next.getAndIncrement();
            active.add(writer);
            return writer;
        } finally {
            order.unlockRead(stamp);
        }
    }

    /** A writer could not begin. */
    void withdraw(long writer) {
        active.remove(writer);
    }

    /** Recovery found a writer that had not finished. */
    void addRecovered(long writer) {
        assert writer < next.get();
        active.add(writer);
    }

    /**
     * Fixes a commit's place: whatever reads from now on, reads it.
     *
     * @param mtr makes the commit, given its number; returns where the log ends with it. Waits for nothing but latches
     */
    long commit(UndoLog log, LongUnaryOperator mtr) {
        long stamp = order.readLock();
        try {
            long end = mtr.applyAsLong(next.getAndIncrement());
            active.remove(log.writer());
            long seen = lastCommitLsn.get();
            while (seen < end && !lastCommitLsn.compareAndSet(seen, end)) {
                seen = lastCommitLsn.get();
            }
            return end;
        } finally {
            order.unlockRead(stamp);
        }
    }

    /** A writer has undone all it did. */
    void rolledBack(UndoLog log) {
        active.remove(log.writer());
    }

    /** Whether nobody is writing, recovered transactions included. */
    boolean isQuiet() {
        return active.isEmpty();
    }

    /** End of the last commit in the log, 0 if there was none since the store was opened: whoever saw any commit saw none behind it. */
    long lastCommitLsn() {
        return lastCommitLsn.get();
    }

    /** Whether nobody needs undo any more: nobody is writing, recovered transactions included, and nobody looks at the past. */
    boolean needsNoUndo() {
        return active.isEmpty() && views.isEmpty();
    }

    // ---- views

    /** Opens a view of this moment. */
    ReadView openView() {
        long stamp = order.writeLock();
        try {
            ReadView view = new ReadView(next.get(), active.stream().mapToLong(Long::longValue).toArray(), lastCommitLsn.get());
            views.add(view);
            return view;
        } finally {
            order.unlockWrite(stamp);
        }
    }

    /** A view is not needed any more. */
    void closeView(ReadView view) {
        views.remove(view);
    }

    /** Undo of commits with lower numbers is needed by nobody: every view there is sees them, and so will those to come. */
    long purgeLimit() {
        // The number first: a view that is opened after it was read has a limit that is not lower.
        long limit = next.get();
        for (ReadView view : views) {
            limit = Math.min(limit, view.limit());
        }
        return limit;
    }
}
