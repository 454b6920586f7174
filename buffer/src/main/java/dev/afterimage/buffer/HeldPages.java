package dev.afterimage.buffer;

import java.util.Arrays;

import dev.afterimage.memory.OffHeapBytes;

/**
 * Pages that are changed again and again, by nobody else meanwhile: each is pinned and latched exclusively when it is first asked for, and stays so until all are let go. What redo does with its share of the pages.
 *
 * <pre>{@code
 * for (each change) {
 *     pages.foresee(number, offset, length);   // a hint
 * }
 * pages.look();
 * for (each change) {
 *     OffHeapBytes page = pages.hold(number);
 *     ...change it...
 *     pages.changed(lsn);
 * }
 * ...
 * pages.letGo();                               // or abandon()
 * }</pre>
 *
 * <p><b>Why.</b> A database that fits memory does not fit the processor's caches, and each cache miss costs as much as everything else that is done for a small change. Going to a page through the pool
 * touches its frame, its latch and a chain of the page table, and each pin and latch is an atomic operation, before which no later load begins. Here a page that is held is found in a table of 16 bytes for each, without any.
 *
 * <p><b>Looking ahead.</b> What {@link #foresee} was told, {@link #look} reads, in steps that do not depend on each other, so that the waits for memory overlap (group prefetching: Chen, Ailamaki, Gibbons and Mowry, <i>Improving Hash
 * Join Performance through Prefetching</i>, ICDE 2004). A hint, and nothing else: it holds no page, and what is read there means nothing to anybody.
 *
 * <p><b>Dirty.</b> A page counts as dirty from its first change on, from that change's LSN. A write-back needs the latch, so none happens before the page is let go: no write contains part of what is changed here.
 *
 * <p>For one thread at a time, not always the same one.
 */
public final class HeldPages {
    /** More than this at once would drive each other out of the nearest caches. */
    private static final int FORESEEN_MAX = 256;
    /** Parts of the pool, in eighths, that may be held by all together: some frames are left to read others into. */
    private static final int PART = 7;
    private static final int PARTS = 8;

    private static final int LONGS_PER_SLOT = 2;
    private static final int FIRST_SLOTS = 32;
    private static final int CHANGED = 1;

    private final BufferPool pool;
    private final PageSpace space;
    private final int most;
    /** Open addressing; of each slot the page's number, and twice its frame's index plus two, plus one if it was changed; 0 if the slot is free. */
    private long[] slots = new long[LONGS_PER_SLOT * FIRST_SLOTS];
    private int held;
    /** Slot of the page held last. */
    private int current;

    private final OffHeapBytes[] foreseen = new OffHeapBytes[FORESEEN_MAX];
    private final int[] firsts = new int[FORESEEN_MAX];
    private final int[] lasts = new int[FORESEEN_MAX];
    private int foreseenCount;
    /** Where what was read ahead goes, lest the compiler leave the reading out. */
    private long seen;

    /**
     * Holds none yet.
     *
     * @param parts how many of these share the pool; each keeps to its part of most of the frames, but for one page that it may always hold
     */
    public HeldPages(BufferPool pool, PageSpace space, int parts) {
        this.pool = pool;
        this.space = space;
        most = (int) Math.max(1, (long) pool.frames() * PART / PARTS / parts);
    }

    /**
     * The whole page, pinned and latched for the caller until it is let go: which may be at the next call, where there is no room to hold more.
     *
     * @throws RuntimeException what {@link BufferPool#pin} throws
     */
    public OffHeapBytes hold(long number) {
        int slot = find(number);
        if (slots[slot + 1] == 0) {
            slot = pin(number);
        }
        current = slot;
        return pool.page(frameIndex(slot));
    }

    private int pin(long number) {
        if (held == most) {
            letGo();
        }
        Frame frame = pool.pin(space, number);
        frame.latchExclusive();
        if (3 * held > slots.length) { // two thirds of the slots
            grow();
        }
        int slot = find(number);
        slots[slot] = number;
        slots[slot + 1] = 2L * frame.index() + 2;
        held++;
        return slot;
    }

    /**
     * The page that was held last has been changed.
     *
     * @param lsn first log record that recovery would need to make the change again; of a page's changes, the first has the smallest
     */
    public void changed(long lsn) {
        if ((slots[current + 1] & CHANGED) == 0) {
            slots[current + 1] |= CHANGED;
            pool.frame(frameIndex(current)).markDirty(lsn);
        }
    }

    /** Ends holding them all. */
    public void letGo() {
        if (held == 0) {
            return;
        }
        for (int slot = 0; slot < slots.length; slot += LONGS_PER_SLOT) {
            if (slots[slot + 1] != 0) {
                Frame frame = pool.frame(frameIndex(slot));
                frame.unlatchExclusive();
                frame.unpin();
            }
        }
        Arrays.fill(slots, 0);
        held = 0;
    }

    /**
     * A page is about to be changed.
     *
     * @param offset first byte to be changed in the page; any number: what lies outside is passed over
     * @param length bytes to be changed there; 0 where only the header is known to be needed
     */
    public void foresee(long number, int offset, int length) {
        int slot = find(number);
        if (slots[slot + 1] == 0) {
            return;
        }
        if (foreseenCount == FORESEEN_MAX) {
            look();
        }
        boolean inside = offset >= 0 && length > 0 && length <= pool.pageSize() - offset;
        foreseen[foreseenCount] = pool.page(frameIndex(slot));
        firsts[foreseenCount] = inside ? offset : 0;
        lasts[foreseenCount++] = inside ? offset + length - 1 : 0;
    }

    /** Has the processor fetch all that was foreseen since the last time. */
    public void look() {
        long sum = 0;
        for (int i = 0; i < foreseenCount; i++) {
            sum += foreseen[i].touch(firsts[i], lasts[i]);
        }
        seen += sum;
        foreseenCount = 0;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[2 * old.length];
        for (int slot = 0; slot < old.length; slot += LONGS_PER_SLOT) {
            if (old[slot + 1] != 0) {
                int moved = find(old[slot]);
                slots[moved] = old[slot];
                slots[moved + 1] = old[slot + 1];
            }
        }
    }

    private int frameIndex(int slot) {
        return (int) (slots[slot + 1] >>> 1) - 1;
    }

    /** Where the page's slot is, or the free one that it would get. */
    private int find(long number) {
        int mask = slots.length - 1;
        int slot = (int) (number * 0x9E3779B97F4A7C15L >>> 32) * LONGS_PER_SLOT & mask;
        while (slots[slot + 1] != 0 && slots[slot] != number) {
            slot = slot + LONGS_PER_SLOT & mask;
        }
        return slot;
    }
}
