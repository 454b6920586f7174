package dev.afterimage.spi.storage;

/** Somebody else holds the lock. */
public class DiskLockedException extends DiskException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public DiskLockedException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public DiskLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
