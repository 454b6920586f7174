package dev.afterimage.api;

/** The transaction was chosen to break a deadlock and has been rolled back. */
public class DeadlockException extends RetryableTransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public DeadlockException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public DeadlockException(String message, Throwable cause) {
        super(message, cause);
    }
}
