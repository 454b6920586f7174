package dev.afterimage.api;

/** A setting is unknown, cannot be read, or lies outside its range. */
public class ConfigException extends StoreOpenException {
    private static final long serialVersionUID = 1L;

    /** Says what was expected, what was found and what to do. */
    public ConfigException(String message) {
        super(message);
    }

    /** The same, with the failure beneath it. */
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
