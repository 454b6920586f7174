package dev.afterimage.api;

/** A sync failed while a commit waited for it: after reopening the transaction is there whole, or not at all. */
public class CommitOutcomeUnknownException extends StoreFailedException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public CommitOutcomeUnknownException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public CommitOutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
