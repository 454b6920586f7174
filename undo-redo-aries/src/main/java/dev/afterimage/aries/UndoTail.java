package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The newest updates of one transaction that are not undone, kept in memory, so that a rollback of what is recent reads no disk. It holds at most {@value #BYTES_MAX} bytes, or one update; the oldest
 * are let go of first, and are found in the log.
 *
 * <p>A stack: each update is pushed in two steps ({@link #room} before it is logged, {@link #push} once it is), and popped when it has been undone. One thread.
 */
final class UndoTail {
    private static final int BYTES_MAX = 256 << 10;
    private static final int BYTES_MIN = 1 << 10;

    // An entry: length (4) · LSN (8) · undoNextLSN after it (8) · page (8) · action (4) · ranges (4) · undo part · length (4)
    private static final int LSN = 4;
    private static final int UNDO_NEXT = 12;
    private static final int PAGE = 20;
    private static final int ACTION = 28;
    private static final int RANGES = 32;
    private static final int UNDO_PART = 36;
    private static final int OVERHEAD = UNDO_PART + Integer.BYTES;

    private ByteBuffer bytes = ByteBuffer.allocate(BYTES_MIN).order(ByteOrder.LITTLE_ENDIAN);
    /** The same bytes, for whoever fills a place among them. */
    private ByteBuffer filling = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    private int start;
    private int end;

    void clear() {
        start = 0;
        end = 0;
        if (bytes.capacity() > BYTES_MAX / 4) {
            become(ByteBuffer.allocate(BYTES_MIN));
        }
    }

    private void become(ByteBuffer memory) {
        bytes = memory.order(ByteOrder.LITTLE_ENDIAN);
        filling = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Room for the undo part of the next update, to be filled from the position to the limit before this is called again. It is always the same buffer. */
    ByteBuffer room(int undoPartBytes) {
        int needed = undoPartBytes + OVERHEAD;
        while (end > start && end - start + needed > BYTES_MAX) {
            start += bytes.getInt(start);
        }
        if (end + needed > bytes.capacity()) {
            int live = end - start;
            int capacity = bytes.capacity();
            while (capacity < live + needed || capacity < BYTES_MAX && capacity < 2 * (live + needed)) {
                capacity *= 2;
            }
            byte[] former = bytes.array();
            if (capacity != bytes.capacity()) {
                become(ByteBuffer.allocate(capacity));
            }
            System.arraycopy(former, start, bytes.array(), 0, live);
            start = 0;
            end = live;
        }
        int at = end + UNDO_PART;
        return filling.limit(at + undoPartBytes).position(at);
    }

    /** The update whose undo part was put into the {@linkplain #room room} is logged. */
    void push(long lsn, long undoNextLsn, long pageId, int action, int ranges, int undoPartBytes) {
        int length = undoPartBytes + OVERHEAD;
        bytes.putInt(end, length).putLong(end + LSN, lsn).putLong(end + UNDO_NEXT, undoNextLsn).putLong(end + PAGE, pageId);
        bytes.putInt(end + ACTION, action).putInt(end + RANGES, ranges).putInt(end + length - Integer.BYTES, length);
        end += length;
    }

    /** Whether the newest update it holds is that one. */
    boolean endsWith(long lsn) {
        return end > start && bytes.getLong(top() + LSN) == lsn;
    }

    long undoNextLsn() {
        return bytes.getLong(top() + UNDO_NEXT);
    }

    long pageId() {
        return bytes.getLong(top() + PAGE);
    }

    int action() {
        return bytes.getInt(top() + ACTION);
    }

    int ranges() {
        return bytes.getInt(top() + RANGES);
    }

    ByteBuffer undoPart() {
        int top = top();
        return bytes.slice(top + UNDO_PART, end - top - OVERHEAD).order(ByteOrder.LITTLE_ENDIAN);
    }

    void pop() {
        end = top();
    }

    private int top() {
        return end - bytes.getInt(end - Integer.BYTES);
    }
}
