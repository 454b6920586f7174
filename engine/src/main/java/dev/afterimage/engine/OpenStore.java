package dev.afterimage.engine;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreState;
import dev.afterimage.api.StoreStatistics;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionWork;
import dev.afterimage.api.UnsupportedTraitException;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.jspecify.annotations.Nullable;

/** An open store; what it is made of was put together by {@link StoreOpening}. */
final class OpenStore implements PageStore {
    /** The page every store has; page 0 is the first map of its space. */
    static final long ROOT_PAGE = 1;

    private final StoreConfig config;
    private final StoreParts parts;
    private final StrategyTraits traits;
    private final RecoveryStrategy strategy;
    private final StoreHealth health;
    private final RecoveryReport report;
    private final StoreCounters counters = new StoreCounters();
    private final PageLocks locks;
    private final LateRollback lateRollback;
    private final SpaceMap space;
    private final CheckpointScheduler checkpoints;
    private final WorkAttempts attempts;
    private final AtomicLong lastTransactionId;
    private final OpenTransactions transactions = new OpenTransactions(this);
    /** Read by those who ask the strategy something outside a transaction, written by its closing. */
    private final ReentrantReadWriteLock strategyInUse = new ReentrantReadWriteLock();
    private final StoreClosing closing;
    private volatile @Nullable StoreStatistics finalStatistics;

    OpenStore(StoreConfig config, StoreParts parts, RecoveryStrategy strategy, RecoveryReport report, long lastTransactionId) {
        this.config = config;
        this.parts = parts;
        this.strategy = strategy;
        this.lastTransactionId = new AtomicLong(lastTransactionId);
        traits = parts.provider().traits();
        health = parts.health();
        locks = new PageLocks(parts.time());
        // Before anything else looks at pages: what a crash left unfinished keeps its pages to itself.
        lateRollback = new LateRollback(recovered(strategy), locks, health, parts.time());
        this.report = lateRollback.transactions() == 0 ? report : report.withRollingBack(lateRollback.transactions(), lateRollback.pages());
        space = new SpaceMap(this);
        space.countGroups(strategy, nextTransactionId());
        attempts = new WorkAttempts(this, parts.random().nextLong());
        closing = new StoreClosing(this, parts);
        health.onStop(locks::cancelWaits);
        // Last: from here on checkpoints may run, and rollbacks.
        checkpoints = new CheckpointScheduler(strategy, health, parts.tasks(), parts.time());
        lateRollback.start(parts.tasks(), checkpoints::takeSoonIfOwed);
    }

    private List<? extends RecoveredTransaction> recovered(RecoveryStrategy recoveredStrategy) {
        List<? extends RecoveredTransaction> recovered = recoveredStrategy.recoveredTransactions();
        if (!recovered.isEmpty() && !traits.has(OptionalTrait.ROLLBACK_AFTER_OPENING)) {
            throw new IllegalStateException("strategy " + strategyName() + " left " + recovered.size() + " transactions to be rolled back after opening; expected none, for it does"
                    + " not declare the trait " + OptionalTrait.ROLLBACK_AFTER_OPENING);
        }
        return recovered;
    }

    @Override
    public Transaction begin(TransactionOptions options) {
        return new TransactionReference(begin(options, 0), health, false);
    }

    /** Begins a transaction that {@link #call} ends; {@code age} is the id of the first attempt at the same work, or 0. */
    TransactionReference beginManaged(TransactionOptions options, long age) {
        return new TransactionReference(begin(options, age), health, true);
    }

    private OpenTransaction begin(TransactionOptions options, long age) {
        OpenTransaction.check(options);
        health.check();
        if (options.snapshot()) {
            requireTrait(OptionalTrait.SNAPSHOT_READS, "TransactionOptions.readOnlySnapshot()");
        }
        long id = nextTransactionId();
        // Claimed before the second look: either this look sees that the store is closing, or the closing sees this transaction.
        OpenTransaction transaction = transactions.claim();
        boolean begun = false;
        try {
            health.check();
            transaction.begin(id, age == 0 ? id : age, options);
            begun = true;
            return transaction;
        } catch (SyncFailedException | StoreFailedException e) {
            health.failed(e);
            throw health.failedStore();
        } catch (DiskException e) {
            throw new StoreException("transaction " + id + " could not begin: the disk failed: " + e.getMessage(), e);
        } finally {
            if (!begun) {
                transaction.gate().free();
            }
        }
    }

    private void requireTrait(OptionalTrait trait, String call) {
        if (!traits.has(trait)) {
            throw new UnsupportedTraitException(call + " needs the trait " + trait + ", which strategy " + strategyName() + " does not have; it has "
                    + (traits.optional().isEmpty() ? "no optional trait" : traits.optional().toString()));
        }
    }

    @Override
    public <T, E extends Exception> T call(TransactionOptions options, TransactionWork<T, E> work) throws E {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(work, "work");
        return attempts.call(options, work);
    }

    @Override
    public long rootPageId() {
        return ROOT_PAGE;
    }

    @Override
    public int pageSize() {
        return parts.header().pageSize();
    }

    @Override
    public int usablePageBytes() {
        return pageSize() - traits.pageHeaderBytes();
    }

    @Override
    public String strategyName() {
        return parts.header().strategy();
    }

    @Override
    public StoreState state() {
        return health.state();
    }

    @Override
    public RecoveryReport recoveryReport() {
        return report;
    }

    @Override
    public StoreStatistics statistics() {
        strategyInUse.readLock().lock();
        try {
            StoreStatistics last = finalStatistics;
            return last == null ? counters.with(transactions.counts(), parts.disk(), strategy.statistics(), lateRollback) : last;
        } finally {
            strategyInUse.readLock().unlock();
        }
    }

    @Override
    public CheckpointReport checkpoint() {
        health.check();
        return checkpoints.takeNow();
    }

    @Override
    public void close() {
        closing.close();
    }

    StoreClosing closing() {
        return closing;
    }

    /** Closes the strategy; nobody asks it anything afterwards. */
    void closeStrategy() {
        strategyInUse.writeLock().lock();
        try {
            // A closed strategy has nothing to say, so its counters are asked for first; the disk's go on counting to the end.
            StrategyStatistics last = strategy.statistics();
            try {
                strategy.close();
            } finally {
                finalStatistics = counters.with(transactions.counts(), parts.disk(), last, lateRollback);
            }
        } finally {
            strategyInUse.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return "store in " + parts.disk().description() + " (" + strategyName() + ", " + state() + ")";
    }

    // ---- for the transactions

    long nextTransactionId() {
        return lastTransactionId.incrementAndGet();
    }

    List<OpenTransaction> active() {
        return transactions.active();
    }

    Durability durability() {
        return config.durability();
    }

    long lockTimeoutNanos() {
        return config.lockTimeout().toNanos();
    }

    StrategyTraits traits() {
        return traits;
    }

    RecoveryStrategy strategy() {
        return strategy;
    }

    StoreHealth health() {
        return health;
    }

    StoreCounters counters() {
        return counters;
    }

    PageLocks locks() {
        return locks;
    }

    SpaceMap space() {
        return space;
    }

    LateRollback lateRollback() {
        return lateRollback;
    }

    CheckpointScheduler checkpoints() {
        return checkpoints;
    }
}
