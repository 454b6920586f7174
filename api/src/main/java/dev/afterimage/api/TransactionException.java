package dev.afterimage.api;

/** A transaction could not do what it was asked. */
public class TransactionException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public TransactionException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public TransactionException(String message, Throwable cause) {
        super(message, cause);
    }
}
