package dev.afterimage.storage;

import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Turns what the operating system reports into the exceptions of the disk's contract.
 *
 * <p>Java knows a full disk only by its message, and the C library may speak the user's language. So a message in English is believed, and otherwise the device
 * is asked whether there was room for what should have been written.
 */
final class DiskFailures {
    private static final List<String> FULL = List.of("No space left on device", "Disk quota exceeded", "not enough space on the disk");
    private static final List<String> NO_ACCESS = List.of("Permission denied", "Operation not permitted", "Read-only file system", "Is a directory", "Not a directory",
            "Too many levels of symbolic links");

    private final SystemCalls calls;
    private final Path folder;

    DiskFailures(SystemCalls calls, Path folder) {
        this.calls = calls;
        this.folder = folder;
    }

    /** A failure to write that many bytes. */
    DiskException ofWrite(String what, long bytes, IOException cause) {
        if (saysAny(FULL, cause) || !hasRoomFor(bytes)) {
            return new DiskFullException("The disk is full: cannot " + what + ": " + reason(cause) + ". Make room on it, then try again", cause);
        }
        return of(what, cause);
    }

    /** A failure of a call that writes no bytes, though it may need room for a name. */
    DiskException of(String what, IOException cause) {
        if (saysAny(FULL, cause)) {
            return new DiskFullException("The disk is full: cannot " + what + ": " + reason(cause) + ". Make room on it, then try again", cause);
        }
        if (isNoAccess(cause)) {
            return new DiskAccessException("Cannot " + what + ": " + reason(cause), cause);
        }
        return new DiskException("Cannot " + what + ": " + reason(cause), cause);
    }

    /** Whether it says that the caller may not do that here. */
    static boolean isNoAccess(IOException cause) {
        return cause instanceof AccessDeniedException || saysAny(NO_ACCESS, cause);
    }

    private boolean hasRoomFor(long bytes) {
        try {
            return calls.usableBytes(folder) >= bytes;
        } catch (IOException unknown) {
            return true;
        }
    }

    private static boolean saysAny(List<String> phrases, IOException cause) {
        String reason = reason(cause);
        return phrases.stream().anyMatch(reason::contains);
    }

    /** What went wrong, without the path, which our own messages name already. */
    static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof NoSuchFileException) {
            return "the file, or a folder above it, is not there and cannot be made";
        }
        if (cause instanceof FileSystemException && ((FileSystemException) cause).getReason() != null) {
            return ((FileSystemException) cause).getReason();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
