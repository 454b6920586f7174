package dev.afterimage.buffer;

/**
 * Remembers which pages left lately, by a hash and without their bytes.
 *
 * <p>A table of four-way sets; each entry is 32 bits of the hash and 32 bits of the time it was added, counted in additions. An entry older than the queue is
 * long counts as gone, so that nothing is ever taken out. Two pages with one hash are mistaken for one another, which costs an eviction at worst. Not safe for
 * many threads.
 */
final class GhostQueue {
    private static final int WAYS = 4;

    private final long[] entries;
    private final int setMask;
    private final int length;
    private int additions = 1;

    GhostQueue(int length) {
        this.length = Math.max(1, length);
        // Twice the room needed, so that a set is rarely full of entries that are still good.
        int sets = Integer.highestOneBit(Math.max(1, this.length / WAYS * 2 - 1)) * 2;
        this.entries = new long[sets * WAYS];
        this.setMask = sets - 1;
    }

    /** Remembers a page that left, as the newest; the oldest is forgotten. */
    void add(long key) {
        additions++;
        int set = set(key);
        int oldest = set;
        for (int i = set; i < set + WAYS; i++) {
            if (age(entries[i]) > age(entries[oldest])) {
                oldest = i;
            }
        }
        entries[oldest] = tag(key) << 32 | additions & 0xFFFF_FFFFL;
    }

    /** Forgets a page, and says whether it was remembered. */
    boolean remove(long key) {
        int set = set(key);
        for (int i = set; i < set + WAYS; i++) {
            if (entries[i] != 0 && entries[i] >>> 32 == tag(key) && age(entries[i]) < length) {
                entries[i] = 0;
                return true;
            }
        }
        return false;
    }

    private int set(long key) {
        return ((int) key & setMask) * WAYS;
    }

    /** The half of the hash that does not choose the set; never 0 together with a time of 0, which marks an empty entry. */
    private static long tag(long key) {
        return key >>> 32;
    }

    private long age(long entry) {
        return entry == 0 ? Long.MAX_VALUE : Integer.toUnsignedLong(additions - (int) entry);
    }
}
