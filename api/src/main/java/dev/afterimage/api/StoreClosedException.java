package dev.afterimage.api;

/** The store is closed. */
public class StoreClosedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreClosedException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
