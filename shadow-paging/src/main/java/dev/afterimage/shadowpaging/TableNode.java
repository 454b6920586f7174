package dev.afterimage.shadowpaging;

import dev.afterimage.memory.OffHeapBytes;

/**
 * A node of the page table, as bytes of one slot: entries of {@value #ENTRY_BYTES} bytes and nothing else.
 *
 * <table>
 *   <caption>An entry</caption>
 *   <tr><th>offset</th><th>bytes</th><th>content</th></tr>
 *   <tr><td>0</td><td>8</td><td>the child's slot + 1; 0 where there is no child</td></tr>
 *   <tr><td>8</td><td>4</td><td>the child's {@link SlotChecksum bound checksum}</td></tr>
 *   <tr><td>12</td><td>4</td><td>spare, 0</td></tr>
 * </table>
 *
 * A node carries no header: what it is and whether it is whole is known from its parent. A node without children is not kept.
 */
final class TableNode {
    static final int ENTRY_BYTES = 16;

    /** The slot of a child that is not there. */
    static final long NONE = -1;

    private static final int CHECKSUM_OFFSET = 8;
    private static final int SPARE_OFFSET = 12;

    private TableNode() {
    }

    /** The child's slot, or {@link #NONE}. */
    static long slot(OffHeapBytes node, int index) {
        return node.getLong(index * ENTRY_BYTES) - 1;
    }

    /** The child's bound checksum; 0 where there is no child. */
    static int checksum(OffHeapBytes node, int index) {
        return node.getInt(index * ENTRY_BYTES + CHECKSUM_OFFSET);
    }

    /** Whether the entry is one that {@link #put} could have written. */
    static boolean isWellFormed(OffHeapBytes node, int index, long slots) {
        long slot = slot(node, index);
        return node.getInt(index * ENTRY_BYTES + SPARE_OFFSET) == 0
                && (slot == NONE ? checksum(node, index) == 0 : slot >= 0 && slot < slots);
    }

    /** Points an entry at a child, or at nothing. */
    static void put(OffHeapBytes node, int index, long slot, int checksum) {
        assert slot >= NONE && (slot != NONE || checksum == 0);
        node.putLong(index * ENTRY_BYTES, slot + 1);
        node.putInt(index * ENTRY_BYTES + CHECKSUM_OFFSET, checksum);
        node.putInt(index * ENTRY_BYTES + SPARE_OFFSET, 0);
    }
}
