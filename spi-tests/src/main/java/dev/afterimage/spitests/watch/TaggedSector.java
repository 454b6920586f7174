package dev.afterimage.spitests.watch;

import java.util.Arrays;
import java.util.function.LongPredicate;

import dev.afterimage.spitests.model.PageContent;

/**
 * The values in one version of a sector, and where; immutable. A value that reaches over the sector's end is not among them.
 *
 * @param offsets ascending
 * @param tags one for each offset
 */
record TaggedSector(int[] offsets, long[] tags) {
    static final TaggedSector NONE = new TaggedSector(new int[0], new long[0]);

    /** Looks at each byte, for a log puts values where it likes. */
    static TaggedSector of(byte[] bytes, LongPredicate known) {
        int[] offsets = new int[bytes.length / Long.BYTES];
        long[] tags = new long[offsets.length];
        int count = 0;
        for (int at = 0; at + Long.BYTES <= bytes.length; at++) {
            if (bytes[at + 7] == PageContent.MARK) {
                long tag = read(bytes, at);
                if (known.test(tag)) {
                    offsets[count] = at;
                    tags[count++] = tag;
                    at += 7;
                }
            }
        }
        return count == 0 ? NONE : new TaggedSector(Arrays.copyOf(offsets, count), Arrays.copyOf(tags, count));
    }

    private static long read(byte[] bytes, int at) {
        long value = 0;
        for (int index = 7; index >= 0; index--) {
            value = value << 8 | bytes[at + index] & 0xFF;
        }
        return value;
    }

    /** The value at an offset, or 0. */
    long at(int offset) {
        int index = Arrays.binarySearch(offsets, offset);
        return index < 0 ? 0 : tags[index];
    }

    /** What this and another version have in common. */
    TaggedSector and(TaggedSector other) {
        if (this == other || offsets.length == 0) {
            return this;
        }
        return only((offset, tag) -> other.at(offset) == tag);
    }

    /** What lies before a byte. */
    TaggedSector before(int end) {
        return only((offset, tag) -> offset + Long.BYTES <= end);
    }

    private interface Keeper {
        boolean keeps(int offset, long tag);
    }

    private TaggedSector only(Keeper keeper) {
        int[] kept = new int[offsets.length];
        long[] values = new long[offsets.length];
        int count = 0;
        for (int index = 0; index < offsets.length; index++) {
            if (keeper.keeps(offsets[index], tags[index])) {
                kept[count] = offsets[index];
                values[count++] = tags[index];
            }
        }
        return count == offsets.length ? this : count == 0 ? NONE : new TaggedSector(Arrays.copyOf(kept, count), Arrays.copyOf(values, count));
    }
}
