package dev.afterimage.spitests.disk;

/** What a failed sync does to the bytes it should have made durable; either way it is reported once. */
public enum SyncFailure {
    /**
     * Reads still show the new bytes, and the system counts them as clean: later syncs succeed without writing them. Each sector stays old or new at
     * every later crash until it is written again. Seen with ext4 and XFS.
     */
    CLEAN_NEW,
    /** Reads show the old bytes again, and so does every later crash. Seen with Btrfs. A failed sync of names behaves as {@link #CLEAN_NEW}. */
    CLEAN_OLD
}
