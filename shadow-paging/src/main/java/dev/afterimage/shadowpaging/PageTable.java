package dev.afterimage.shadowpaging;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.memory.OffHeapBytes;

/**
 * Looks pages up in a page table: from the top node down, one entry per level. Safe for many threads, without a lock and without garbage.
 *
 * <p>Nodes come through the same pool as pages. Each child is pinned with the checksum its parent gives, so a damaged, old or misdirected slot anywhere on the way
 * is found when it is read.
 */
final class PageTable {
    private final TableShape shape;
    private final BufferPool pool;
    private final SlotSpace space;
    private final ExpectedChecksums expected;

    PageTable(TableShape shape, BufferPool pool, SlotSpace space, ExpectedChecksums expected) {
        this.shape = shape;
        this.pool = pool;
        this.space = space;
        this.expected = expected;
    }

    /** Where a page is; reused by its owner, one thread at a time. */
    static final class Entry {
        private long slot = TableNode.NONE;
        private int checksum;

        /** The page's slot, or {@link TableNode#NONE}. */
        long slot() {
            return slot;
        }

        /** The plain checksum of its bytes. */
        int checksum() {
            return checksum;
        }

        private boolean missing() {
            slot = TableNode.NONE;
            return false;
        }
    }

    /**
     * Finds a page; false if the table does not have it. The caller has announced the walk ({@link WalkEpochs#enter}) before it picked up the root.
     *
     * @throws dev.afterimage.api.StoreDamagedException if a node on the way is not what was synced
     */
    boolean find(TableRoot root, long pageId, Entry found) {
        if (root.isEmpty() || shape.nodeNumber(pageId, root.depth()) != 0) {
            return found.missing();
        }
        long slot = root.slot();
        int checksum = root.checksum();
        for (int level = root.depth(); level > 0; level--) {
            Frame frame = pin(slot, SlotChecksum.bind(checksum, level, shape.nodeNumber(pageId, level)));
            try {
                OffHeapBytes node = frame.page();
                int index = shape.entryIndex(pageId, level);
                slot = TableNode.slot(node, index);
                checksum = TableNode.checksum(node, index);
            } finally {
                frame.unpin();
            }
            if (slot == TableNode.NONE) {
                return found.missing();
            }
        }
        found.slot = slot;
        found.checksum = SlotChecksum.bind(checksum, 0, pageId);
        return true;
    }

    /** Pins a slot whose plain checksum is known. */
    Frame pin(long slot, int checksum) {
        Frame resident = pool.pinResident(space, slot);
        if (resident != null) {
            return resident;
        }
        expected.expect(slot, checksum);
        try {
            return pool.pin(space, slot);
        } finally {
            expected.release(slot);
        }
    }
}
