package dev.afterimage.api;

/** Another strategy made this store; the message names both. */
public class StrategyMismatchException extends StoreOpenException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StrategyMismatchException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StrategyMismatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
