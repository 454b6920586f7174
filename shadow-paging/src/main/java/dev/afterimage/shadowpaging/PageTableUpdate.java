package dev.afterimage.shadowpaging;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;

/**
 * Makes the next page table out of the current one and a batch of changes, copying what changes and touching nothing that is there (rule W1).
 *
 * <p>One pass down and up in page order: a node is copied into memory of our own, its children are updated first, then it is written to a fresh slot and its parent gets the new
 * slot and checksum. So each changed node is written once however many pages below it changed, and only one node per level is in memory at a time: the
 * update needs no frame of the pool, which transactions may have pinned to the last one, and so cannot be kept waiting by them. Old nodes are copied from the pool where it
 * has them; new ones are copied into it where a frame is free, and else come into it when somebody looks something up.
 *
 * <p>A table grows at the top: the old table becomes entry 0 of node 0 of the level above. It never shrinks in depth; nodes without children are dropped.
 *
 * <p>For one thread at a time. The result means nothing until everything written here is synced.
 */
final class PageTableUpdate implements AutoCloseable {
    private final TableShape shape;
    private final BufferPool pool;
    private final SlotSpace space;
    private final ExpectedChecksums expected;
    private final Slots slots;
    /** The node of each level that is being made; level 1 is page 0. */
    private final PageMemory path;
    private final SlotRun run;

    private TableRoot old = TableRoot.EMPTY;
    private LongList pageIds = new LongList();
    private LongList places = new LongList();
    private LongList dropped = new LongList();
    private LongList written = new LongList();
    private long nodes;
    private long pages;
    private long resultSlot;
    private int resultChecksum;

    PageTableUpdate(TableShape shape, BufferPool pool, SlotSpace space, ExpectedChecksums expected, Slots slots) {
        this.shape = shape;
        this.pool = pool;
        this.space = space;
        this.expected = expected;
        this.slots = slots;
        path = PageMemory.allocate(shape.pageSize(), shape.maxDepth());
        run = new SlotRun(space, pool);
    }

    /** Writes those pages of a batch that are not written yet; the last of them perhaps not before the nodes. @param pageSlots rising */
    void writePages(LongList pageSlots) {
        run.addAll(pageSlots);
    }

    /**
     * Writes the changed nodes, to slots reserved for the nodes of {@link NodesToWrite}, and what pages {@link #writePages} has left: all is written when this returns.
     *
     * @param changedIds pages that changed, rising
     * @param newPlaces for each its new slot, already summed up, or {@link PageOverlay#DISCARDED}
     * @return the new table's root
     */
    TableRoot apply(TableRoot oldRoot, LongList changedIds, LongList newPlaces) {
        assert changedIds.size() == newPlaces.size() && !changedIds.isEmpty();
        old = oldRoot;
        pageIds = changedIds;
        places = newPlaces;
        dropped = new LongList();
        written = new LongList();
        nodes = old.nodes();
        pages = old.pages();
        int depth = Math.max(old.depth(), shape.depthFor(pageIds.get(pageIds.size() - 1)));
        boolean grows = depth > old.depth();
        boolean done = false;
        try {
            update(depth, 0, grows ? TableNode.NONE : old.slot(), grows ? 0 : old.checksum(), 0, pageIds.size());
            run.write();
            done = true;
        } finally {
            if (!done) {
                run.drop();
            }
        }
        return new TableRoot(resultSlot, resultChecksum, depth, nodes, pages);
    }

    /** Slots of pages and nodes that the old table reached and the new one does not; the caller's. */
    LongList dropped() {
        return dropped;
    }

    /** Slots of the new nodes; the caller's. */
    LongList written() {
        return written;
    }

    @Override
    public void close() {
        path.close();
    }

    /** Updates node {@code number} of a level for the changes {@code from} to {@code to}; leaves its new slot and checksum in the result fields. */
    private void update(int level, long number, long oldSlot, int oldChecksum, int from, int to) {
        boolean above = level > old.depth();
        boolean changed = false;
        if (from < to || above) {
            OffHeapBytes node = path.page(level - 1);
            load(node, level, number, oldSlot, oldChecksum);
            int next = from;
            if (above && number == 0 && !old.isEmpty()) {
                next = endOfChild(level - 1, 0, from, to);
                changed = updateChild(node, level, 0, from, next);
            }
            while (next < to) {
                long child = shape.nodeNumber(pageIds.get(next), level - 1);
                int end = endOfChild(level - 1, child, next, to);
                changed |= level == 1 ? updatePage(node, next) : updateChild(node, level, child, next, end);
                next = end;
            }
            if (changed) {
                replace(node, level, number, oldSlot);
                return;
            }
        }
        resultSlot = oldSlot;
        resultChecksum = oldChecksum;
    }

    private int endOfChild(int childLevel, long child, int from, int to) {
        int end = from;
        while (end < to && shape.nodeNumber(pageIds.get(end), childLevel) == child) {
            end++;
        }
        return end;
    }

    /** Updates a child node and the entry that leads to it; returns whether the entry changed. */
    private boolean updateChild(OffHeapBytes node, int level, long child, int from, int to) {
        int index = (int) (child & shape.fanout() - 1);
        boolean isOldTop = child == 0 && level - 1 == old.depth();
        long before = isOldTop ? old.slot() : TableNode.slot(node, index);
        update(level - 1, child, before, isOldTop ? old.checksum() : TableNode.checksum(node, index), from, to);
        if (resultSlot == TableNode.slot(node, index)) {
            return false;
        }
        TableNode.put(node, index, resultSlot, resultChecksum);
        return true;
    }

    /** Updates the entry of a page; returns whether it changed. */
    private boolean updatePage(OffHeapBytes node, int change) {
        long pageId = pageIds.get(change);
        long place = places.get(change);
        int index = shape.entryIndex(pageId, 1);
        long before = TableNode.slot(node, index);
        boolean gone = place == PageOverlay.DISCARDED;
        if (before != TableNode.NONE) {
            dropped.add(before);
            pages--;
        } else if (gone) {
            return false; // created and discarded within the batch
        }
        if (gone) {
            TableNode.put(node, index, TableNode.NONE, 0);
        } else {
            TableNode.put(node, index, place, SlotChecksum.bind(expected.of(place), 0, pageId));
            pages++;
        }
        return true;
    }

    /** Fills {@code node} with what it was in the old table; zeros where it is new. */
    private void load(OffHeapBytes node, int level, long number, long slot, int checksum) {
        if (slot == TableNode.NONE) {
            node.fill(0, shape.pageSize(), (byte) 0);
            return;
        }
        Frame frame = pool.pinResident(space, slot);
        if (frame != null) {
            frame.page().copyTo(0, node, 0, shape.pageSize());
            frame.unpin();
            return;
        }
        expected.expect(slot, SlotChecksum.bind(checksum, level, number));
        try {
            space.read(slot, node);
        } finally {
            expected.release(slot);
        }
    }

    /** Writes the changed node to a fresh slot, or drops it where it has no child left. */
    private void replace(OffHeapBytes node, int level, long number, long oldSlot) {
        if (oldSlot != TableNode.NONE) {
            dropped.add(oldSlot);
            nodes--;
        }
        if (node.isZero(0, shape.pageSize())) {
            resultSlot = TableNode.NONE;
            resultChecksum = 0;
            return;
        }
        long slot = slots.takeReserved();
        written.add(slot);
        nodes++;
        run.add(slot, node);
        keep(slot, node);
        resultSlot = slot;
        resultChecksum = SlotChecksum.bind(expected.of(slot), level, number);
    }

    /** Has the pool keep a new node, if a frame is free, so that the first lookup need not read it back. Nobody looks for it before it is written, and the root that leads to it synced. */
    private void keep(long slot, OffHeapBytes node) {
        Frame frame = pool.pinToOverwriteAtOnce(space, slot);
        if (frame != null) {
            node.copyTo(0, frame.page(), 0, shape.pageSize());
            frame.unpin();
        }
    }
}
