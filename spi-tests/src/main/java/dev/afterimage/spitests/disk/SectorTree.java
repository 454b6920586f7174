package dev.afterimage.spitests.disk;

import org.jspecify.annotations.Nullable;

/**
 * The sectors of a file by their number: a persistent radix tree. A change copies one path and shares the rest, an absent sector holds zeros, and the hash is
 * a sum over the sectors, so that a change costs one subtraction and one addition.
 */
final class SectorTree {
    static final SectorTree EMPTY = new SectorTree(null, 0, 0);

    private static final int BITS = 5;
    private static final int WIDTH = 1 << BITS;

    /** Levels of 32 children; sectors hang in the lowest. */
    private final Object @Nullable [] root;
    private final int height;
    private final long hash;

    private SectorTree(Object @Nullable [] root, int height, long hash) {
        this.root = root;
        this.height = height;
        this.hash = hash;
    }

    long hash() {
        return hash;
    }

    @Nullable Sector get(long index) {
        if (root == null || !reaches(index, height)) {
            return null;
        }
        Object[] node = root;
        for (int shift = BITS * (height - 1); shift > 0; shift -= BITS) {
            Object child = node[slot(index, shift)];
            if (child == null) {
                return null;
            }
            node = (Object[]) child;
        }
        return (Sector) node[slot(index, 0)];
    }

    /** This tree with another sector at that number. */
    SectorTree with(long index, @Nullable Sector sector) {
        assert index >= 0 : index;
        Sector old = get(index);
        return Sector.same(old, sector) ? this : put(index, old, sector);
    }

    /** This tree with the sector at that number watched. */
    SectorTree watched(long index, ReadWatch watch, int number) {
        Sector sector = get(index);
        return put(index, sector, watch.watched(sector, number));
    }

    private SectorTree put(long index, @Nullable Sector old, @Nullable Sector sector) {
        Object[] grown = root;
        int levels = Math.max(height, 1);
        while (!reaches(index, levels)) {
            if (grown != null) {
                Object[] above = new Object[WIDTH];
                above[0] = grown;
                grown = above;
            }
            levels++;
        }
        Object[] changed = replace(grown, BITS * (levels - 1), index, sector);
        long sum = hash - share(index, old) + share(index, sector);
        return changed == null ? EMPTY : new SectorTree(changed, levels, sum);
    }

    /** This tree without the sectors at that number and above. */
    SectorTree truncated(long count) {
        SectorTree cut = this;
        for (long index = next(count); index >= 0; index = cut.next(index + 1)) {
            cut = cut.with(index, null);
        }
        return cut;
    }

    /** The first sector that holds more than zeros at that number or above; -1 if there is none. */
    long next(long from) {
        return root == null || !reaches(from, height) ? -1 : next(root, BITS * (height - 1), 0, from);
    }

    private static long next(Object[] node, int shift, long base, long from) {
        int first = from > base ? slot(from, shift) : 0;
        for (int i = first; i < WIDTH; i++) {
            Object child = node[i];
            if (child != null) {
                long at = base + ((long) i << shift);
                long found = shift == 0 ? at : next((Object[]) child, shift - BITS, at, from);
                if (found >= 0) {
                    return found;
                }
            }
        }
        return -1;
    }

    private static Object @Nullable [] replace(Object @Nullable [] node, int shift, long index, @Nullable Sector sector) {
        Object[] copy = node == null ? new Object[WIDTH] : node.clone();
        int slot = slot(index, shift);
        copy[slot] = shift == 0 ? sector : replace((Object[]) copy[slot], shift - BITS, index, sector);
        return copy[slot] == null && isEmpty(copy) ? null : copy;
    }

    private static boolean isEmpty(Object[] node) {
        for (Object child : node) {
            if (child != null) {
                return false;
            }
        }
        return true;
    }

    private static boolean reaches(long index, int levels) {
        return BITS * levels >= Long.SIZE || index >>> (BITS * levels) == 0;
    }

    private static int slot(long index, int shift) {
        return (int) (index >>> shift) & (WIDTH - 1);
    }

    private static long share(long index, @Nullable Sector sector) {
        return sector == null || Sector.isZeros(sector) ? 0 : Hashing.mix(sector.hash() + Hashing.GOLDEN * (index + 1));
    }
}
