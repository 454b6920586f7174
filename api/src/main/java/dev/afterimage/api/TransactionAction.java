package dev.afterimage.api;

/**
 * Work for {@link PageStore#transact} that computes nothing; it may be run several times, each time in a new transaction.
 *
 * @param <E> the checked exception it may throw
 */
@FunctionalInterface
public interface TransactionAction<E extends Exception> {
    /** Does the work; the caller commits when it returns and rolls back when it throws. */
    void run(Transaction transaction) throws E;
}
