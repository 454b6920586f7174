package dev.afterimage.spi;

/** How a strategy copes with a page of which only some sectors reached the disk. */
public enum TornPageProtection {
    /** The whole page is in the log since the last checkpoint. */
    FULL_PAGE_IMAGES,
    /** The whole page is written to a second place, and synced, first. */
    DOUBLEWRITE,
    /** A page in use is never overwritten. */
    COPY_ON_WRITE,
    /** The page before the change is in a rollback journal, and synced, first. */
    ROLLBACK_JOURNAL,
    /** It relies on the device ({@link dev.afterimage.spi.storage.DeviceGuarantees#atomicWriteBytes()}). */
    DEVICE
}
