package dev.afterimage.shadowpaging;

/**
 * Where a page table begins; immutable.
 *
 * @param slot slot of the top node, or {@link TableNode#NONE} while no page exists
 * @param checksum bound checksum of the top node, 0 without one
 * @param depth levels of nodes above the pages, at least 1; never shrinks
 * @param nodes nodes in the table
 * @param pages pages in the table
 */
record TableRoot(long slot, int checksum, int depth, long nodes, long pages) {
    /** A table without a page. */
    static final TableRoot EMPTY = new TableRoot(TableNode.NONE, 0, 1, 0, 0);

    TableRoot {
        if (slot < TableNode.NONE || depth < 1 || nodes < 0 || pages < 0
                || (slot == TableNode.NONE) != (nodes == 0) || (nodes == 0) != (pages == 0) || slot == TableNode.NONE && checksum != 0) {
            throw new IllegalArgumentException("no page table looks like this: slot " + slot + ", checksum " + checksum + ", depth " + depth
                    + ", nodes " + nodes + ", pages " + pages);
        }
    }

    /** Whether no page exists. */
    boolean isEmpty() {
        return slot == TableNode.NONE;
    }
}
