package dev.afterimage.shadowpaging;

/**
 * The table nodes that the flip of a batch may have to write: each node on the way to a page of the batch, once, however many commits change something below it. So many slots are reserved.
 *
 * <p>Counting each commit's path for itself would be safe too, but not sound: thousands of relaxed commits of the same few pages would reserve thousands of slots for the same few nodes, and
 * have the file grow by as many. For one thread at a time: the holder of the commit lock.
 */
final class NodesToWrite {
    private final TableShape shape;
    private long[] numbers = new long[32];
    /** 0 where free: levels of nodes begin at 1. */
    private byte[] levels = new byte[32];
    private int size;

    NodesToWrite(TableShape shape) {
        this.shape = shape;
    }

    /** Nodes it has. */
    int size() {
        return size;
    }

    /**
     * How many nodes {@link #add} would add.
     *
     * @param pageIds pages that change, rising
     * @param depthBefore depth of the table under the commits before
     * @param depth depth of the table with this one
     */
    int countNew(LongList pageIds, int depthBefore, int depth) {
        return visit(pageIds, depthBefore, depth, false);
    }

    /** Adds the nodes on the way to these pages; there is room for them. */
    void add(LongList pageIds, int depthBefore, int depth) {
        visit(pageIds, depthBefore, depth, true);
    }

    /** Makes room for that many more, so that adding them cannot fail for lack of memory. */
    void ensureRoom(int more) {
        long wanted = 2L * (size + (long) more);
        if (wanted <= numbers.length) {
            return;
        }
        int capacity = numbers.length;
        while (capacity < wanted) {
            capacity = Math.multiplyExact(capacity, 2);
        }
        long[] oldNumbers = numbers;
        byte[] oldLevels = levels;
        long[] largerNumbers = new long[capacity];
        levels = new byte[capacity]; // both arrays are there before either field changes
        numbers = largerNumbers;
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldLevels[i] != 0) {
                int at = find(oldLevels[i], oldNumbers[i]);
                levels[at] = oldLevels[i];
                numbers[at] = oldNumbers[i];
            }
        }
    }

    private int visit(LongList pageIds, int depthBefore, int depth, boolean add) {
        int count = 0;
        for (int level = 1; level <= depth; level++) {
            // Each new level has a node that leads to the old table, and perhaps to none of these pages.
            if (level > depthBefore && shape.nodeNumber(pageIds.get(0), level) != 0) {
                count += visitNode(level, 0, add);
            }
            long last = -1;
            for (int i = 0; i < pageIds.size(); i++) {
                long number = shape.nodeNumber(pageIds.get(i), level);
                if (number != last) {
                    count += visitNode(level, number, add);
                    last = number;
                }
            }
        }
        return count;
    }

    private int visitNode(int level, long number, boolean add) {
        int at = find(level, number);
        if (levels[at] != 0) {
            return 0;
        }
        if (add) {
            assert 2 * (size + 1) <= numbers.length : "the room was not ensured";
            levels[at] = (byte) level;
            numbers[at] = number;
            size++;
        }
        return 1;
    }

    private int find(int level, long number) {
        int mask = numbers.length - 1;
        int at = SlotChecksum.bind(0, level, number) & mask;
        while (levels[at] != 0 && (levels[at] != level || numbers[at] != number)) {
            at = at + 1 & mask;
        }
        return at;
    }
}
