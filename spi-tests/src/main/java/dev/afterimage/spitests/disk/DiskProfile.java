package dev.afterimage.spitests.disk;

/**
 * How mean the disk is. A trace carries its profile, because the profile decides into which parts a call falls.
 *
 * <p>Profiles that loosen STRICT (bytes of deleted files in grown space, damage to the 4 KiB around a torn write, a rename that falls into link and
 * unlink) become constants here; {@code UndecidedDisk} is the only class that asks.
 */
public enum DiskProfile {
    /** Sectors of 512 bytes are old or new; grown space holds zeros; a rename is atomic. */
    STRICT
}
