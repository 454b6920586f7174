package dev.afterimage.spitests.disk;

/** What a sync covers. */
public enum SyncScope {
    /** Bytes, length and everything else of one file. */
    FILE,
    /** Bytes of one file, and the length needed to read them. */
    DATA,
    /** The names. */
    NAMES
}
