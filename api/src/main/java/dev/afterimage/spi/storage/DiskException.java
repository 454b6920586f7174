package dev.afterimage.spi.storage;

/** A disk could not do what it was asked; the root of all that this package throws. */
public class DiskException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public DiskException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public DiskException(String message, Throwable cause) {
        super(message, cause);
    }
}
