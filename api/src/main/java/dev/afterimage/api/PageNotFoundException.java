package dev.afterimage.api;

/** The page was never allocated, or was freed, or its number lies outside the store. */
public class PageNotFoundException extends TransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public PageNotFoundException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public PageNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
