package dev.afterimage.api;

/** The root of all that a store throws for reasons other than a wrong argument. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
