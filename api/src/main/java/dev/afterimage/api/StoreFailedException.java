package dev.afterimage.api;

/** A sync failed or the device broke: the store serves nobody until it is opened again (rule F1). */
public class StoreFailedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreFailedException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
