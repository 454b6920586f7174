package dev.afterimage.api;

/**
 * An open store: numbered pages, changed by transactions.
 *
 * <p>Safe for many threads. After a failed sync the store is {@link StoreState#FAILED}: every later call throws {@link StoreFailedException}, and
 * closing and opening it again recovers.
 */
public interface PageStore extends AutoCloseable {
    /** Begins a transaction on this thread. */
    default Transaction begin() {
        return begin(TransactionOptions.DEFAULT);
    }

    /**
     * Begins a transaction on this thread.
     *
     * @throws UnsupportedTraitException if the options ask for a snapshot and the strategy has no such thing
     */
    Transaction begin(TransactionOptions options);

    /**
     * Runs work in a transaction and commits it, again from the start (at most 100 times, with a growing random pause) after a deadlock or a lock time-out.
     *
     * @throws E what the work threw; the transaction is rolled back
     */
    <T, E extends Exception> T call(TransactionOptions options, TransactionWork<T, E> work) throws E;

    /** Like {@link #call(TransactionOptions, TransactionWork)}, with the store's defaults. */
    default <T, E extends Exception> T call(TransactionWork<T, E> work) throws E {
        return call(TransactionOptions.DEFAULT, work);
    }

    /** Like {@link #call(TransactionOptions, TransactionWork)}, for work that computes nothing. */
    default <E extends Exception> void transact(TransactionOptions options, TransactionAction<E> work) throws E {
        this.<Void, E>call(options, transaction -> {
            work.run(transaction);
            return null;
        });
    }

    /** Like {@link #transact(TransactionOptions, TransactionAction)}, with the store's defaults. */
    default <E extends Exception> void transact(TransactionAction<E> work) throws E {
        transact(TransactionOptions.DEFAULT, work);
    }

    /** The page that every new store has, full of zeros: where an application keeps what it finds the rest by. It cannot be freed. */
    long rootPageId();

    /** Size of a page on the disk, in bytes. */
    int pageSize();

    /** Bytes of a page an application may use: the page size less what the strategy keeps for itself. */
    int usablePageBytes();

    /** The name of the strategy that made this store. */
    String strategyName();

    /** Where it stands. */
    StoreState state();

    /** What opening it had to do. */
    RecoveryReport recoveryReport();

    /** Counters since it was opened. */
    StoreStatistics statistics();

    /** Takes a checkpoint now, as fast as the disk allows, while transactions go on. */
    CheckpointReport checkpoint();

    /** Rolls back what is active, makes all commits durable, and closes. A failed store only lets go of what it holds. */
    @Override
    void close();
}
