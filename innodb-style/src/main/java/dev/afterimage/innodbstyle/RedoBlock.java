package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a redo block, and how LSNs lie in blocks; the table is in the package description.
 *
 * <p>An LSN counts all bytes of blocks, their headers and trailers too, as InnoDB's does: block {@code lsn / 512}, byte {@code lsn % 512} of it. Every LSN that stands for a boundary between mini-transactions is
 * that of a byte of data: behind the last byte of a full block comes the first byte of data of the next.
 *
 * <p>For one thread at a time: it holds a checksum under way.
 */
final class RedoBlock {
    /** One sector: the disk keeps the old bytes of it or the new ones, never a mixture. */
    static final int BYTES = 512;
    static final int HEADER_BYTES = 28;
    static final int DATA_BYTES = 480;
    static final int DATA_END = HEADER_BYTES + DATA_BYTES;

    private static final int NUMBER = 0;
    private static final int EPOCH = 8;
    private static final int SYNCED = 16;
    private static final int DATA_LENGTH = 24;
    private static final int FIRST_GROUP = 26;
    private static final int CHECKSUM = DATA_END;

    /** Stands for the first group's offset in a block that begins an epoch and holds no groups. */
    private static final short BEGINS_EPOCH = -1;
    private static final int PARENT_EPOCH = HEADER_BYTES;
    private static final int PARENT_END = HEADER_BYTES + 8;

    private final ByteBuffer store = ByteBuffer.allocate(Long.BYTES);
    private final CRC32C crc = new CRC32C();

    RedoBlock(long storeId) {
        store.putLong(0, storeId);
    }

    static long numberOf(long lsn) {
        return lsn >>> 9;
    }

    static int offsetOf(long lsn) {
        return (int) (lsn & BYTES - 1);
    }

    /** The LSN of a block's first byte of data. */
    static long firstLsn(long number) {
        return (number << 9) + HEADER_BYTES;
    }

    /** The LSN that lies so many bytes of data behind another. */
    static long after(long lsn, long dataBytes) {
        long fromBlock = offsetOf(lsn) - HEADER_BYTES + dataBytes;
        return (numberOf(lsn) + fromBlock / DATA_BYTES << 9) + HEADER_BYTES + fromBlock % DATA_BYTES;
    }

    /** How far the LSN advances at most for so many bytes of data. */
    static int spanOf(int dataBytes) {
        return dataBytes + (dataBytes / DATA_BYTES + 1) * (BYTES - DATA_BYTES);
    }

    /** The block with which the next opening would begin if the log ended there: the first that holds nothing before that LSN. */
    static long blockAfter(long endLsn) {
        return offsetOf(endLsn) == HEADER_BYTES ? numberOf(endLsn) : numberOf(endLsn) + 1;
    }

    /** Forgets what a block of memory held before it is filled. */
    static void clear(ByteBuffer bytes, int at) {
        bytes.putShort(at + FIRST_GROUP, (short) 0);
    }

    /** Notes where the first group that begins in this block does. */
    static void noteGroup(ByteBuffer bytes, int at, int offset) {
        if (bytes.getShort(at + FIRST_GROUP) == 0) {
            bytes.putShort(at + FIRST_GROUP, (short) offset);
        }
    }

    /**
     * Completes a block whose data is in place.
     *
     * @param dataLength the offset behind its last byte of data; {@value #DATA_END} in a full block
     * @param syncedLsn all before it is durable already
     */
    void seal(ByteBuffer bytes, int at, long number, long epoch, long syncedLsn, int dataLength) {
        assert dataLength > HEADER_BYTES && dataLength <= DATA_END : dataLength;
        bytes.putLong(at + NUMBER, number).putLong(at + EPOCH, epoch).putLong(at + SYNCED, syncedLsn).putShort(at + DATA_LENGTH, (short) dataLength);
        for (int i = at + dataLength; i < at + DATA_END; i++) {
            bytes.put(i, (byte) 0);
        }
        bytes.putInt(at + CHECKSUM, checksum(bytes, at));
    }

    /** Makes a block that begins an epoch. */
    void sealEpoch(ByteBuffer bytes, int at, long number, long epoch, long syncedLsn, long parentEpoch, long parentEnd) {
        bytes.putShort(at + FIRST_GROUP, BEGINS_EPOCH).putLong(at + PARENT_EPOCH, parentEpoch).putLong(at + PARENT_END, parentEnd);
        for (int i = at + PARENT_END + 8; i < at + DATA_END; i++) {
            bytes.put(i, (byte) 0);
        }
        seal(bytes, at, number, epoch, syncedLsn, DATA_END);
    }

    /** Whether these bytes are a whole block of this store, whichever. Nothing else of a block may be believed before (fault G3). */
    boolean isIntact(ByteBuffer bytes, int at) {
        int length = dataLength(bytes, at);
        return length > HEADER_BYTES && length <= DATA_END && bytes.getInt(at + CHECKSUM) == checksum(bytes, at);
    }

    static long number(ByteBuffer bytes, int at) {
        return bytes.getLong(at + NUMBER);
    }

    static long epoch(ByteBuffer bytes, int at) {
        return bytes.getLong(at + EPOCH);
    }

    static long syncedLsn(ByteBuffer bytes, int at) {
        return bytes.getLong(at + SYNCED);
    }

    static int dataLength(ByteBuffer bytes, int at) {
        return bytes.getShort(at + DATA_LENGTH);
    }

    /** Offset of the first group that begins in the block; 0 if none does. */
    static int firstGroup(ByteBuffer bytes, int at) {
        return beginsEpoch(bytes, at) ? 0 : bytes.getShort(at + FIRST_GROUP);
    }

    static boolean beginsEpoch(ByteBuffer bytes, int at) {
        return bytes.getShort(at + FIRST_GROUP) == BEGINS_EPOCH;
    }

    static long parentEpoch(ByteBuffer bytes, int at) {
        return bytes.getLong(at + PARENT_EPOCH);
    }

    static long parentEnd(ByteBuffer bytes, int at) {
        return bytes.getLong(at + PARENT_END);
    }

    private int checksum(ByteBuffer bytes, int at) {
        crc.reset();
        crc.update(store.clear());
        int limit = bytes.limit();
        crc.update(bytes.limit(at + DATA_END).position(at));
        bytes.limit(limit);
        return (int) crc.getValue();
    }
}
