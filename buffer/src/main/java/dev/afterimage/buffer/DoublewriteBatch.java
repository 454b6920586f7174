package dev.afterimage.buffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Pages on their way home, in memory: as many as a region of the doublewrite area holds, laid out as they will lie there. Of a page that comes twice, the later version
 * counts.
 *
 * <p>Not safe for threads by itself: {@link DoublewriteBuffer} says who may do what. Makes no garbage.
 */
final class DoublewriteBatch {
    private final int pageSize;
    private final int slotBytes;
    /** For whoever writes the batch. */
    private final ByteBuffer image;
    /** The same bytes for whoever adds and looks up, so that the two do not move each other's positions. */
    private final ByteBuffer view;
    private final int[] spaces;
    private final long[] numbers;
    /** Slots in the order of home file and page number. */
    private final int[] order;
    private int pages;
    private boolean inArea;

    DoublewriteBatch(int pageSize, int slots) {
        this.pageSize = pageSize;
        this.slotBytes = DoublewriteSlot.bytes(pageSize);
        this.image = ByteBuffer.allocateDirect(Math.multiplyExact(slots, slotBytes)).order(ByteOrder.LITTLE_ENDIAN);
        this.view = image.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.spaces = new int[slots];
        this.numbers = new long[slots];
        this.order = new int[slots];
    }

    /** Adds a page, whose checksum is right, or replaces its former version; false if there is no room. */
    boolean put(int space, long number, ByteBuffer page) {
        int place = place(space, number);
        int slot;
        if (isAt(place, space, number)) {
            slot = order[place];
        } else if (isFull()) {
            return false;
        } else {
            slot = pages++;
            spaces[slot] = space;
            numbers[slot] = number;
            System.arraycopy(order, place, order, place + 1, pages - 1 - place);
            order[place] = slot;
        }
        view.put(pageAt(slot), page, page.position(), pageSize);
        return true;
    }

    /** Copies a page to the target, which moves; false if it is not here. */
    boolean find(int space, long number, ByteBuffer target) {
        int place = place(space, number);
        if (!isAt(place, space, number)) {
            return false;
        }
        int at = pageAt(order[place]);
        view.limit(at + pageSize).position(at);
        target.put(view);
        view.clear();
        return true;
    }

    /** Where the page is in the order, or would be. */
    private int place(int space, long number) {
        int low = 0;
        int high = pages;
        while (low < high) {
            int middle = low + high >>> 1;
            int slot = order[middle];
            boolean before = spaces[slot] < space || spaces[slot] == space && numbers[slot] < number;
            if (before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isAt(int place, int space, long number) {
        return place < pages && spaces[order[place]] == space && numbers[order[place]] == number;
    }

    private int pageAt(int slot) {
        return slot * slotBytes + DoublewriteSlot.HEADER_BYTES;
    }

    int pages() {
        return pages;
    }

    boolean isEmpty() {
        return pages == 0;
    }

    boolean isFull() {
        return pages == numbers.length;
    }

    void clear() {
        pages = 0;
        inArea = false;
    }

    // ---- for whoever writes the batch; nobody adds to it meanwhile

    /** Whether the area holds it durably. */
    boolean isInArea() {
        return inArea;
    }

    void becameDurableInArea() {
        inArea = true;
    }

    /** The whole batch as it goes to the area, from position to limit. */
    ByteBuffer stamped(long batch, long regionPosition, long storeId) {
        image.clear();
        for (int slot = 0; slot < pages; slot++) {
            int at = slot * slotBytes;
            DoublewriteSlot.stamp(image, at, regionPosition + at, storeId, batch, spaces[slot], numbers[slot], pages);
        }
        return image.limit(pages * slotBytes).position(0);
    }

    /** Home file of the page that is so many places behind the first in order. */
    int space(int place) {
        return spaces[order[place]];
    }

    long number(int place) {
        return numbers[order[place]];
    }

    /** The page's bytes, from position to limit, until this is asked for another. */
    ByteBuffer page(int place) {
        int at = pageAt(order[place]);
        return image.limit(at + pageSize).position(at);
    }

    /** LSN of the newest change to any of its pages in that home file; 0 if there are none. */
    long highestLsn(int space) {
        image.clear();
        long highest = 0;
        for (int slot = 0; slot < pages; slot++) {
            if (spaces[slot] == space) {
                highest = Math.max(highest, image.getLong(pageAt(slot)));
            }
        }
        return highest;
    }

    /** All of its memory, cleared; what {@link #put} has not written means nothing, unless this is filled from the area. */
    ByteBuffer image() {
        return image.clear();
    }
}
