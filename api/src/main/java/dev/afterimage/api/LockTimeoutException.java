package dev.afterimage.api;

/** A page lock was not to be had in time; the transaction has been rolled back. */
public class LockTimeoutException extends RetryableTransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public LockTimeoutException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public LockTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
