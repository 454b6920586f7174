package dev.afterimage.buffer;

import java.nio.ByteBuffer;

/** One region of the doublewrite area as it was found at startup: the last batch that went there, as far as it came. */
final class DoublewriteRegion {
    private final ByteBuffer image;
    private final int slots;
    private final int pageSize;
    private final long position;
    private final long storeId;
    private final long newestBatch;

    /**
     * Looks at the slots.
     *
     * @param image the region's bytes
     * @param position where it begins in the file
     */
    DoublewriteRegion(ByteBuffer image, int slots, int pageSize, long position, long storeId) {
        this.image = image;
        this.slots = slots;
        this.pageSize = pageSize;
        this.position = position;
        this.storeId = storeId;
        long newest = 0;
        for (int slot = 0; slot < slots; slot++) {
            newest = Math.max(newest, batch(slot));
        }
        this.newestBatch = newest;
    }

    private int at(int slot) {
        return slot * DoublewriteSlot.bytes(pageSize);
    }

    private long batch(int slot) {
        return DoublewriteSlot.batch(image, at(slot), position + at(slot), storeId);
    }

    /** The highest number in any whole header; 0 if there is none. */
    long newestBatch() {
        return newestBatch;
    }

    int slots() {
        return slots;
    }

    /** Whether a slot holds a whole copy of the newest batch. Slots behind it may hold copies of older ones, which mean nothing. */
    boolean holdsCopy(int slot) {
        return newestBatch > 0 && batch(slot) == newestBatch && DoublewriteSlot.holdsPage(image, at(slot), pageSize, storeId);
    }

    /** Whether a slot holds a whole copy, of the newest batch, of that page. */
    boolean holdsCopyOf(int space, long number) {
        for (int slot = 0; slot < slots; slot++) {
            if (holdsCopy(slot) && space(slot) == space && number(slot) == number) {
                return true;
            }
        }
        return false;
    }

    /** Whether the newest batch is here as a whole. Only then was it synced, or may have been, and its pages written home. */
    boolean isComplete() {
        if (!holdsCopy(0)) {
            return false;
        }
        int pages = Math.min(slots, DoublewriteSlot.pages(image, at(0)));
        for (int slot = 1; slot < pages; slot++) {
            if (!holdsCopy(slot)) {
                return false;
            }
        }
        return true;
    }

    int space(int slot) {
        return DoublewriteSlot.space(image, at(slot));
    }

    long number(int slot) {
        return DoublewriteSlot.number(image, at(slot));
    }

    /** A view of the page. */
    ByteBuffer page(int slot) {
        return DoublewriteSlot.page(image, at(slot), pageSize);
    }
}
