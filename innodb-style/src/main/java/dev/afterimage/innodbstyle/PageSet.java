package dev.afterimage.innodbstyle;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** A growing set of page numbers, open addressing over one array: eight to sixteen bytes for each. One thread. */
final class PageSet {
    private static final long NONE = -1;

    private long[] slots = new long[1 << 8];
    private int size;

    PageSet() {
        Arrays.fill(slots, NONE);
    }

    /** Adds a number, not negative; false if it was there. */
    boolean add(long page) {
        assert page >= 0;
        int slot = find(page);
        if (slots[slot] == page) {
            return false;
        }
        slots[slot] = page;
        size++;
        if (size > slots.length / 2) {
            grow();
        }
        return true;
    }

    private int find(long page) {
        int mask = slots.length - 1;
        int slot = (int) ((page * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (slots[slot] != NONE && slots[slot] != page) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[2 * old.length];
        Arrays.fill(slots, NONE);
        for (long page : old) {
            if (page != NONE) {
                slots[find(page)] = page;
            }
        }
    }

    int size() {
        return size;
    }

    /** Calls {@code each} with every number, in no order that means anything, but always the same for the same numbers in the same order of adding. */
    void forEach(LongConsumer each) {
        for (long page : slots) {
            if (page != NONE) {
                each.accept(page);
            }
        }
    }
}
