package dev.afterimage.aries;

import java.util.Arrays;

/**
 * The dirty page table of restart (section 6.1 of the paper): pages whose homes may lack changes, and for each the LSN from which on. Open addressing over primitive arrays: 32 bytes or less for each
 * page. One thread.
 */
final class DirtyPageTable {
    private static final int FIRST_CAPACITY = 1 << 10;

    private long[] pages = new long[FIRST_CAPACITY];
    private long[] recLsns = new long[FIRST_CAPACITY]; // 0: the slot is free
    private int size;

    /** A page may be dirty from that LSN on; the smallest counts. */
    void add(long page, long recLsn) {
        assert recLsn > 0 : "page " + page + " with recLSN " + recLsn;
        int slot = find(page);
        if (recLsns[slot] != 0) {
            recLsns[slot] = Math.min(recLsns[slot], recLsn);
            return;
        }
        if (size >= pages.length / 2) {
            grow();
            slot = find(page);
        }
        pages[slot] = page;
        recLsns[slot] = recLsn;
        size++;
    }

    /** The page's recLSN; {@link Long#MAX_VALUE} if its home lacks nothing. */
    long recLsn(long page) {
        long recLsn = recLsns[find(page)];
        return recLsn == 0 ? Long.MAX_VALUE : recLsn;
    }

    int size() {
        return size;
    }

    /** All pages, rising: the order in which they lie in their file. */
    long[] sorted() {
        long[] sorted = new long[size];
        int count = 0;
        for (int slot = 0; slot < pages.length; slot++) {
            if (recLsns[slot] != 0) {
                sorted[count++] = pages[slot];
            }
        }
        Arrays.sort(sorted);
        return sorted;
    }

    private int find(long page) {
        int mask = pages.length - 1;
        int slot = (int) ((page * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (recLsns[slot] != 0 && pages[slot] != page) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldPages = pages;
        long[] oldRecLsns = recLsns;
        int capacity = Math.multiplyExact(oldPages.length, 2);
        pages = new long[capacity];
        recLsns = new long[capacity];
        for (int old = 0; old < oldPages.length; old++) {
            if (oldRecLsns[old] != 0) {
                int slot = find(oldPages[old]);
                pages[slot] = oldPages[old];
                recLsns[slot] = oldRecLsns[old];
            }
        }
    }
}
