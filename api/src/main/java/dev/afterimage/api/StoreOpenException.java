package dev.afterimage.api;

/** A store could not be opened; nothing was touched. */
public class StoreOpenException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreOpenException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreOpenException(String message, Throwable cause) {
        super(message, cause);
    }
}
