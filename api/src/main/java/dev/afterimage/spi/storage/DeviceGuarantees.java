package dev.afterimage.spi.storage;

/**
 * What a device promises beyond the list in the package description.
 *
 * @param atomicWriteBytes the largest aligned write, in bytes, that a crash leaves whole or absent; at least 512
 */
public record DeviceGuarantees(int atomicWriteBytes) {
    /** One sector of 512 bytes, and no more: what every disk gives. */
    public static final DeviceGuarantees SECTOR = new DeviceGuarantees(512);

    /** Checks the range. */
    public DeviceGuarantees {
        if (atomicWriteBytes < 512 || Integer.bitCount(atomicWriteBytes) != 1) {
            throw new IllegalArgumentException("atomicWriteBytes: expected a power of two of at least 512, found " + atomicWriteBytes);
        }
    }
}
