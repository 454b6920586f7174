package dev.afterimage.aries;

import java.util.Arrays;

/**
 * The dirty page table of restart (section 6.1 of the paper): pages whose homes may lack changes, and for each the LSN from which on. Open addressing over one primitive array: 32 bytes or less for each
 * page, of which a look-up touches 16 that lie together. One thread.
 */
final class DirtyPageTable {
    private static final int FIRST_SLOTS = 1 << 10;
    private static final int LONGS_PER_SLOT = 2;

    /** Of each slot a page, and its recLSN; 0 if the slot is free. */
    private long[] slots = new long[LONGS_PER_SLOT * FIRST_SLOTS];
    private int size;

    /** A page may be dirty from that LSN on; the smallest counts. */
    void add(long page, long recLsn) {
        assert recLsn > 0 : "page " + page + " with recLSN " + recLsn;
        int slot = find(page);
        if (slots[slot + 1] != 0) {
            slots[slot + 1] = Math.min(slots[slot + 1], recLsn);
            return;
        }
        if (size >= slots.length / LONGS_PER_SLOT / 2) {
            grow();
            slot = find(page);
        }
        slots[slot] = page;
        slots[slot + 1] = recLsn;
        size++;
    }

    /** The page's recLSN; {@link Long#MAX_VALUE} if its home lacks nothing. */
    long recLsn(long page) {
        long recLsn = slots[find(page) + 1];
        return recLsn == 0 ? Long.MAX_VALUE : recLsn;
    }

    int size() {
        return size;
    }

    /** All pages, rising: the order in which they lie in their file. */
    long[] sorted() {
        long[] sorted = new long[size];
        int count = 0;
        for (int slot = 0; slot < slots.length; slot += LONGS_PER_SLOT) {
            if (slots[slot + 1] != 0) {
                sorted[count++] = slots[slot];
            }
        }
        Arrays.sort(sorted);
        return sorted;
    }

    private int find(long page) {
        int mask = slots.length - 1;
        int slot = (int) (page * 0x9E3779B97F4A7C15L >>> 32) * LONGS_PER_SLOT & mask;
        while (slots[slot + 1] != 0 && slots[slot] != page) {
            slot = slot + LONGS_PER_SLOT & mask;
        }
        return slot;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[Math.multiplyExact(old.length, 2)];
        for (int slot = 0; slot < old.length; slot += LONGS_PER_SLOT) {
            if (old[slot + 1] != 0) {
                int moved = find(old[slot]);
                slots[moved] = old[slot];
                slots[moved + 1] = old[slot + 1];
            }
        }
    }
}
