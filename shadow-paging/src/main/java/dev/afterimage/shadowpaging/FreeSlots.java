package dev.afterimage.shadowpaging;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which slots are in use: one bit per slot, and one bit per 64 of those.
 *
 * <p>None of this is stored: after a crash it is worked out again from what the durable root reaches. A slot is in one of these states; the method is on the arrow:
 *
 * <pre>
 *   (no such slot) --grow--> FREE --take, takeReserved--> IN USE --give--> FREE --shrink--> (no such slot)
 * </pre>
 *
 * Beside that, a number of free slots may be reserved: promised to commits whose order is fixed or about to be, for the table nodes that their flip
 * will write. {@link #take} leaves those alone.
 *
 * <p>Invariant: {@code 0 <= reserved <= free <= slots}. Slots are taken in rounds, each time the next free one: so what is taken one after the other, and written together, lies together as far as there is room. A round goes from the
 * beginning of the file to its end, or only to where twice the slots in use would end: in a file that was larger once, pages so move to its beginning as they are written. Where pages are written at random, what a round
 * finds free is what was written since the last: with half of the slots free, runs of five on average, with a third, of two. A round that finds less than half of the slots free says so ({@link #crowded}).
 * A small store has no rounds: its slots are taken from the lowest up.
 *
 * <p>Safe for many threads; the lock is held for a few loads and stores, never across input or output.
 */
final class FreeSlots {
    /** What is returned where there is no free slot. */
    static final long NONE = -1;

    /** With fewer slots in use it matters little where a page lies, and the lowest free slot is taken. */
    static final long ROUNDS_MIN = 512;
    /** So many free slots are enough for any store: what is free costs room on the disk. */
    private static final long FREE_WANTED_MAX = 1 << 15;

    private static final long ALL = -1L;

    private final ReentrantLock lock = new ReentrantLock();
    private long[] used = new long[0];
    /** Bit {@code w}: word {@code w} of {@code used} has no free slot left. */
    private long[] full = new long[0];
    private long slots;
    private long free;
    private long reserved;
    /** Where this round is: what is free from here on comes next. */
    private long next;
    private volatile boolean crowded;

    /** Takes the next free slot that is not promised to anybody, or {@link #NONE}. */
    long take() {
        lock.lock();
        try {
            if (free == reserved) {
                return NONE;
            }
            return takeNext();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a slot on account of an earlier {@link #reserve}; cannot fail. */
    long takeReserved() {
        lock.lock();
        try {
            assert reserved > 0 : "more slots taken than reserved";
            reserved--;
            return takeNext();
        } finally {
            lock.unlock();
        }
    }

    /** Promises that many slots to the caller, if there are. */
    boolean reserve(long count) {
        assert count >= 0;
        lock.lock();
        try {
            if (free - reserved < count) {
                return false;
            }
            reserved += count;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives back a promise, or what is left of it. */
    void release(long count) {
        lock.lock();
        try {
            assert count >= 0 && count <= reserved;
            reserved -= count;
        } finally {
            lock.unlock();
        }
    }

    /** Makes a slot free; nobody uses it any more, in memory or through a root on the disk. */
    void give(long slot) {
        lock.lock();
        try {
            giveLocked(slot);
        } finally {
            lock.unlock();
        }
    }

    /** Makes many free. */
    void giveAll(LongList slots) {
        if (slots.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            for (int i = 0; i < slots.size(); i++) {
                giveLocked(slots.get(i));
            }
        } finally {
            lock.unlock();
        }
    }

    private void giveLocked(long slot) {
        assert slot >= 0 && slot < slots && isUsed(slot) : "slot " + slot + " was not in use";
        int word = (int) (slot >>> 6);
        used[word] &= ~(1L << slot);
        full[word >>> 6] &= ~(1L << word);
        free++;
    }

    /** Recovery: the durable root reaches this slot. Returns false if that was known already. */
    boolean markUsed(long slot) {
        lock.lock();
        try {
            if (isUsed(slot)) {
                return false;
            }
            use(slot);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** There are this many slots now, not fewer than before; the new ones are free. */
    void grow(long newSlots) {
        lock.lock();
        try {
            assert newSlots >= slots;
            int words = Math.toIntExact(newSlots + 63 >>> 6);
            if (words > used.length) {
                // A little more than asked for, so that many small growths do not copy the bitmap each time.
                int capacity = Math.max(words, used.length + (used.length >>> 2));
                long[] largerFull = Arrays.copyOf(full, capacity + 63 >>> 6);
                used = Arrays.copyOf(used, capacity);
                full = largerFull;
            }
            if (crowded) {
                next = slots; // a round that begins with one long run
                crowded = false;
            }
            free += newSlots - slots;
            slots = newSlots;
        } finally {
            lock.unlock();
        }
    }

    /** There are only this many slots now; those cut off were free. */
    void shrink(long newSlots) {
        lock.lock();
        try {
            assert newSlots <= slots && newSlots >= endOfUsedLocked();
            free -= slots - newSlots;
            slots = newSlots;
            assert free >= reserved;
        } finally {
            lock.unlock();
        }
    }

    /** The number after the highest slot in use; 0 if none is. */
    long endOfUsed() {
        lock.lock();
        try {
            return endOfUsedLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Slots there are, in use or not. */
    long slots() {
        lock.lock();
        try {
            return slots;
        } finally {
            lock.unlock();
        }
    }

    /** Slots in use. */
    long inUse() {
        lock.lock();
        try {
            return slots - free;
        } finally {
            lock.unlock();
        }
    }

    /** Slots that {@link #take} could still take. */
    long available() {
        lock.lock();
        try {
            return free - reserved;
        } finally {
            lock.unlock();
        }
    }

    private boolean isUsed(long slot) {
        return (used[(int) (slot >>> 6)] & 1L << slot) != 0;
    }

    private long endOfUsedLocked() {
        for (int word = used.length - 1; word >= 0; word--) {
            if (used[word] != 0) {
                return ((long) word << 6) + Long.SIZE - Long.numberOfLeadingZeros(used[word]);
            }
        }
        return 0;
    }

    /** Whether the last round found less free than makes for long runs; until {@link #grow}, or {@link #bearCrowd}. */
    boolean crowded() {
        return crowded;
    }

    /** There is no room to grow for the sake of long runs: says no more about it before the next round ends. */
    void bearCrowd() {
        crowded = false;
    }

    private long takeNext() {
        long inUse = slots - free;
        boolean rounds = inUse >= ROUNDS_MIN;
        long slot = rounds && next < Math.min(slots, 2 * inUse) ? nextFree(next) : slots;
        if (slot >= slots) {
            crowded = rounds && free < Math.min(inUse, FREE_WANTED_MAX);
            slot = nextFree(0);
        }
        assert slot < slots;
        use(slot);
        next = slot + 1;
        return slot;
    }

    /** The first free slot from there on. Slots beyond the end of the file look free in the bitmap. */
    private long nextFree(long from) {
        int word = (int) (from >>> 6);
        if (word >= used.length) {
            return slots;
        }
        long open = ~used[word] & ALL << from;
        if (open == 0) {
            word = nextOpen(word + 1);
            if (word >= used.length) {
                return slots;
            }
            open = ~used[word];
        }
        return ((long) word << 6) + Long.numberOfTrailingZeros(open);
    }

    /** The first word from there on that has a free slot. */
    private int nextOpen(int from) {
        int group = from >>> 6;
        if (group >= full.length) {
            return used.length;
        }
        long open = ~full[group] & ALL << from;
        while (open == 0) {
            group++;
            if (group == full.length) {
                return used.length;
            }
            open = ~full[group];
        }
        return (group << 6) + Long.numberOfTrailingZeros(open);
    }

    private void use(long slot) {
        int word = (int) (slot >>> 6);
        used[word] |= 1L << slot;
        if (used[word] == ALL) {
            full[word >>> 6] |= 1L << word;
        }
        free--;
        assert free >= reserved;
    }
}
