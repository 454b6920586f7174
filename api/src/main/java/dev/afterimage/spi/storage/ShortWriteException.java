package dev.afterimage.spi.storage;

/** The device took fewer bytes than it was given, without saying why. */
public class ShortWriteException extends DiskException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public ShortWriteException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public ShortWriteException(String message, Throwable cause) {
        super(message, cause);
    }
}
