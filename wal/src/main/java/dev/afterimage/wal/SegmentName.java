package dev.afterimage.wal;

import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

/**
 * The name of a segment file: 24 hexadecimal digits in lower case, 8 of the timeline and 16 of the segment's number.
 *
 * @param timeline at least 1
 * @param number which piece of the stream it holds: {@code number * segmentBytes} is the position of its first byte
 */
record SegmentName(int timeline, long number) implements Comparable<SegmentName> {
    private static final int DIGITS = 24;
    private static final String SPARE = "spare-";

    /** The name in those digits, or null where it is the name of something else. */
    static @Nullable SegmentName parse(String name) {
        if (name.length() != DIGITS || !name.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
            return null;
        }
        int timeline = HexFormat.fromHexDigits(name, 0, 8);
        long number = HexFormat.fromHexDigitsToLong(name, 8, DIGITS);
        return timeline < 1 || number < 0 ? null : new SegmentName(timeline, number);
    }

    /** The name of a spare: a segment file that holds nothing anybody needs. */
    static String spare(int index) {
        return SPARE + index;
    }

    /** The index in a spare's name, or -1 where it is the name of something else. */
    static int spareIndex(String name) {
        if (!name.startsWith(SPARE) || !name.substring(SPARE.length()).matches("0|[1-9][0-9]{0,8}")) {
            return -1;
        }
        return Integer.parseInt(name.substring(SPARE.length()));
    }

    @Override
    public int compareTo(SegmentName other) {
        int byTimeline = Integer.compare(timeline, other.timeline);
        return byTimeline != 0 ? byTimeline : Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(timeline) + hex.toHexDigits(number);
    }
}
