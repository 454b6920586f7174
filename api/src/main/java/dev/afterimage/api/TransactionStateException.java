package dev.afterimage.api;

/** The call does not fit the transaction's state: it is over, or read-only, or has pages open. */
public class TransactionStateException extends TransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public TransactionStateException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public TransactionStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
