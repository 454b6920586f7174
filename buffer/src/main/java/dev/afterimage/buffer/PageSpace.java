package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;

/**
 * Where pages of one kind live beneath the pool: the home pages of a store, the slots of a spill file.
 *
 * <p>Implementations must be safe for many threads and must not call the pool: it waits for them. The pool never reads and writes one page at the same time,
 * and never writes one page twice at the same time. Spaces are told apart by identity; a pool caches any number of them.
 */
public interface PageSpace {
    /** A short name for messages; it stays the same. */
    String name();

    /**
     * Fills all of {@code page} with the durable page of that number, and verifies it.
     *
     * @param number the page's number in this space
     * @param page a frame that nobody else sees yet; its former bytes mean nothing
     * @throws dev.afterimage.api.StoreDamagedException if the bytes cannot be trusted
     * @throws dev.afterimage.spi.storage.DiskException if the device fails
     */
    void read(long number, OffHeapBytes page);

    /**
     * Writes a page; durable only after a sync, which the pool leaves to others. A space may keep it in memory until then, if it reads it from there.
     *
     * <p>The frame is latched shared, so its bytes stand still; they are not to be changed here. A space under a log waits first for its {@link WriteBarrier}
     * (rule W2), then writes. After an error the page stays dirty and resident, and the durable page may be torn.
     *
     * @param number the page's number in this space
     * @param page its bytes
     */
    void write(long number, OffHeapBytes page);
}
