package dev.afterimage.spitests.play;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

import dev.afterimage.api.CommitOutcomeUnknownException;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.RetryableTransactionException;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.ModelTransaction;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who works on a store, one transaction at a time, on a thread of its own; whoever calls waits for each step.
 *
 * <p>Every step is done by the store and by the model, and what is read is compared at once. A step answers false when the store ended the transaction
 * instead (a lock it would have had to wait for, a full disk, a failed store); the model then has it rolled back, or in doubt.
 */
public final class Actor implements AutoCloseable {
    private final Stage stage;
    private final ActorThread thread;
    private final List<Savepoint> savepoints = new ArrayList<>();
    @Nullable
    private Transaction transaction;
    @Nullable
    private ModelTransaction expected;

    Actor(Stage stage, ActorThread thread) {
        this.stage = stage;
        this.thread = thread;
    }

    /** Whether it has a transaction under way. */
    public boolean active() {
        return expected != null;
    }

    /** Its transaction, as the model sees it. */
    public ModelTransaction expected() {
        return Objects.requireNonNull(expected, "this actor has no transaction");
    }

    /** Begins a transaction that never waits for a lock. */
    public boolean begin() {
        return begin(TransactionOptions.DEFAULT.withLockTimeout(Duration.ZERO));
    }

    /** Begins a transaction. */
    public boolean begin(TransactionOptions options) {
        expected = options.snapshot() ? stage.model().beginSnapshot() : stage.model().begin();
        return step("begin", () -> {
            savepoints.clear();
            transaction = stage.store().begin(options);
        });
    }

    /** Reads a page and compares it with what the model says it sees, which may be no page. */
    public boolean read(long page) {
        return step("read " + page, () -> {
            PageContent wanted = expected().read(page);
            try (ReadablePage readable = transaction().read(page)) {
                compare(page, wanted, Scan.content(readable));
            } catch (PageNotFoundException e) {
                compare(page, wanted, null);
            }
        });
    }

    /** Writes one new tag into some slots of a page, having compared what they held. */
    public boolean write(long page, int from, int to) {
        return step("write " + page, () -> {
            try (WritablePage writable = transaction().write(page)) {
                compare(page, expected().read(page), Scan.content(writable));
                put(writable, page, from, to);
            }
        });
    }

    /** Writes one new tag over a whole page, and lets something happen after the bytes are there and before the page is closed. */
    public boolean write(long page, Runnable meanwhile) {
        return step("write " + page, () -> {
            try (WritablePage writable = transaction().write(page)) {
                compare(page, expected().read(page), Scan.content(writable));
                put(writable, page, 0, PageContent.SLOTS);
                meanwhile.run();
            }
        });
    }

    /** Writes one new tag over a whole page. */
    public boolean write(long page) {
        return write(page, 0, PageContent.SLOTS);
    }

    /** Allocates a page, checks that it is empty, and writes one tag into some slots of it; the answer is its number, or -1. */
    public long allocate(int from, int to) {
        long[] given = {-1};
        boolean done = step("allocate", () -> {
            try (WritablePage writable = transaction().allocate()) {
                long page = writable.id();
                stage.model().known(page);
                expected().allocated(page);
                compare(page, PageContent.EMPTY, Scan.content(writable));
                if (from < to) {
                    put(writable, page, from, to);
                }
                given[0] = page;
            }
        });
        return done ? given[0] : -1;
    }

    private void put(WritablePage writable, long page, int from, int to) {
        long tag = expected().nextTag();
        stage.issued(tag, page);
        for (int slot = from; slot < to; slot++) {
            writable.putLong(PageContent.offset(slot, writable.size()), tag);
        }
        expected().write(page, from, to, tag);
    }

    /** Gives a page back. */
    public boolean free(long page) {
        return step("free " + page, () -> {
            transaction().free(page);
            expected().freed(page);
        });
    }

    /** Sets a savepoint. */
    public boolean savepoint() {
        return step("savepoint", () -> {
            savepoints.add(transaction().savepoint());
            expected().savepoint();
        });
    }

    /** Rolls back to one of its savepoints, and checks every page it had changed. */
    public boolean rollbackTo(int savepoint) {
        return step("rollbackTo " + savepoint, () -> {
            List<Long> touched = List.copyOf(expected().changes().keySet());
            transaction().rollbackTo(savepoints.get(savepoint));
            savepoints.subList(savepoint + 1, savepoints.size()).clear();
            expected().rolledBackTo(savepoint);
            for (long page : touched.subList(0, Math.min(touched.size(), 8))) {
                PageContent wanted = expected().read(page);
                try (ReadablePage readable = transaction().read(page)) {
                    compare(page, wanted, Scan.content(readable));
                } catch (PageNotFoundException e) {
                    compare(page, wanted, null);
                }
            }
        });
    }

    /** Commits, and notes when it was called and when it was answered. */
    public boolean commit(Durability level) {
        return thread.perform(() -> interruptibly(() -> commitHere(level)));
    }

    /** Begins, writes a page and commits, without anybody waiting for it; {@link #finish} does. It may wait for its lock, for as long as the stage's clock stands still. */
    public Future<Boolean> startWriting(long page, Durability level) {
        return thread.start(() -> begin(TransactionOptions.DEFAULT.withLockTimeout(Duration.ofHours(1))) && write(page) && commitHere(level));
    }

    /** Does something without anybody waiting for it; {@link #finish} does. */
    public Future<Boolean> start(Callable<Boolean> steps) {
        return thread.start(steps);
    }

    /** Begins, reads a page and commits, without anybody waiting for it; {@link #finish} does. Every step may have to wait for somebody else. */
    public Future<Boolean> startReading(long page, Durability level) {
        return thread.start(() -> begin(TransactionOptions.READ_ONLY.withLockTimeout(Duration.ZERO)) && read(page) && commitHere(level));
    }

    /** Does something on this actor's thread without anybody waiting for it; {@link #finish} does. */
    Future<Boolean> start(Runnable work) {
        return thread.start(() -> {
            work.run();
            return true;
        });
    }

    /** Returns when a step that was started is over, or waits for somebody. */
    void awaitBlockedOr(Future<Boolean> step) {
        thread.awaitBlockedOr(step);
    }

    /** Waits for a step that was started. */
    public static boolean finish(Future<Boolean> step) {
        return ActorThread.finish(step);
    }

    private boolean commitHere(Durability level) {
        requireActive("commit " + level);
        ModelTransaction ended = expected();
        Transaction committing = transaction();
        CommitRecord record = stage.model().commit(ended, level, stage.now());
        expected = null;
        try {
            committing.commit(level);
        } catch (StoreFullException | RetryableTransactionException e) {
            if (record != null) {
                stage.history().retracted(record, stage.now());
                stage.promised("the refusal of commit " + level + " of T" + ended.number());
            }
            stage.refused(e);
            return false;
        } catch (StoreFailedException e) {
            if (e instanceof CommitOutcomeUnknownException && committing.state() != TransactionState.UNKNOWN) {
                throw new Violation("F1", "commit says that its outcome is unknown: expected state UNKNOWN, found " + committing.state(), e);
            }
            stage.failed(e); // the commit stays in doubt: a crash may find it, and need not
            return false;
        } catch (RuntimeException e) {
            if (isDiskError(e) && committing.state() == TransactionState.DONE) {
                if (record != null) {
                    stage.history().retracted(record, stage.now());
                }
                stage.refused(e);
                return false;
            }
            throw unexpected("commit " + level, e);
        }
        long now = stage.now();
        if (record != null) {
            stage.history().acknowledged(record, now);
            stage.answered(record);
        } else if (level != Durability.RELAXED) {
            CommitRecord seen = ended.moment() == null ? stage.history().latest() : ended.moment();
            stage.history().promised(now, level == Durability.POWER_SAFE ? CrashKind.POWER : CrashKind.PROCESS,
                    "T" + ended.number() + ", which only read, was answered at " + level + " (rule D3)", seen);
        }
        stage.promised("the answer to commit " + level + " of T" + ended.number());
        return true;
    }

    /** Rolls back. */
    public boolean rollback() {
        return step("rollback", () -> {
            ModelTransaction ended = expected();
            transaction().rollback();
            expected = null;
            stage.model().rollback(ended);
        });
    }

    /** Forgets its transaction: the store it belonged to is gone. */
    void abandon() {
        if (expected != null) {
            stage.model().rollback(expected);
            expected = null;
        }
    }

    /** Does something, now and then with the interrupt flag set, which must still be set afterwards. */
    private boolean interruptibly(BooleanSupplier work) {
        if (!stage.interruptNow()) {
            return work.getAsBoolean();
        }
        Thread.currentThread().interrupt();
        boolean done = work.getAsBoolean();
        if (!Thread.interrupted()) {
            throw new Violation("F3", "a thread was interrupted before a step: expected the interrupt to be pending after it, found it swallowed", null);
        }
        return done;
    }

    private boolean step(String what, Runnable work) {
        return thread.perform(() -> interruptibly(() -> {
            requireActive(what);
            try {
                work.run();
                return true;
            } catch (RetryableTransactionException | StoreFullException e) {
                if (active() && expected().moment() != null && e instanceof RetryableTransactionException) {
                    throw new Violation("V2", what + " in a snapshot: expected it to wait for no lock, found " + e, e);
                }
                endedByStore();
                stage.refused(e);
                return false;
            } catch (StoreFailedException e) {
                stage.failed(e);
                return false;
            } catch (RuntimeException e) {
                if (isDiskError(e)) {
                    endedByStore();
                    stage.refused(e);
                    return false;
                }
                throw unexpected(what, e);
            }
        }));
    }

    /** Scenarios that go on without a look whether their transaction does expect that it does: who ends it then has broken something. */
    private void requireActive(String what) {
        if (expected == null) {
            List<Throwable> refusals = stage.refusals();
            Throwable why = stage.hasFailed() || refusals.isEmpty() ? stage.failure() : refusals.get(refusals.size() - 1);
            throw new Violation(why instanceof StoreFullException ? "F2" : "A3", what + ": expected the transaction to go on, found that the store had ended it" + (why == null ? "" : ": " + why), why);
        }
    }

    /** Whether a call was refused because the disk failed, and the store says so. */
    private static boolean isDiskError(RuntimeException e) {
        return e instanceof StoreException && e.getCause() instanceof DiskException;
    }

    private void endedByStore() {
        if (transaction != null) {
            transaction.close();
        }
        abandon(); // unless the store failed meanwhile, and that was done then
    }

    /** Whether a step of its was given up: the store may wait for it for ever. */
    boolean hangs() {
        return thread.isEndless();
    }

    private Transaction transaction() {
        return Objects.requireNonNull(transaction);
    }

    private void compare(long page, @Nullable PageContent wanted, @Nullable PageContent found) {
        if (!Objects.equals(wanted, found)) {
            boolean snapshot = expected().moment() != null;
            throw new Violation(snapshot ? "V1" : "A3", (snapshot ? "snapshot T" : "T") + expected().number() + " reads page " + page + ": expected "
                    + describe(wanted) + ", found " + describe(found), null);
        }
    }

    private static String describe(@Nullable PageContent content) {
        return content == null ? "no such page" : content.toString();
    }

    private Violation unexpected(String what, RuntimeException e) {
        return new Violation("A3", what + ": expected it to succeed, found " + e, e);
    }

    @Override
    public void close() {
        thread.close();
    }
}
