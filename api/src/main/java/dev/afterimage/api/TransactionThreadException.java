package dev.afterimage.api;

/** Another thread than the one that began the transaction used it. */
public class TransactionThreadException extends TransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public TransactionThreadException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public TransactionThreadException(String message, Throwable cause) {
        super(message, cause);
    }
}
