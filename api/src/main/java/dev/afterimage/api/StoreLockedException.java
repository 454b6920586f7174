package dev.afterimage.api;

/** Somebody else has the store open. */
public class StoreLockedException extends StoreOpenException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreLockedException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
