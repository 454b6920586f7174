package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.RedoPoint;

/**
 * The pages that one mini-transaction changes, all or none of them, and the changes.
 *
 * <pre>
 *   pin each page ──► reserve ──► latch ──► put, putLong, ... ──► commit
 *     may fail         may wait     from here to the end of commit nothing waits for anything but a latch, and nothing fails but the store
 * </pre>
 *
 * <p>The changes are logged first and made afterwards, under the latches all the while, so a page never holds what the log does not, and a mini-transaction that is given up has changed nothing.
 * {@link #commit} enters an epoch before the log gets the group, and leaves it when all its pages are stamped and marked dirty: a checkpoint that has waited for the epoch misses none of them.
 *
 * <p>Latch order: data page, undo pages of a transaction's own, pages shared by transactions ({@link RollbackSegment}, {@link UndoSpace}), which their locks guard besides. For one thread; reused.
 */
final class PageGroup {
    private static final int OPERATION_LONGS = 2;

    private final BufferPool pool;
    private final Spaces spaces;
    private final RedoLog log;
    private final RedoPoint redoPoint;
    private final MiniTransaction mtr = new MiniTransaction();

    private @Nullable Frame[] frames = new Frame[8];
    private boolean[] changed = new boolean[8];
    private int frameCount;
    private int latched;
    private boolean reserved;

    /** What is to be done once it is logged: frame, offset and bytes of each operation; the bytes are in {@link #data}. */
    private long[] operations = new long[OPERATION_LONGS * 16];
    private int operationCount;
    private ByteBuffer data = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);

    PageGroup(BufferPool pool, Spaces spaces, RedoLog log, RedoPoint redoPoint) {
        this.pool = pool;
        this.spaces = spaces;
        this.log = log;
        this.redoPoint = redoPoint;
    }

    /** What a mini-transaction of that many records takes of the log at most. */
    static int bytesFor(int records, int dataBytes) {
        return records * MiniTransaction.bytesFor(0) + dataBytes;
    }

    // ---- pages

    /** Pins a page of the undo tablespace; it stays pinned until the end. */
    Frame undoPage(long number) {
        return add(pool.pin(spaces.undo(), number));
    }

    /** Pins an undo page that was never used, without reading it. */
    Frame newUndoPage(long number) {
        return add(pool.pinNew(spaces.undo(), number));
    }

    /**
     * Pins a data page.
     *
     * @throws CacheExhaustedException if there is no frame for it
     */
    Frame dataPage(long number) {
        return add(pool.pin(spaces.pages(), number));
    }

    /** Takes over a pin that the caller has taken. A page that comes twice is here once. */
    Frame add(Frame pinned) {
        assert latched == 0 : "pages are pinned before they are latched";
        for (int index = 0; index < frameCount; index++) {
            if (frames[index] == pinned) {
                pinned.unpin();
                return pinned;
            }
        }
        if (frameCount == frames.length) {
            frames = Arrays.copyOf(frames, 2 * frameCount);
            changed = Arrays.copyOf(changed, 2 * frameCount);
        }
        changed[frameCount] = false;
        frames[frameCount++] = pinned;
        return pinned;
    }

    /** An undo page that is pinned already. */
    Frame undoFrame(long number) {
        for (int index = 0; index < frameCount; index++) {
            Frame frame = frame(index);
            if (frame.number() == number && frame.space() == spaces.undo()) {
                return frame;
            }
        }
        throw new IllegalStateException("undo page " + number + " is not part of this mini-transaction");
    }

    /** Waits for room in the log. No latch is held, nor any lock that somebody with a reservation may wait for. */
    void reserve(int bytes) {
        assert latched == 0 && !reserved;
        log.reserve(mtr, bytes);
        reserved = true;
    }

    /** Latches all pinned pages, in the order in which they were pinned. */
    void latch() {
        assert reserved && latched == 0;
        while (latched < frameCount) {
            frame(latched).latchExclusive();
            latched++;
        }
    }

    private Frame frame(int index) {
        Frame frame = frames[index];
        assert frame != null;
        return frame;
    }

    // ---- changes

    /** Makes the page all zeros before what follows; redo will not read it. */
    void init(Frame frame) {
        mtr.initPage(spaces.numberOf(frame.space()), frame.number());
        operation(frame, 0, 0);
    }

    void putInt(Frame frame, int offset, int value) {
        mtr.writeInt(spaces.numberOf(frame.space()), frame.number(), offset, value);
        room(Integer.BYTES).putInt(value);
        operation(frame, offset, Integer.BYTES);
    }

    void putLong(Frame frame, int offset, long value) {
        mtr.writeLong(spaces.numberOf(frame.space()), frame.number(), offset, value);
        room(Long.BYTES).putLong(value);
        operation(frame, offset, Long.BYTES);
    }

    /** All bytes from position to limit; the position does not move. */
    void put(Frame frame, int offset, ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length == 0) {
            return;
        }
        mtr.write(spaces.numberOf(frame.space()), frame.number(), offset, bytes.duplicate());
        room(length).put(bytes.duplicate());
        operation(frame, offset, length);
    }

    /** Tells recovery whose commit this mini-transaction is. */
    void markCommit(long transactionId, long commitNumber) {
        mtr.writeLong(Spaces.COMMITS, transactionId, 0, commitNumber);
    }

    private ByteBuffer room(int bytes) {
        if (data.remaining() < bytes) {
            data = ByteBuffer.allocate(Math.max(2 * data.capacity(), data.position() + bytes)).order(ByteOrder.LITTLE_ENDIAN).put(data.flip());
        }
        return data;
    }

    private void operation(Frame frame, int offset, int length) {
        assert latched == frameCount : "a page is changed without its latch";
        int at = operationCount++ * OPERATION_LONGS;
        if (at == operations.length) {
            operations = Arrays.copyOf(operations, 2 * at);
        }
        int index = indexOf(frame);
        changed[index] = true;
        operations[at] = index;
        operations[at + 1] = (long) offset << 32 | length;
    }

    private int indexOf(Frame frame) {
        for (int index = 0; index < frameCount; index++) {
            if (frames[index] == frame) {
                return index;
            }
        }
        throw new IllegalStateException(frame + " is not part of this mini-transaction");
    }

    // ---- the end

    /**
     * Logs the changes, makes them, and lets go of the pages; returns the end of the mini-transaction in the log.
     *
     * @throws dev.afterimage.api.StoreFailedException if the log has failed; nothing was changed then
     */
    long commit() {
        long epoch = redoPoint.enter();
        try {
            reserved = false;
            long end = log.commit(mtr);
            apply();
            stamp(mtr.startLsn(), end);
            return end;
        } finally {
            redoPoint.leave(epoch);
            release();
        }
    }

    private void apply() {
        data.flip();
        int limit = data.limit();
        for (int operation = 0; operation < operationCount; operation++) {
            Frame frame = frame((int) operations[operation * OPERATION_LONGS]);
            int offset = (int) (operations[operation * OPERATION_LONGS + 1] >>> 32);
            int length = (int) operations[operation * OPERATION_LONGS + 1];
            if (length == 0) {
                frame.page().fill(0, frame.page().length(), (byte) 0);
            } else {
                data.limit(data.position() + length);
                frame.page().put(offset, data);
                data.limit(limit);
            }
        }
    }

    private void stamp(long start, long end) {
        for (int index = 0; index < frameCount; index++) {
            if (changed[index]) {
                Frame frame = frame(index);
                PageHeader.setPageLsn(frame.page(), end);
                frame.markDirty(start);
            }
        }
    }

    /** Lets go of the pages as they were; harmless after {@link #commit}. */
    void cancel() {
        if (reserved) {
            log.cancel(mtr);
            reserved = false;
        }
        release();
    }

    private void release() {
        while (frameCount > 0) {
            Frame frame = frame(--frameCount);
            if (frameCount < latched) {
                frame.unlatchExclusive();
            }
            frame.unpin();
            frames[frameCount] = null;
        }
        latched = 0;
        operationCount = 0;
        data.clear();
    }
}
