package dev.afterimage.api;

/** There is no store at that place, and the config does not allow to make one; or there is one, and the config wants a new one. */
public class StoreMissingException extends StoreOpenException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreMissingException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreMissingException(String message, Throwable cause) {
        super(message, cause);
    }
}
