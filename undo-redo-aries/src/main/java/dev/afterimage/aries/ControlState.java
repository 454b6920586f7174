package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;

/**
 * What the control file says: the paper's master record (section 5.4), with what restart has to know besides. Kept in an {@link dev.afterimage.buffer.AlternatingBlock}, little-endian:
 *
 * <pre>
 *   0 format (4) = 1 · 4 flags (4): bit 0 = closed in good order · 8 page size (4) · 12 log segment size (4) · 16 timeline (4) · 20 torn-page protection (4)
 *   24 redo point (8) · 32 begin record of the last complete checkpoint (8) · 40 witness LSN (8) · 48 highest transaction number (8) · 56 number of the last checkpoint (8)
 * </pre>
 *
 * @param clean whether the store was closed in good order and nothing has been done since
 * @param pageSize bytes of a page
 * @param segmentBytes bytes of a log segment; fixed when the store is made
 * @param timeline the log's timeline at the redo point
 * @param tornPages what has guarded pages since the redo point
 * @param redoPoint the smallest recLSN: where redo begins
 * @param checkpointLsn where analysis begins; 0 if it begins at the redo point, where no page was dirty and no transaction active
 * @param witnessLsn LSN of a record that was durable before this was written, 0 if there is none: a log that ends before it has lost synced bytes
 * @param highestTransactionId no transaction with records before where analysis begins has a higher number
 * @param checkpoint number of the last checkpoint, counted over the life of the store
 */
record ControlState(boolean clean, int pageSize, int segmentBytes, int timeline, TornPages tornPages, long redoPoint, long checkpointLsn, long witnessLsn, long highestTransactionId,
        long checkpoint) {
    static final int BYTES = 64;

    private static final int FORMAT = 1;
    private static final int CLEAN_FLAG = 1;

    /** Where analysis begins. */
    long analysisLsn() {
        return checkpointLsn == 0 ? redoPoint : checkpointLsn;
    }

    /** The state as bytes, ready to be read. */
    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(FORMAT).putInt(clean ? CLEAN_FLAG : 0).putInt(pageSize).putInt(segmentBytes).putInt(timeline).putInt(tornPages.ordinal());
        bytes.putLong(redoPoint).putLong(checkpointLsn).putLong(witnessLsn).putLong(highestTransactionId).putLong(checkpoint);
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
        int protection = bytes.getInt();
        if (protection < 0 || protection >= TornPages.values().length) {
            throw new StoreFormatException("file control: torn-page protection " + protection + " is unknown; open the store with the version that made it");
        }
        ControlState state = new ControlState((flags & CLEAN_FLAG) != 0, pageSize, segmentBytes, timeline, TornPages.values()[protection], bytes.getLong(), bytes.getLong(),
                bytes.getLong(), bytes.getLong(), bytes.getLong());
        if ((flags & ~CLEAN_FLAG) != 0 || timeline < 1 || state.redoPoint <= 0 || state.segmentBytes <= 0 || state.highestTransactionId < 0
                || state.checkpointLsn != 0 && state.checkpointLsn < state.redoPoint) {
            throw new StoreDamagedException("file control makes no sense, though its checksum is right: " + state);
        }
        return state;
    }
}
