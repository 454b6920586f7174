package dev.afterimage.shadowpaging;

/**
 * The arithmetic of the page table: a radix tree over page numbers in which every node fills one slot.
 *
 * <p>Level 0 are the pages, level 1 the nodes that point at pages, and so on. Node {@code i} of level {@code l} covers the pages whose number, divided by
 * {@code fanout^l}, is {@code i}.
 *
 * @param pageSize bytes of a slot, a power of two
 * @param bits binary digits of a page number that one level resolves
 */
record TableShape(int pageSize, int bits) {
    /** Binary digits of the largest page number. */
    private static final int PAGE_NUMBER_BITS = 63;

    /** The shape that belongs to a page size. */
    static TableShape of(int pageSize) {
        if (Integer.bitCount(pageSize) != 1 || pageSize < 2 * TableNode.ENTRY_BYTES) {
            throw new IllegalArgumentException("pageSize: expected a power of two of at least " + 2 * TableNode.ENTRY_BYTES + ", found " + pageSize);
        }
        return new TableShape(pageSize, Integer.numberOfTrailingZeros(pageSize / TableNode.ENTRY_BYTES));
    }

    /** Entries in a node. */
    int fanout() {
        return 1 << bits;
    }

    /** Levels above the pages that suffice for every page number. */
    int maxDepth() {
        return (PAGE_NUMBER_BITS + bits - 1) / bits;
    }

    /** Which node of a level covers a page; level 0 is the page itself. */
    long nodeNumber(long pageId, int level) {
        int shift = bits * level;
        return shift >= PAGE_NUMBER_BITS ? 0 : pageId >>> shift;
    }

    /** Which entry of its node of that level leads to a page. */
    int entryIndex(long pageId, int level) {
        return (int) (nodeNumber(pageId, level - 1) & (fanout() - 1));
    }

    /** Fewest levels of a table in which that page has a place; at least 1. */
    int depthFor(long pageId) {
        int depth = 1;
        while (nodeNumber(pageId, depth) != 0) {
            depth++;
        }
        return depth;
    }
}
