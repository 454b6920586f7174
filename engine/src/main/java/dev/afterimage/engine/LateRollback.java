package dev.afterimage.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.api.RollbackReport;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Rolls back behind the open store what recovery left unfinished (rule A11).
 *
 * <p>Before the store opens, each recovered transaction gets exclusive locks on all its pages, as if it had taken them itself; map pages of the space map are among them, so nobody allocates or frees where it did.
 * From then on it is a transaction like any other that has not ended: whoever wants such a page waits. It never waits itself, so it is never part of a deadlock. When its rollback is done its locks are freed.
 *
 * <p>The work is done in small slices, each one run of a background task, so that closing the store waits for one slice only, and a test decides what happens between any two. What is not
 * done when the store closes, or crashes, is found by the next recovery.
 *
 * <p>One kind is rolled back at once, before the store opens: a transaction with a map page and nothing else. It may be the unfinished making of a page group ({@link SpaceMap}), and the groups
 * must be counted without it.
 */
final class LateRollback implements AutoCloseable {
    /** A run that found no room in the cache is followed by another after so long. */
    private static final Duration PERIOD = Duration.ofMillis(10);
    /** Changes undone in one slice: few at first, so that a test of few changes sees several slices. */
    private static final int SLICE_MAX = 256;

    /** One of them, with what it has locked. */
    private record Loser(RecoveredTransaction transaction, LockOwner locks) {
    }

    private final PageLocks locks;
    private final StoreHealth health;
    private final TimeSource time;
    /** Guarded by nothing: filled before the store opens, then the task's alone. */
    private final Queue<Loser> losers = new ArrayDeque<>();
    private final long began;
    private final int transactions;
    private long pages;
    private int slice = 1;
    private volatile int transactionsLeft;
    private volatile long pagesLeft;
    private volatile long changesLeft;
    private volatile @Nullable BackgroundTask task;
    /** Called after each slice: a checkpoint may be owed. */
    private Runnable afterSlice = () -> { };

    /** Locks the pages of these; nobody else has a lock yet. */
    LateRollback(List<? extends RecoveredTransaction> recovered, PageLocks locks, StoreHealth health, TimeSource time) {
        this.locks = locks;
        this.health = health;
        this.time = time;
        began = time.nanos();
        for (RecoveredTransaction transaction : recovered) {
            LockOwner owner = new LockOwner();
            owner.beginRecovered(transaction.id());
            transaction.forEachPage(page -> lock(owner, page));
            if (isOneMapPage(owner)) {
                rollBackNow(transaction);
                locks.releaseAll(owner);
            } else {
                losers.add(new Loser(transaction, owner));
                pages += owner.held();
            }
        }
        transactions = losers.size();
        transactionsLeft = transactions;
        pagesLeft = pages;
        changesLeft = countChanges();
    }

    private void lock(LockOwner owner, long page) {
        if (locks.tryExclusive(owner, page) == null) {
            throw new StoreDamagedException("page " + page + " was changed by two transactions that are both unfinished, one of them " + owner.transactionId
                    + "; expected page locks to have kept them apart");
        }
    }

    private static boolean isOneMapPage(LockOwner owner) {
        return owner.held() == 1 && SpaceMap.isMapPage(owner.anyHeld());
    }

    private static void rollBackNow(RecoveredTransaction transaction) {
        boolean done = false;
        while (!done) {
            done = transaction.rollBack(SLICE_MAX);
        }
    }

    private long countChanges() {
        return losers.stream().mapToLong(loser -> loser.transaction.changesLeft()).sum();
    }

    /** Begins the work, if there is any; after each slice {@code then} is run. */
    void start(PacedTasks tasks, Runnable then) {
        if (transactions > 0) {
            afterSlice = then;
            BackgroundTask begun = tasks.repeat(RecoveredTransaction.TASK, PERIOD, this::undoSome);
            task = begun;
            begun.wake();
        }
    }

    private void undoSome() {
        Loser loser = losers.peek();
        BackgroundTask mine = task;
        if (loser == null || mine == null || !health.serves()) {
            return;
        }
        try {
            if (loser.transaction.rollBack(slice)) {
                losers.remove();
                pagesLeft -= loser.locks.held();
                transactionsLeft = losers.size();
                locks.releaseAll(loser.locks);
            }
            changesLeft = countChanges();
        } catch (CacheExhaustedException e) {
            return; // nothing is half done; the next period tries again
        } catch (RuntimeException | Error e) {
            // Its locks stay: half of it is still there.
            health.failed(e);
            return;
        }
        slice = Math.min(2 * slice, SLICE_MAX);
        afterSlice.run();
        if (losers.isEmpty()) {
            mine.close();
            RollbackReport report = new RollbackReport(transactions, pages, Duration.ofNanos(time.nanos() - began));
            health.tell(() -> health.listener().rolledBack(report));
        } else {
            mine.wake();
        }
    }

    /** How many there were when the store opened. */
    int transactions() {
        return transactions;
    }

    /** Pages they had locked when the store opened. */
    long pages() {
        return pages;
    }

    int transactionsLeft() {
        return transactionsLeft;
    }

    long pagesLeft() {
        return pagesLeft;
    }

    long changesLeft() {
        return changesLeft;
    }

    /** Stops the work where it is, waiting for a slice under way. */
    @Override
    public void close() {
        BackgroundTask running = task;
        if (running != null) {
            running.close();
        }
    }
}
