package dev.afterimage.spi.storage;

/**
 * What a device promises beyond the list in the package description, or fails to promise of it.
 *
 * @param atomicWriteBytes the largest aligned write, in bytes, that a crash leaves whole or absent; at least 512
 * @param powerSafeOverwrite whether a write that a crash tears harms nothing that was durable: each sector of 512 bytes is old or new, and its neighbours stay as they were. Without
 *         it, the whole aligned 4 KiB around a sector that was being written may hold anything at all, so that nobody may write a second time where durable bytes are that are the last
 *         copy of something
 */
public record DeviceGuarantees(int atomicWriteBytes, boolean powerSafeOverwrite) {
    /** One sector of 512 bytes, old or new, and no more: what every disk is trusted to give. */
    public static final DeviceGuarantees SECTOR = new DeviceGuarantees(512);

    /** Checks the range. */
    public DeviceGuarantees {
        if (atomicWriteBytes < 512 || Integer.bitCount(atomicWriteBytes) != 1) {
            throw new IllegalArgumentException("atomicWriteBytes: expected a power of two of at least 512, found " + atomicWriteBytes);
        }
    }

    /** A device with power-safe overwriting. */
    public DeviceGuarantees(int atomicWriteBytes) {
        this(atomicWriteBytes, true);
    }
}
