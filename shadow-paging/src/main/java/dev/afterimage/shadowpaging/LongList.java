package dev.afterimage.shadowpaging;

import java.util.Arrays;

/** Numbers in a row, without boxes; for one thread. */
final class LongList {
    private static final int CAPACITY_MIN = 16;
    private static final int CAPACITY_KEPT = 1 << 14;

    private long[] values = new long[CAPACITY_MIN];
    private int size;

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    void addAll(LongList more) {
        ensureRoom(more.size);
        System.arraycopy(more.values, 0, values, size, more.size);
        size += more.size;
    }

    /** Makes room for that many more, so that as many {@link #add} cannot fail for lack of memory. */
    void ensureRoom(int more) {
        int wanted = Math.addExact(size, more);
        if (wanted > values.length) {
            values = Arrays.copyOf(values, wanted);
        }
    }

    long get(int index) {
        assert index < size;
        return values[index];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Forgets everything; keeps its memory unless that is much. */
    void clear() {
        size = 0;
        if (values.length > CAPACITY_KEPT) {
            values = new long[CAPACITY_MIN];
        }
    }

    void sort() {
        Arrays.sort(values, 0, size);
    }
}
