package dev.afterimage.spi.storage;

/** A sync failed. Final: nobody knows what reached the disk, and a later sync that succeeds proves nothing (rule F1). */
public class SyncFailedException extends DiskException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public SyncFailedException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public SyncFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
