package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.util.Arrays;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.PageChange;

/** The ranges of a page that are about to change, and their bytes as they are: what goes into undo records. One thread; reused. */
final class BeforeImage {
    /** Zeros within a discarded page that are not worth a range of their own. */
    private static final int GAP_BYTES = 24;
    private static final int RANGES_MAX = 64;

    private int ranges;
    private int[] offsets = new int[8];
    private int[] lengths = new int[8];
    private ByteBuffer content = ByteBuffer.allocate(1 << 9);

    /** Nothing changes but whether the page exists. */
    BeforeImage ofNothing() {
        ranges = 0;
        content.clear().flip();
        return this;
    }

    /** What a change reports. */
    BeforeImage of(PageChange change) {
        ranges = 0;
        int bytes = 0;
        for (int range = 0; range < change.ranges(); range++) {
            add(change.offset(range), change.length(range));
            bytes += change.length(range);
        }
        room(bytes);
        for (int range = 0; range < ranges; range++) {
            change.copyBefore(range, content);
        }
        content.flip();
        assert content.remaining() == bytes;
        return this;
    }

    /** All of a page that is not zero. */
    BeforeImage ofWhole(OffHeapBytes usable) {
        ranges = 0;
        int bytes = 0;
        int at = nextNonZero(usable, 0);
        while (at < usable.length()) {
            int end = ranges == RANGES_MAX - 1 ? usable.length() : endOfRun(usable, at);
            add(at, end - at);
            bytes += end - at;
            at = nextNonZero(usable, end);
        }
        room(bytes);
        for (int range = 0; range < ranges; range++) {
            content.limit(content.position() + lengths[range]);
            usable.get(offsets[range], content);
        }
        content.flip();
        return this;
    }

    private static int nextNonZero(OffHeapBytes bytes, int from) {
        int at = from;
        while (at < bytes.length() && bytes.getByte(at) == 0) {
            at++;
        }
        return at;
    }

    /** Where the run of bytes that begins here ends: before a gap, or at the end of the page. */
    private static int endOfRun(OffHeapBytes bytes, int from) {
        int end = from + 1;
        while (true) {
            int next = nextNonZero(bytes, end);
            if (next == bytes.length() || next - end >= GAP_BYTES) {
                return end;
            }
            end = next + 1;
        }
    }

    private void add(int offset, int length) {
        if (ranges == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * ranges);
            lengths = Arrays.copyOf(lengths, 2 * ranges);
        }
        offsets[ranges] = offset;
        lengths[ranges++] = length;
    }

    private void room(int bytes) {
        if (content.capacity() < bytes) {
            content = ByteBuffer.allocate(Math.max(bytes, 2 * content.capacity()));
        }
        content.clear();
    }

    int ranges() {
        return ranges;
    }

    int offset(int range) {
        return offsets[range];
    }

    int length(int range) {
        return lengths[range];
    }

    /** The bytes of all ranges, from 0 to the limit. */
    ByteBuffer content() {
        return content;
    }

    /** Bytes of an undo record that holds all of it. */
    int recordBytes() {
        return UndoRecord.HEADER_BYTES + ranges * UndoRecord.RANGE_BYTES + content.limit();
    }
}
