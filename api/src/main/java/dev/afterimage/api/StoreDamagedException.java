package dev.afterimage.api;

/** Durable bytes are damaged and cannot be repaired: reported, never returned (rules T1 and T2). */
public class StoreDamagedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StoreDamagedException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StoreDamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
