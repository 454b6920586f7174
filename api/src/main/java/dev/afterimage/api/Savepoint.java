package dev.afterimage.api;

/** A place in a transaction to roll back to; it belongs to that transaction and ends with it, or with a rollback to an earlier one. */
public interface Savepoint {
    /** The transaction it belongs to. */
    long transactionId();
}
