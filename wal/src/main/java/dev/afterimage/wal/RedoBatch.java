package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;

/**
 * Copies of records of one partition, in the order of the log, handed from the thread that reads the log to whichever thread does them again. One thread at a time.
 *
 * <pre>
 *   for each record: page (8) · note (8) · LSN (8) · transaction (8) · type (4) · bytes of the body (4) · body, padded to a multiple of 8
 * </pre>
 */
final class RedoBatch {
    static final int BYTES = 32 << 10;

    private static final int HEADER_BYTES = 40;
    /** What its memory begins with: many a recovery has a few records only. */
    private static final int FIRST_BYTES = 4 << 10;

    private final RedoRecord record = new RedoRecord();
    private ByteBuffer bytes = ByteBuffer.allocateDirect(FIRST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int filled;
    private int at;

    void clear() {
        filled = 0;
        at = 0;
    }

    /** Takes a copy of a record; false if it has no room for it. An empty batch always has: it grows. */
    boolean add(long page, long note, long lsn, int type, long transactionId, ByteBuffer body, int bodyAt, int bodyBytes) {
        int needed = HEADER_BYTES + (bodyBytes + 7 & -8);
        if (needed > bytes.capacity() - filled && !grow(filled + needed)) {
            return false;
        }
        bytes.putLong(filled, page).putLong(filled + 8, note).putLong(filled + 16, lsn).putLong(filled + 24, transactionId).putInt(filled + 32, type).putInt(filled + 36, bodyBytes);
        bytes.put(filled + HEADER_BYTES, body, bodyAt, bodyBytes);
        filled += needed;
        return true;
    }

    private boolean grow(int needed) {
        if (filled > 0 && needed > BYTES) {
            return false;
        }
        int capacity = Math.max(needed, Math.min(BYTES, 2 * bytes.capacity()));
        bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN).put(0, bytes, 0, filled);
        return true;
    }

    /** Tells of all records in it, before any is taken out. */
    void foresee(PageRedo redo) {
        for (int start = 0; start < filled;) {
            int bodyBytes = bytes.getInt(start + 36);
            redo.foresee(bytes.getLong(start), bytes, start + HEADER_BYTES, bodyBytes);
            start += HEADER_BYTES + (bodyBytes + 7 & -8);
        }
        redo.foreseen();
    }

    /** The next record that was not taken out yet, or null; always the same object. */
    @Nullable RedoRecord next() {
        if (at == filled) {
            return null;
        }
        int start = at;
        int bodyBytes = bytes.getInt(start + 36);
        at += HEADER_BYTES + (bodyBytes + 7 & -8);
        return record.of(bytes.getLong(start), bytes.getLong(start + 8), bytes.getLong(start + 16), bytes.getInt(start + 32), bytes.getLong(start + 24), bytes, start + HEADER_BYTES, bodyBytes);
    }
}
