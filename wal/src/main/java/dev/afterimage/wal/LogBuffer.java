package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One half of the append buffer: consecutive records of one segment, laid out as they will lie in the file, so that one write takes them all.
 *
 * <p>Guarded by the append lock while it is the active half, and by the write lock while it is being written. Appending has three steps, reserve (take a
 * position), copy, and publish (advance {@link #used}); today all three happen inside one short lock, but nothing else depends on that: a lock-free variant
 * reserves with an atomic add, copies outside, and lets the writer wait until all that is reserved is published.
 */
final class LogBuffer {
    private final ByteBuffer bytes;
    private final int segmentBytes;
    private final long salt;
    private final CRC32C crc = new CRC32C();
    private long startLsn;
    private long segmentEnd;
    private int used;

    LogBuffer(int capacity, int segmentBytes, long salt) {
        bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        this.segmentBytes = segmentBytes;
        this.salt = salt;
    }

    /** Empties it; the next record gets position {@code lsn}. */
    void begin(long lsn, long endOfSegment) {
        startLsn = lsn;
        segmentEnd = endOfSegment;
        used = 0;
    }

    /** Position after its last record. */
    long endLsn() {
        return startLsn + used;
    }

    /** Position after the segment. */
    long segmentEnd() {
        return segmentEnd;
    }

    boolean isEmpty() {
        return used == 0;
    }

    /** Whether a record of that span fits the segment. */
    boolean segmentHasRoom(int span) {
        return segmentEnd - endLsn() >= span;
    }

    /** Whether a record of that span fits here and now. */
    boolean fits(int span) {
        return span <= bytes.capacity() - used - RecordFormat.SLACK_BYTES && segmentHasRoom(span);
    }

    /** Appends a record that fits. Whatever the record throws, nothing was appended. */
    long append(LogRecord record, int type, int bodyBytes) {
        int body = used + RecordFormat.HEADER_BYTES;
        long transactionId = record.transactionId();
        bytes.limit(body + bodyBytes).position(body);
        record.writeBody(bytes);
        if (bytes.position() != body + bodyBytes || bytes.limit() != body + bodyBytes || bytes.order() != ByteOrder.LITTLE_ENDIAN) {
            bytes.order(ByteOrder.LITTLE_ENDIAN);
            throw new IllegalStateException("record of type " + type + ": expected a body of " + bodyBytes + " bytes, found one of "
                    + (bytes.position() - body));
        }
        return publish(type, transactionId, RecordFormat.HEADER_BYTES + bodyBytes);
    }

    /** Appends a watermark where the segment has room for one; without it the next segment's records are the proof. */
    void appendWatermark(long syncedLsn) {
        assert syncedLsn <= startLsn : "synced " + syncedLsn + " beyond what was written " + startLsn;
        if (segmentHasRoom(RecordFormat.WATERMARK_BYTES)) {
            bytes.clear();
            bytes.putLong(used + RecordFormat.HEADER_BYTES, syncedLsn);
            publish(RecordFormat.WATERMARK, 0, RecordFormat.WATERMARK_BYTES);
        }
    }

    /** Says that the rest of the segment holds nothing; only the filler's header is written, and none where not even that fits. */
    void appendFiller() {
        if (segmentHasRoom(RecordFormat.HEADER_BYTES)) {
            seal(RecordFormat.FILLER, 0, (int) (segmentEnd - endLsn()));
            used += RecordFormat.HEADER_BYTES;
        }
    }

    /** Its bytes, for one write. */
    ByteBuffer filled() {
        return bytes.limit(used).position(0);
    }

    /** Where in the segment's file they go. */
    int fileOffset() {
        return (int) (startLsn % segmentBytes);
    }

    private long publish(int type, long transactionId, int recordBytes) {
        long lsn = endLsn();
        seal(type, transactionId, recordBytes);
        used += RecordFormat.span(recordBytes);
        assert endLsn() <= segmentEnd && used <= bytes.capacity();
        return lsn;
    }

    private void seal(int type, long transactionId, int recordBytes) {
        RecordFormat.seal(bytes, used, recordBytes, type, transactionId, endLsn(), salt, crc);
    }
}
