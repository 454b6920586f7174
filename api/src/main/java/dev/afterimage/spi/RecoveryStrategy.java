package dev.afterimage.spi;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryReport;

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
     * @throws dev.afterimage.api.StoreDamagedException if durable bytes cannot be trusted
     */
    RecoveryReport recover();

    /**
     * Begins a transaction.
     *
     * @param transactionId greater than every earlier one of this store, and greater than {@link RecoveryReport#highestTransactionId()}
     */
    StrategyTransaction begin(long transactionId);

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
     * No transaction is active.
     */
    @Override
    void close();
}
