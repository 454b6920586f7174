package dev.afterimage.api;

/** The disk is full: the transaction was rolled back, reads go on (rule F2). */
public class StoreFullException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreFullException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
