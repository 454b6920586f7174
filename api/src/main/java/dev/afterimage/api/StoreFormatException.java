package dev.afterimage.api;

/** The place holds no store, a newer one, or one whose header is damaged; the message says what was found. */
public class StoreFormatException extends StoreOpenException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreFormatException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
