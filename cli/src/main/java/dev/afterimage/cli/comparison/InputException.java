package dev.afterimage.cli.comparison;

/** The user gave something that cannot be used; the message is one line that says what, where, and what was expected. */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** One line for the user. */
    public InputException(String message) {
        super(message);
    }

    /** One line for the user, with what lies beneath it. */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
