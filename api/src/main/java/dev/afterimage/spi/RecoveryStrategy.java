package dev.afterimage.spi;

import java.util.List;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.UnsupportedTraitException;

/**
 * How one open store achieves atomicity and durability: a map from page number to page that changes by transactions and survives crashes.
 *
 * <p>An implementation keeps the numbered rules of this package. It must be safe for many threads, except that {@link #recover()} and {@link #close()} run
 * alone. A crash may cut any call short, {@code recover} and {@code close} too; the next {@code recover} must cope.
 */
public interface RecoveryStrategy extends AutoCloseable {
    /**
     * Brings the store to a legal state (rule A3); the first call, exactly once. Where {@link StrategyContext#created()} it makes an empty store, removing
     * what an earlier, interrupted attempt left.
     *
     * <p>With {@link OptionalTrait#ROLLBACK_AFTER_OPENING} it may leave unfinished transactions to be rolled back later: {@link #recoveredTransactions()}.
     *
     * @throws dev.afterimage.api.StoreDamagedException if durable bytes cannot be trusted
     */
    RecoveryReport recover();

    /**
     * The unfinished transactions that {@link #recover()} left to be rolled back while the store is open; asked once, right after it. Most strategies leave none. Before any of them is rolled back the
     * engine may read pages, also of theirs, that it needs to open the store: its space maps.
     */
    default List<? extends RecoveredTransaction> recoveredTransactions() {
        return List.of();
    }

    /**
     * Begins a transaction.
     *
     * @param transactionId greater than every earlier one of this store, and greater than {@link RecoveryReport#highestTransactionId()}
     */
    StrategyTransaction begin(long transactionId);

    /**
     * The same, and gives back a transaction that is over, whose memory the strategy may use for the new one. Who does not care need not.
     *
     * @param former what an earlier call returned: its commit and its ticket's {@code await} have returned, or its {@code rollback} has, and nobody refers to it or its ticket any more
     */
    default StrategyTransaction begin(long transactionId, StrategyTransaction former) {
        return begin(transactionId);
    }

    /**
     * Holds the present moment still for a reader that takes no locks. Only called where {@link OptionalTrait#SNAPSHOT_READS} is declared.
     *
     * @param transactionId as in {@link #begin}
     */
    default StrategySnapshot openSnapshot(long transactionId) {
        throw new UnsupportedTraitException(getClass().getSimpleName() + " does not have the trait " + OptionalTrait.SNAPSHOT_READS);
    }

    /** Takes a checkpoint while transactions go on, so that less is left to recover. One runs at a time. */
    CheckpointReport checkpoint(CheckpointPace pace);

    /** Bytes that {@link #recover()} would have to read if the machine died now. Cheap: asked after every commit. */
    long recoveryDebtBytes();

    /** Debt in bytes at which the strategy wants a checkpoint; {@link Long#MAX_VALUE} for never. It may change, so it is asked for together with the debt. */
    long recoveryDebtLimitBytes();

    /** Counters since it was opened; not asked for before {@link #recover()} or after {@link #close()}. */
    StrategyStatistics statistics();

    /**
     * Makes all commits durable, leaves the store so that opening it needs no recovery, and lets go of memory and handles. After a failure, or
     * where {@link #recover()} did not return, it only lets go and writes nothing.
     * No transaction is active and no snapshot open. Recovered transactions whose rollback has not come to its end stay as they are: the next {@link #recover()} finds them.
     */
    @Override
    void close();
}
