package dev.afterimage.spitests.play;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.RetryableTransactionException;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spitests.history.ListHistory;
import dev.afterimage.spitests.history.ListTransaction;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.schedule.Turns;

/** One thread of a {@link ThreadsRun}: one transaction after the other, chosen by a seed, each noted in the history. */
final class ListWorker implements Runnable {
    private static final int OWN_PAGES_MAX = 6;
    private static final Duration LONG = Duration.ofHours(10_000);

    private final ThreadsRun run;
    private final String name;
    private final int transactions;
    private final SplittableRandom random;
    /** Pages that this thread alone uses, of commits that stand. */
    private final List<Long> own = new ArrayList<>();
    private final List<Long> taken = new ArrayList<>();
    private final List<Long> given = new ArrayList<>();

    ListWorker(ThreadsRun run, String name, int transactions, SplittableRandom random) {
        this.run = run;
        this.name = name;
        this.transactions = transactions;
        this.random = random;
    }

    @Override
    public void run() {
        for (int count = 0; count < transactions && !run.hasFailed(); count++) {
            if (random.nextInt(100) < run.lean().checkpoints()) {
                checkpoint();
            } else {
                transaction(random.nextInt(100));
            }
            run.oneMore();
        }
    }

    private void checkpoint() {
        try {
            run.store().checkpoint();
        } catch (StoreFailedException e) {
            run.failed();
        } catch (RuntimeException e) {
            throw unexpected("checkpoint", e);
        }
    }

    private void transaction(int dice) {
        int snapshots = run.lean().snapshots();
        boolean snapshot = dice < snapshots && run.subject().strategy().traits().has(OptionalTrait.SNAPSHOT_READS);
        boolean readOnly = dice < snapshots + run.lean().readers();
        TransactionOptions options = (snapshot ? TransactionOptions.readOnlySnapshot() : readOnly ? TransactionOptions.READ_ONLY : TransactionOptions.DEFAULT).withLockTimeout(LONG);
        taken.clear();
        given.clear();
        ListTransaction mine = run.history().begin(name, snapshot, run.now());
        Transaction transaction = null;
        try {
            transaction = run.store().begin(options);
            work(transaction, mine, readOnly);
            end(transaction, mine);
        } catch (RetryableTransactionException | StoreFullException e) {
            if (snapshot) {
                throw new Violation("V2", mine + ": expected a snapshot to wait for nobody, found " + e, e);
            }
            mine.rolledBack(run.now());
            run.refused();
        } catch (StoreFailedException | DiskException e) {
            // What had called commit stays in doubt, all else was never to be seen.
            if (!run.mayFail()) {
                throw unexpected("a transaction on a disk that works", e);
            }
            run.failed();
        } catch (RuntimeException e) {
            // A strategy may refuse one transaction when the disk fails under it, and fail the store with the next.
            if (!run.mayFail() || !(e.getCause() instanceof DiskException)) {
                throw unexpected(mine.toString(), e);
            }
            run.failed();
        } finally {
            if (transaction != null) {
                transaction.close();
            }
        }
    }

    private void work(Transaction transaction, ListTransaction mine, boolean readOnly) {
        int operations = 1 + random.nextInt(readOnly ? 4 : 5);
        Savepoint savepoint = null;
        for (int count = 0; count < operations; count++) {
            Turns.pass();
            int dice = random.nextInt(100);
            if (readOnly || dice < 25) {
                read(transaction, mine, anyPage());
            } else if (dice < 70) {
                append(transaction, mine, shared());
            } else if (dice < 80) {
                allocate(transaction, mine);
            } else if (dice < 86 && !own.isEmpty()) {
                free(transaction, mine);
            } else if (dice < 92 && savepoint == null && taken.isEmpty() && given.isEmpty()) {
                savepoint = transaction.savepoint();
                mine.savepoint();
            } else if (dice < 96 && savepoint != null) {
                transaction.rollbackTo(savepoint);
                mine.rolledBackToSavepoint();
                taken.clear();
                given.clear();
            } else {
                append(transaction, mine, own.isEmpty() ? shared() : own.get(random.nextInt(own.size())));
            }
        }
        if (!readOnly && !mine.writes() && random.nextInt(4) > 0 || mine.appends().isEmpty() && mine.writes()) {
            // Something must tell of every commit that freed a page.
            append(transaction, mine, shared());
        }
    }

    private void end(Transaction transaction, ListTransaction mine) {
        Turns.pass();
        if (random.nextInt(100) < 10) {
            transaction.rollback();
            mine.rolledBack(run.now());
            return;
        }
        int dice = random.nextInt(100);
        int relaxed = run.lean().relaxed();
        Durability level = dice < relaxed ? Durability.RELAXED : dice < relaxed + 15 ? Durability.PROCESS_SAFE : Durability.POWER_SAFE;
        mine.called(level, run.now());
        transaction.commit(level);
        mine.acknowledged(run.now());
        own.addAll(taken);
        own.removeAll(given);
    }

    private long shared() {
        return run.shared().get(random.nextInt(run.shared().size()));
    }

    private long anyPage() {
        List<Long> known = run.known();
        return random.nextInt(4) > 0 ? shared() : known.get(random.nextInt(known.size()));
    }

    private void read(Transaction transaction, ListTransaction mine, long page) {
        List<Long> found;
        try (ReadablePage readable = transaction.read(page)) {
            found = ListPage.read(readable);
            if (random.nextInt(3) == 0) {
                Turns.pass();
                if (!ListPage.read(readable).equals(found)) {
                    throw new Violation(mine.snapshot() ? "V1" : "A3", mine + ": expected page " + page + " to stay the same while it is open; it does not", null);
                }
            }
        } catch (PageNotFoundException e) {
            found = List.of();
        }
        saw(mine, page, found);
    }

    private void saw(ListTransaction mine, long page, List<Long> found) {
        List<Long> before = mine.view(page);
        if (before != null && !before.equals(found)) {
            throw new Violation(mine.snapshot() ? "V1" : "A3", mine + ": expected page " + page + " as before, " + ListHistory.describe(before) + ", found " + ListHistory.describe(found), null);
        }
        mine.read(page, found, run.now());
    }

    private void append(Transaction transaction, ListTransaction mine, long page) {
        List<Long> seen = mine.view(page);
        if (seen != null && seen.isEmpty() && page != run.store().rootPageId()) {
            return; // freed by itself
        }
        try (WritablePage writable = transaction.write(page)) {
            List<Long> found = ListPage.read(writable);
            saw(mine, page, found);
            if (ListPage.hasRoom(found.size(), writable)) {
                long element = mine.nextElement();
                ListPage.append(writable, found.size(), element);
                mine.append(page, element);
                if (random.nextBoolean()) {
                    Turns.pass();
                }
            }
        }
    }

    private void allocate(Transaction transaction, ListTransaction mine) {
        if (own.size() + taken.size() >= OWN_PAGES_MAX) {
            return;
        }
        try (WritablePage writable = transaction.allocate()) {
            long page = writable.id();
            List<Long> found = ListPage.read(writable);
            List<Long> before = mine.view(page);
            if (!found.isEmpty() || before != null && !before.isEmpty()) {
                throw new Violation("A3", mine + " was given page " + page + ": expected it to be new and empty, found " + ListHistory.describe(found), null);
            }
            long element = mine.nextElement();
            ListPage.append(writable, 0, element);
            mine.allocated(page, element);
            taken.add(page);
            run.known(page);
        }
    }

    private void free(Transaction transaction, ListTransaction mine) {
        long page = own.get(random.nextInt(own.size()));
        if (given.contains(page)) {
            return;
        }
        read(transaction, mine, page);
        if (Objects.requireNonNull(mine.view(page)).isEmpty()) {
            throw new Violation("A3", mine + ": expected page " + page + ", which a commit of this thread had made, found none", null);
        }
        transaction.free(page);
        mine.freed(page);
        given.add(page);
    }

    private Violation unexpected(String what, RuntimeException e) {
        return new Violation("A3", what + ": expected it to succeed, found " + e, e);
    }
}
