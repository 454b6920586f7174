package dev.afterimage.shadowpaging;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import java.util.function.LongConsumer;

/**
 * Recovery's one pass: reads every node of the newest durable table, and marks the slots it reaches as in use. All others are free, orphans of a crash among them.
 *
 * <p>Pages are not read: their checksums are verified whenever they are. One node per level is in memory at a time. Nothing is written.
 */
final class PageTableWalk {
    private final TableShape shape;
    private final SlotSpace space;
    private final ExpectedChecksums expected;
    private final FreeSlots free;
    private final LongConsumer progress;
    private long nodes;
    private long pages;

    /** @param progress told the number of nodes read so far, after each node */
    PageTableWalk(TableShape shape, SlotSpace space, ExpectedChecksums expected, FreeSlots free, LongConsumer progress) {
        this.shape = shape;
        this.space = space;
        this.expected = expected;
        this.free = free;
        this.progress = progress;
    }

    /**
     * Walks a table.
     *
     * @throws StoreDamagedException if a node is not what was synced, or the table cannot be one
     */
    void run(TableRoot root) {
        if (!root.isEmpty()) {
            try (PageMemory path = PageMemory.allocate(shape.pageSize(), root.depth())) {
                mark(root.slot(), "the root");
                visit(path, root.depth(), 0, root.slot(), root.checksum());
            }
        }
        if (nodes != root.nodes() || pages != root.pages()) {
            throw new StoreDamagedException("page table: expected " + root.nodes() + " nodes and " + root.pages() + " pages, found " + nodes + " and " + pages);
        }
    }

    /** Nodes read. */
    long nodes() {
        return nodes;
    }

    /** Pages the table has. */
    long pages() {
        return pages;
    }

    private void visit(PageMemory path, int level, long number, long slot, int checksum) {
        OffHeapBytes node = path.page(level - 1);
        expected.expect(slot, SlotChecksum.bind(checksum, level, number));
        try {
            space.read(slot, node);
        } finally {
            expected.release(slot);
        }
        nodes++;
        progress.accept(nodes);
        long slots = free.slots();
        for (int index = 0; index < shape.fanout(); index++) {
            if (!TableNode.isWellFormed(node, index, slots)) {
                throw new StoreDamagedException("page table: entry " + index + " of node " + number + " of level " + level
                        + " leads to slot " + TableNode.slot(node, index) + " of " + slots);
            }
            long child = TableNode.slot(node, index);
            if (child == TableNode.NONE) {
                continue;
            }
            mark(child, "node " + number + " of level " + level);
            if (level == 1) {
                pages++;
            } else {
                visit(path, level - 1, number << shape.bits() | index, child, TableNode.checksum(node, index));
            }
        }
    }

    private void mark(long slot, String parent) {
        if (slot >= free.slots()) {
            throw new StoreDamagedException("page table: " + parent + " leads to slot " + slot + " of " + free.slots());
        }
        if (!free.markUsed(slot)) {
            throw new StoreDamagedException("page table: " + parent + " leads to slot " + slot + ", and so does another entry");
        }
    }
}
