package dev.afterimage.cli.comparison;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The user gave something that cannot be used; the message is one line that says what, where, and what was expected. */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** One line for the user. */
    public InputException(String message) {
        super(message);
    }

    /** One line for the user about a file or folder that a call failed on; the JDK often reports no more than its name. */
    public static InputException of(Object place, String what, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        if (cause instanceof AccessDeniedException) {
            reason = "permission denied";
        } else if (cause instanceof NoSuchFileException) {
            reason = "it, or a folder above it, is not there and cannot be made";
        } else if (cause instanceof FileSystemException file && file.getReason() != null) {
            reason = file.getReason();
        }
        return new InputException(place + ": " + what + ": " + reason, cause);
    }

    /** One line for the user, with what lies beneath it. */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
