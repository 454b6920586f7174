package dev.afterimage.spitests.disk;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How mean the disk is. A trace carries its profile, because the profile decides into which parts a call falls and which of them may be trashed.
 *
 * <p>In every profile a sector is written whole or not at all, but where a torn write may leave <em>trash</em>: bytes that nobody wrote. Trash is a fate of its own
 * in a {@link ChoiceVector}.
 */
public enum DiskProfile {
    /**
     * Sectors of 512 bytes are old or new; grown space holds zeros; a rename is atomic. Where a durable sector holds nothing but zeros (fresh space: beyond the
     * durable length, preallocated, never written), nothing can be lost by tearing, and so a sector in flight may be trashed there.
     */
    STRICT,
    /** STRICT, but any sector in flight may be trashed, one that held durable bytes as well: those bytes are lost. */
    TRASH_ANYWHERE,
    /**
     * STRICT, but where a file grew and its bytes were lost, it may show bytes of another time: its own, cut away before, or a deleted file's, or a stranger's. The fate
     * of the length tells: kept as it is, or trashed, which is kept and with such bytes in every whole sector that it added.
     */
    GARBAGE,
    /** No power-safe overwriting: any sector in flight may be trashed, and with it all of the aligned 4 KiB around it, whatever was durable there. */
    NO_PSOW,
    /** STRICT, but a rename is a new name and then the removal of the old one: either may survive without the other, so that there are both names, or neither. Less than the contract promises, as some file systems do. */
    SPLIT_RENAME;

    /** Sectors of the block that a torn write takes along without power-safe overwriting. */
    static final int BLOCK_SECTORS = 8;

    /** What it is called in a replay line. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The profile of that title.
     *
     * @throws IllegalArgumentException naming those there are
     */
    public static DiskProfile named(String title) {
        for (DiskProfile profile : values()) {
            if (profile.title().equals(title)) {
                return profile;
            }
        }
        List<String> known = Arrays.stream(values()).map(DiskProfile::title).toList();
        throw new IllegalArgumentException("disk profile: expected one of " + known + ", found \"" + title + "\"");
    }

    /** Whether a sector that held durable bytes may be trashed, too. */
    boolean trashesDurableBytes() {
        return this == TRASH_ANYWHERE || this == NO_PSOW;
    }
}
