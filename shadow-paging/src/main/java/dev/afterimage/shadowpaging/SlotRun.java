package dev.afterimage.shadowpaging;

import java.nio.ByteBuffer;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FrameRun;
import dev.afterimage.memory.OffHeapBytes;

/**
 * Slots on their way to the disk, as many as lie beside each other by one call.
 *
 * <p>What is added is copied and summed up at once, and written when what is added next lies elsewhere, when there is enough of it, or at {@link #write}. Pages of the pool stay in it until then. For one thread at a time.
 */
final class SlotRun {
    /** Most bytes of one call. */
    static final int BYTES_MAX = 512 << 10;

    private final SlotSpace space;
    private final FrameRun frames;
    private final int slotsMax;
    /** Grows from one page to what is needed. */
    private ByteBuffer bytes;
    private long first;
    private int count;

    SlotRun(SlotSpace space, BufferPool pool) {
        this.space = space;
        frames = new FrameRun(pool);
        slotsMax = Math.max(1, BYTES_MAX / space.pageSize());
        bytes = ByteBuffer.allocate(0);
    }

    /** Adds a page of the pool, unless it is written already. */
    void add(long slot) {
        makeRoomFor(slot);
        OffHeapBytes page = frames.claim(space, slot);
        if (page != null) {
            copy(slot, page);
        }
    }

    /** Adds pages of the pool, rising by slot; after an error it is empty. */
    void addAll(LongList slots) {
        boolean done = false;
        try {
            for (int i = 0; i < slots.size(); i++) {
                add(slots.get(i));
            }
            done = true;
        } finally {
            if (!done) {
                drop();
            }
        }
    }

    /** Adds pages of the pool, rising by slot, and writes them. */
    void writeAll(LongList slots) {
        addAll(slots);
        write();
    }

    /** Adds a slot that is not in the pool; the bytes may change when this returns. */
    void add(long slot, OffHeapBytes page) {
        makeRoomFor(slot);
        copy(slot, page);
    }

    /** Writes what was added and is not written yet. */
    void write() {
        boolean written = false;
        try {
            if (count > 0) {
                space.write(first, count, bytes.position(0).limit(count * space.pageSize()));
            }
            written = true;
        } finally {
            end(written);
        }
    }

    /** Lets go of what is not written yet, after an error: pages that are claimed would have everybody wait who wants to give them up. */
    void drop() {
        end(false);
    }

    private void end(boolean written) {
        frames.end(written);
        bytes.clear();
        count = 0;
    }

    private void makeRoomFor(long slot) {
        if (count > 0 && (slot != first + count || count == slotsMax)) {
            write();
        }
        int end = (count + 1) * space.pageSize();
        if (end > bytes.capacity()) {
            bytes = ByteBuffer.allocateDirect(Math.min(Math.max(end, 2 * bytes.capacity()), slotsMax * space.pageSize())).put(bytes.position(0).limit(count * space.pageSize()));
        }
    }

    private void copy(long slot, OffHeapBytes page) {
        if (count == 0) {
            first = slot;
        }
        int start = count * space.pageSize();
        bytes.limit(start + space.pageSize()).position(start);
        // Sums up the copy that is written, not the page: if it is the pool's, its owner may be changing that (see ShadowPage), and then will have it written again.
        page.get(0, bytes);
        space.summedUp(slot, bytes.position(start));
        count++;
    }
}
