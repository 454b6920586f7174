package dev.afterimage.api;

/**
 * A page as it was at the moment of a snapshot is there no more, because there was no room to keep it when a writer replaced it, or it could not be read then. The snapshot stays open, and other pages of its moment may still be
 * read; begin another one for a younger moment.
 */
public class SnapshotTooOldException extends TransactionException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public SnapshotTooOldException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public SnapshotTooOldException(String message, Throwable cause) {
        super(message, cause);
    }
}
