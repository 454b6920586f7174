package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;

/**
 * What a checkpoint block says.
 *
 * @param capacityBytes size of the log, which never changes
 * @param lsn where redo begins: every change before it is durable in its page
 * @param epoch the epoch of the log that lies there
 * @param syncedLsn the log had been durable up to there when this was written: a witness that does not lie among the redo blocks
 * @param payload what the strategy keeps here; at most {@value #PAYLOAD_BYTES_MAX} bytes
 */
record RedoCheckpoint(long capacityBytes, long lsn, long epoch, long syncedLsn, ByteBuffer payload) {
    static final int PAYLOAD_BYTES_MAX = 128;

    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 48;

    /** Keeps a copy of the payload. */
    RedoCheckpoint {
        if (payload.remaining() > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("payload: expected at most " + PAYLOAD_BYTES_MAX + " bytes, found " + payload.remaining());
        }
        payload = ByteBuffer.allocate(payload.remaining()).put(payload.duplicate()).flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The strategy's bytes, read-only, little-endian, at position 0. */
    @Override
    public ByteBuffer payload() {
        return payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + payload.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(FORMAT).putInt(RedoFiles.FILES).putLong(capacityBytes).putLong(lsn).putLong(epoch).putLong(syncedLsn).putInt(payload.remaining()).putInt(0);
        return bytes.put(payload.duplicate()).flip();
    }

    /**
     * Reads what {@link #encode()} made; a checksum has vouched for it.
     *
     * @throws StoreFormatException if it is of a newer format
     * @throws StoreDamagedException if it says what cannot be
     */
    static RedoCheckpoint decode(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEADER_BYTES) {
            throw new StoreDamagedException("checkpoint block of the redo log: expected at least " + HEADER_BYTES + " bytes, found " + in.remaining());
        }
        int format = in.getInt();
        if (format != FORMAT) {
            throw new StoreFormatException("the redo log has format " + format + ", this version reads format " + FORMAT + "; open it with the version that made it");
        }
        int files = in.getInt();
        long capacity = in.getLong();
        long lsn = in.getLong();
        long epoch = in.getLong();
        long synced = in.getLong();
        int payloadBytes = in.getInt();
        in.getInt();
        if (files != RedoFiles.FILES || RedoBlock.offsetOf(lsn) < RedoBlock.HEADER_BYTES || RedoBlock.offsetOf(lsn) >= RedoBlock.DATA_END || synced < lsn
                || capacity < RedoLogSettings.MIN_CAPACITY_BYTES || capacity > RedoLogSettings.MAX_CAPACITY_BYTES || capacity % RedoLogSettings.CAPACITY_STEP_BYTES != 0
                || payloadBytes != in.remaining()) {
            throw new StoreDamagedException("checkpoint block of the redo log: found " + files + " files of together " + capacity + " bytes, checkpoint LSN " + lsn + ", synced LSN " + synced
                    + ", " + payloadBytes + " further bytes of " + in.remaining() + ", which cannot be");
        }
        return new RedoCheckpoint(capacity, lsn, epoch, synced, in);
    }
}
