package dev.afterimage.spi.storage;

/**
 * Opens disks of one scheme; found by {@link java.util.ServiceLoader}.
 *
 * <p>A store's location is {@code scheme:rest}; the provider of that scheme is given the rest.
 */
public interface DiskProvider {
    /** The scheme, in lower case: {@code file}, {@code memory}. */
    String scheme();

    /**
     * Opens the disk at that place, making it where it does not exist.
     *
     * @param location what follows the scheme and its colon, for example a path
     * @throws DiskAccessException if the place cannot be used: it is no folder, or may not be written
     */
    Disk open(String location);

    /** Whether the place exists already; looking changes nothing. */
    boolean exists(String location);
}
