package dev.afterimage.api;

/** The strategy does not have the trait that the call needs (rule P1). */
public class UnsupportedTraitException extends TransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public UnsupportedTraitException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public UnsupportedTraitException(String message, Throwable cause) {
        super(message, cause);
    }
}
