package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a record; the table is in the package description.
 *
 * <p>A record is bound to its place: 64 bits computed from the timeline's salt and the record's position go half into the mark and half over the
 * checksum. For one salt the computation is one-to-one, so a valid record copied to any other position of its timeline is <em>never</em> accepted; for two salts
 * it agrees once in 2<sup>64</sup>. The mark alone tells "no record begins here" without trusting any length, which makes a search at every eighth byte cheap.
 */
final class RecordFormat {
    /** Bytes before the body. */
    static final int HEADER_BYTES = 24;
    /** Records begin at multiples of this. */
    static final int ALIGNMENT = 8;
    /** Types the strategy may use. */
    static final int MIN_TYPE = 1;
    static final int MAX_TYPE = 255;
    /** Fills what is left of a segment; its length covers the rest, its checksum only its header. */
    static final int FILLER = 256;
    /** Carries the position that was synced when its batch was written. */
    static final int WATERMARK = 257;
    static final int WATERMARK_BYTES = HEADER_BYTES + Long.BYTES;
    /** Says nothing: in the place of a record whose body could not be written. */
    static final int VOID = 258;
    /** Room that every buffer keeps for the log's own records: one watermark and one filler. */
    static final int SLACK_BYTES = 64;

    private static final int CHECKSUM = 0;
    private static final int LENGTH = 4;
    private static final int MARK = 8;
    private static final int TYPE = 12;
    private static final int TRANSACTION = 16;
    private static final long ODD = 0x9E3779B97F4A7C15L; // 2^64 / golden ratio

    private RecordFormat() {
    }

    /** Bytes a record takes in the stream. */
    static int span(int recordBytes) {
        return recordBytes + (ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** The 64 bits that bind a record to its place; one-to-one in {@code lsn} (the finalizer of Steele et al., SplitMix, OOPSLA 2014). */
    static long binding(long salt, long lsn) {
        return mix(salt + lsn * ODD);
    }

    static long mix(long bits) {
        long z = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /**
     * Writes the header before a body that is in place already, and clears the padding behind it. Leaves position and limit of the buffer anywhere.
     *
     * @param recordBytes header and body, or for a filler the rest of the segment
     */
    static void seal(ByteBuffer bytes, int offset, int recordBytes, int type, long transactionId, long lsn, long salt, CRC32C crc) {
        int written = type == FILLER ? HEADER_BYTES : recordBytes;
        bytes.limit(offset + span(written));
        for (int i = offset + written; i < offset + span(written); i++) {
            bytes.put(i, (byte) 0);
        }
        long binding = binding(salt, lsn);
        bytes.putInt(offset + LENGTH, recordBytes);
        bytes.putInt(offset + MARK, mark(binding));
        bytes.putInt(offset + TYPE, type);
        bytes.putLong(offset + TRANSACTION, transactionId);
        bytes.putInt(offset + CHECKSUM, checksum(bytes, offset, written, crc) ^ (int) binding);
    }

    /** The half of the binding that is written plainly. */
    static int mark(long binding) {
        return (int) (binding >>> 32);
    }

    static int markAt(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + MARK);
    }

    static int lengthAt(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + LENGTH);
    }

    static int typeAt(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + TYPE);
    }

    static long transactionAt(ByteBuffer bytes, int offset) {
        return bytes.getLong(offset + TRANSACTION);
    }

    /** The synced position that a watermark carries. */
    static long watermarkAt(ByteBuffer bytes, int offset) {
        return bytes.getLong(offset + HEADER_BYTES);
    }

    /**
     * Whether the 24 bytes at {@code offset} can begin a record: the mark fits and the length lies within the segment. Only then may the length be used.
     *
     * @param room bytes from the record's position to the end of its segment
     */
    static boolean looksLikeRecord(ByteBuffer bytes, int offset, long room, long binding) {
        int length = lengthAt(bytes, offset);
        return markAt(bytes, offset) == mark(binding) && length >= HEADER_BYTES && length <= room;
    }

    /** Bytes that must be in memory to check a record that looks like one. */
    static int checkedBytes(ByteBuffer bytes, int offset) {
        return typeAt(bytes, offset) == FILLER ? HEADER_BYTES : lengthAt(bytes, offset);
    }

    /** Whether checksum and type are right; the record looks like one, and {@link #checkedBytes} of it are in the buffer. Moves position and limit. */
    static boolean isIntact(ByteBuffer bytes, int offset, long room, long binding, CRC32C crc) {
        int checked = checkedBytes(bytes, offset);
        if ((checksum(bytes, offset, checked, crc) ^ (int) binding) != bytes.getInt(offset + CHECKSUM)) {
            return false;
        }
        return switch (typeAt(bytes, offset)) {
            case FILLER -> lengthAt(bytes, offset) == room;
            case WATERMARK -> checked == WATERMARK_BYTES;
            case VOID -> true;
            default -> typeAt(bytes, offset) >= MIN_TYPE && typeAt(bytes, offset) <= MAX_TYPE;
        };
    }

    private static int checksum(ByteBuffer bytes, int offset, int recordBytes, CRC32C crc) {
        crc.reset();
        bytes.limit(offset + recordBytes).position(offset + LENGTH);
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
