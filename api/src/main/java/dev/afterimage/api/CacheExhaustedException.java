package dev.afterimage.api;

/** Every page of the cache is in use at once: close page handles sooner, or give the store a larger cache. */
public class CacheExhaustedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public CacheExhaustedException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public CacheExhaustedException(String message, Throwable cause) {
        super(message, cause);
    }
}
