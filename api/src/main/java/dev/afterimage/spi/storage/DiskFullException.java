package dev.afterimage.spi.storage;

/** The disk has no room left. Nothing that was durable is harmed. */
public class DiskFullException extends DiskException {
    private static final long serialVersionUID = 1L;

    /** Says what happened, to which file, and what to do. */
    public DiskFullException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
