package dev.afterimage.api;

/**
 * Work for {@link PageStore#transact}; it may be run several times, each time in a new transaction.
 *
 * @param <T> what it computes
 * @param <E> the checked exception it may throw
 */
@FunctionalInterface
public interface TransactionWork<T, E extends Exception> {
    /** Does the work; the caller commits when it returns and rolls back when it throws. */
    T run(Transaction transaction) throws E;
}
