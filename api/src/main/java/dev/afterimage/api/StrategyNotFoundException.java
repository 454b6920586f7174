package dev.afterimage.api;

/** There is no strategy of that name; the message lists those there are. */
public class StrategyNotFoundException extends StoreOpenException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public StrategyNotFoundException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public StrategyNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
