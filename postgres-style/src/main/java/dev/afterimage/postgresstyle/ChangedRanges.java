package dev.afterimage.postgresstyle;

import java.util.Arrays;

import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;

/**
 * Which bytes of a private page differ from the home page it was copied from: disjoint ranges in rising order, merged, and bounded in number.
 *
 * <p>It may claim bytes that did not change (ranges closer than {@link #JOIN_GAP_BYTES} become one, and beyond {@link #MAX_RANGES} the nearest two do), never
 * fewer than did: the claimed bytes are logged with what the private page holds, so claiming more costs log space and nothing else.
 *
 * <p>Used by one transaction's thread; reused from one transaction to the next.
 */
final class ChangedRanges {
    /** More ranges than these are not told apart. */
    static final int MAX_RANGES = 32;
    /** A range of its own costs this much in a record, so a smaller gap is cheaper logged than skipped. */
    static final int JOIN_GAP_BYTES = RangesRecord.BYTES_PER_RANGE;

    private static final int FIRST_CAPACITY = 4;

    private int[] starts = new int[FIRST_CAPACITY];
    private int[] ends = new int[FIRST_CAPACITY];
    private int count;

    /** Forgets all. */
    void clear() {
        count = 0;
    }

    /** Becomes equal to another. */
    void copyFrom(ChangedRanges other) {
        ensureCapacity(other.count);
        System.arraycopy(other.starts, 0, starts, 0, other.count);
        System.arraycopy(other.ends, 0, ends, 0, other.count);
        count = other.count;
    }

    /** Adds {@code length} bytes from {@code offset}; at least one byte. */
    void add(int offset, int length) {
        assert offset >= 0 && length > 0 : "a range of " + length + " bytes at " + offset;
        int start = offset;
        int end = offset + length;
        int first = firstReachedBy(start);
        int next = first;
        while (next < count && starts[next] <= end + JOIN_GAP_BYTES) {
            start = Math.min(start, starts[next]);
            end = Math.max(end, ends[next]);
            next++;
        }
        replace(first, next, start, end);
        if (count > MAX_RANGES) {
            joinNearestTwo();
        }
        assert ordered();
    }

    /** How many ranges. */
    int count() {
        return count;
    }

    /** First byte of a range. */
    int offset(int range) {
        return starts[range];
    }

    /** Bytes in a range. */
    int length(int range) {
        return ends[range] - starts[range];
    }

    /** Bytes in all ranges together. */
    int bytes() {
        int bytes = 0;
        for (int range = 0; range < count; range++) {
            bytes += ends[range] - starts[range];
        }
        return bytes;
    }

    /** Copies the ranges from one page to another; both with their headers, while offsets are those of the usable part. */
    void copy(OffHeapBytes source, OffHeapBytes target) {
        for (int range = 0; range < count; range++) {
            source.copyTo(PageHeader.BYTES + starts[range], target, PageHeader.BYTES + starts[range], ends[range] - starts[range]);
        }
    }

    /** The first range that ends so near {@code start}, or after it, that the two would be joined if the other end reaches it as well. */
    private int firstReachedBy(int start) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] + JOIN_GAP_BYTES < start) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Puts one range in place of those from {@code first} (inclusive) to {@code next} (exclusive). */
    private void replace(int first, int next, int start, int end) {
        int grownBy = 1 - (next - first);
        ensureCapacity(count + grownBy);
        System.arraycopy(starts, next, starts, first + 1, count - next);
        System.arraycopy(ends, next, ends, first + 1, count - next);
        starts[first] = start;
        ends[first] = end;
        count += grownBy;
    }

    private void joinNearestTwo() {
        int nearest = 0;
        for (int range = 1; range < count - 1; range++) {
            if (starts[range + 1] - ends[range] < starts[nearest + 1] - ends[nearest]) {
                nearest = range;
            }
        }
        replace(nearest, nearest + 2, starts[nearest], ends[nearest + 1]);
    }

    private void ensureCapacity(int ranges) {
        if (ranges > starts.length) {
            // One more than the bound: a range is added first and the nearest two are joined afterwards.
            int capacity = Math.min(MAX_RANGES + 1, Math.max(ranges, starts.length * 2));
            starts = Arrays.copyOf(starts, capacity);
            ends = Arrays.copyOf(ends, capacity);
        }
    }

    private boolean ordered() {
        for (int range = 0; range < count; range++) {
            if (starts[range] >= ends[range] || range > 0 && ends[range - 1] + JOIN_GAP_BYTES >= starts[range]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int range = 0; range < count; range++) {
            text.append(range == 0 ? "" : ", ").append(starts[range]).append("..").append(ends[range] - 1);
        }
        return text.append('}').toString();
    }
}
