package dev.afterimage.spi.storage;

/** There is no file of that name. */
public class FileMissingException extends DiskException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public FileMissingException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public FileMissingException(String message, Throwable cause) {
        super(message, cause);
    }
}
