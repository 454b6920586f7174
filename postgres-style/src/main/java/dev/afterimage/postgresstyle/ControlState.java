package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;

/**
 * What the control file says: where redo begins, and what recovery may rely on. Kept in an {@link dev.afterimage.buffer.AlternatingBlock}, little-endian:
 *
 * <pre>
 *   0 format (4) = 1 · 4 flags (4): bit 0 = closed in good order · 8 page size (4) · 12 log segment size (4) · 16 timeline (4) · 20 zero (4)
 *   24 redo point (8) · 32 witness LSN (8) · 40 highest transaction number (8) · 48 number of the last checkpoint (8)
 * </pre>
 *
 * @param clean whether the store was closed in good order and nothing has been done since
 * @param pageSize bytes of a page
 * @param segmentBytes bytes of a log segment; fixed when the store is made
 * @param timeline the log's timeline at the redo point
 * @param redoPoint LSN at which redo begins: every page's home holds all that was committed and installed before it
 * @param witnessLsn LSN of a record that was durable before this was written, 0 if there is none: a log that ends before it has lost synced bytes, and is
 *        damaged, however much its end looks like a torn tail
 * @param highestTransactionId no transaction with records before the redo point has a higher number
 * @param checkpoint number of the last checkpoint, counted over the life of the store
 */
record ControlState(boolean clean, int pageSize, int segmentBytes, int timeline, long redoPoint, long witnessLsn, long highestTransactionId, long checkpoint) {
    static final int BYTES = 56;

    private static final int FORMAT = 1;
    private static final int CLEAN_FLAG = 1;

    /** The state as bytes, ready to be read. */
    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(FORMAT).putInt(clean ? CLEAN_FLAG : 0).putInt(pageSize).putInt(segmentBytes).putInt(timeline).putInt(0);
        bytes.putLong(redoPoint).putLong(witnessLsn).putLong(highestTransactionId).putLong(checkpoint);
        return bytes.flip();
    }

    /**
     * Reads what {@link #encode} made.
     *
     * @throws StoreFormatException if a later version wrote it
     * @throws StoreDamagedException if it is too short or makes no sense
     */
    static ControlState decode(ByteBuffer bytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < BYTES) {
            throw new StoreDamagedException("file control: expected " + BYTES + " bytes of state, found " + bytes.remaining());
        }
        int format = bytes.getInt();
        if (format != FORMAT) {
            throw new StoreFormatException("file control: expected format " + FORMAT + ", found " + format + "; open the store with the version that made it");
        }
        int flags = bytes.getInt();
        int pageSize = bytes.getInt();
        int segmentBytes = bytes.getInt();
        int timeline = bytes.getInt();
        int zero = bytes.getInt();
        ControlState state = new ControlState((flags & CLEAN_FLAG) != 0, pageSize, segmentBytes, timeline, bytes.getLong(), bytes.getLong(), bytes.getLong(),
                bytes.getLong());
        if (zero != 0 || (flags & ~CLEAN_FLAG) != 0 || timeline < 1 || state.redoPoint <= 0 || state.segmentBytes <= 0 || state.highestTransactionId < 0) {
            throw new StoreDamagedException("file control makes no sense, though its checksum is right: " + state);
        }
        return state;
    }
}
