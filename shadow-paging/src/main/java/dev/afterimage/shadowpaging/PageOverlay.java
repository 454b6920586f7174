package dev.afterimage.shadowpaging;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where pages are that were committed after the table was made: page number to slot.
 *
 * <p>One writer at a time (the holder of the commit lock), any number of readers beside it without a lock. A reader is sure to see an entry only if something else ordered
 * the entry's making before its look: here the page lock, which the committer frees after making the entry and the reader takes before looking.
 *
 * <p>Open addressing with linear probing. An entry's value is stored before its key; entries are never removed, the overlay is dropped whole.
 */
final class PageOverlay {
    /** What {@link #get} says of a page it knows nothing about. */
    static final long ABSENT = -1;
    /** What it says of a page that ceased to exist. */
    static final long DISCARDED = -2;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    /** Cells that an overlay begins with. */
    static final int CELLS_MIN = 32;

    /** Pairs of page number + 1 (0: free) and value; replaced by a larger copy when half full. */
    private volatile long[] cells = new long[2 * CELLS_MIN];
    private volatile int size;

    /** The page's slot, or {@link #DISCARDED}, or {@link #ABSENT}. */
    long get(long pageId) {
        long[] table = cells;
        int at = find(table, pageId);
        // A cell that find() saw free may have become another page's since, so what counts is whose it is, not whether it is taken.
        return (long) CELL.getAcquire(table, at) == pageId + 1 ? (long) CELL.getAcquire(table, at + 1) : ABSENT;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Pages it knows about. */
    int size() {
        return size;
    }

    /** Makes room for that many more pages, so that as many {@link #put} cannot fail for lack of memory. */
    void ensureRoom(int more) {
        long[] old = cells;
        long wanted = 2L * (size + (long) more);
        int capacity = old.length / 2;
        if (wanted <= capacity) {
            return;
        }
        while (capacity < wanted) {
            capacity = Math.multiplyExact(capacity, 2);
        }
        long[] larger = new long[Math.multiplyExact(capacity, 2)];
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != 0) {
                int at = find(larger, old[i] - 1);
                larger[at] = old[i];
                larger[at + 1] = old[i + 1];
            }
        }
        cells = larger;
    }

    /**
     * Notes where a page is now; there is room ({@link #ensureRoom}).
     *
     * @param place a slot, or {@link #DISCARDED}
     * @return what {@link #get} said before
     */
    long put(long pageId, long place) {
        assert pageId >= 0 && (place >= 0 || place == DISCARDED);
        long[] table = cells;
        int at = find(table, pageId);
        if (table[at] != 0) {
            long before = table[at + 1];
            CELL.setRelease(table, at + 1, place);
            return before;
        }
        assert 2L * (size + 1) <= table.length / 2 : "the room was not ensured";
        table[at + 1] = place;
        CELL.setRelease(table, at, pageId + 1);
        size = size + 1; // one writer, so this is no lost update
        return ABSENT;
    }

    /** The numbers of the pages it knows about, rising; to be called by the writer, or when nobody writes any more. */
    LongList pageIds() {
        LongList pageIds = new LongList();
        long[] table = cells;
        for (int i = 0; i < table.length; i += 2) {
            if (table[i] != 0) {
                pageIds.add(table[i] - 1);
            }
        }
        pageIds.sort();
        return pageIds;
    }

    private static int find(long[] table, long pageId) {
        int mask = table.length / 2 - 1;
        int index = home(pageId, mask + 1);
        while (true) {
            long key = (long) CELL.getAcquire(table, 2 * index);
            if (key == 0 || key == pageId + 1) {
                return 2 * index;
            }
            index = index + 1 & mask;
        }
    }

    /** The first cell to look at, of so many. */
    static int home(long pageId, int count) {
        return (int) (pageId * 0x9E3779B97F4A7C15L >>> 32) & count - 1;
    }
}
