package dev.afterimage.spi.storage;

/** A file of that name exists already. */
public class FileExistsException extends DiskException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public FileExistsException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public FileExistsException(String message, Throwable cause) {
        super(message, cause);
    }
}
