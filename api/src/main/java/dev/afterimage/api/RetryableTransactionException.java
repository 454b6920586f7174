package dev.afterimage.api;

/** The transaction was rolled back through no fault of its own; the same work may succeed in a new one. */
public class RetryableTransactionException extends TransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public RetryableTransactionException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public RetryableTransactionException(String message, Throwable cause) {
        super(message, cause);
    }
}
