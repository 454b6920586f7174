package dev.afterimage.spi.storage;

/** The place cannot be used at all: it is no folder, may not be read or written, or is not there. */
public class DiskAccessException extends DiskException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public DiskAccessException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public DiskAccessException(String message, Throwable cause) {
        super(message, cause);
    }
}
