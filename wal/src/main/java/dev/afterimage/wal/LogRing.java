package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The log's memory: the part of the stream that is not yet written, at its positions modulo the ring's capacity, to which any number of threads append at a time.
 *
 * <p>An append has three steps. It reserves its place with one compare-and-set ({@link LogTail}); copies and seals its record there, outside of any lock; and publishes it. Positions come in the order of the reservations.
 * Nothing is allocated, for each of the tail's slots owns the checksum and the view of the memory that its holder needs.
 *
 * <p>The capacity is a power of two and a multiple of 4 KiB, and so are memory and file aligned alike. Beyond the capacity there is room for one record more: one that runs over the ring's end is composed there in one
 * piece, for the strategy that writes its body, and what is beyond the end is copied to the beginning. One record at a time can do so, for two ends are a capacity apart, and no more than that is ever in memory.
 *
 * <p>What the writer does, {@link #appendWatermark} to {@link #advance}, is for one thread at a time; the rest for any number.
 */
final class LogRing {
    /** Not appended: the rest of the segment has no room for it. */
    static final long SEGMENT_FULL = -1;
    /** Not appended: memory has to be written out first. */
    static final long RING_FULL = -2;
    /** Not appended: what would be left is promised to others. */
    static final long PROMISED = -3;
    /** Not appended: somebody goes over to the next segment. */
    static final long SHUT = -4;

    private static final int ALIGNMENT = 4096;

    /** Looks at what an append would leave of the segment, after the end of the stream was looked at and before the place is reserved. */
    interface Leftover {
        /** Whether it will do. */
        boolean isEnough(long restOfSegment);
    }

    /** What a thread composes records with. */
    private final class Composer {
        private final ByteBuffer bytes = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        private final CRC32C crc = new CRC32C();

        /** Whatever the record throws, a record that says nothing is in its place. */
        void compose(long lsn, LogRecord record, int type, long transactionId, int bodyBytes) {
            int body = offset(lsn) + RecordFormat.HEADER_BYTES;
            boolean whole = false;
            try {
                bytes.limit(body + bodyBytes).position(body);
                record.writeBody(bytes);
                requireWhole(type, body, bodyBytes);
                seal(lsn, RecordFormat.HEADER_BYTES + bodyBytes, type, transactionId);
                whole = true;
            } finally {
                if (!whole) {
                    voidAt(lsn, bodyBytes);
                }
            }
        }

        private void requireWhole(int type, int body, int bodyBytes) {
            if (bytes.position() != body + bodyBytes || bytes.limit() != body + bodyBytes || bytes.order() != ByteOrder.LITTLE_ENDIAN) {
                throw new IllegalStateException("record of type " + type + ": expected a body of " + bodyBytes + " bytes, found one of " + (bytes.position() - body));
            }
        }

        private void voidAt(long lsn, int bodyBytes) {
            int body = offset(lsn) + RecordFormat.HEADER_BYTES;
            bytes.clear().order(ByteOrder.LITTLE_ENDIAN);
            for (int i = body; i < body + bodyBytes; i++) {
                bytes.put(i, (byte) 0);
            }
            seal(lsn, RecordFormat.HEADER_BYTES + bodyBytes, RecordFormat.VOID, 0);
        }

        void seal(long lsn, int recordBytes, int type, long transactionId) {
            RecordFormat.seal(bytes, offset(lsn), recordBytes, type, transactionId, lsn, salt, crc);
            int beyond = offset(lsn) + (type == RecordFormat.FILLER ? RecordFormat.HEADER_BYTES : RecordFormat.span(recordBytes)) - capacity;
            if (beyond > 0) {
                bytes.clear().put(0, memory, capacity, beyond);
            }
        }
    }

    private final int capacity;
    private final long salt;
    private final ByteBuffer memory;
    private final LogTail tail;
    private final Composer[] composers = new Composer[LogTail.SLOTS];
    private final Composer writers;
    private final ByteBuffer outgoing;
    private volatile long segmentEnd;
    private volatile long released;

    /**
     * An empty one.
     *
     * @param bufferBytes memory for records, of which the largest takes less than half
     * @param begin where the stream goes on
     * @param endOfSegment where the segment that it is in ends
     */
    LogRing(int bufferBytes, int maxSpan, long salt, long begin, long endOfSegment) {
        this.salt = salt;
        capacity = Integer.highestOneBit(bufferBytes);
        assert maxSpan + RecordFormat.SLACK_BYTES <= capacity : "no room for a record of " + maxSpan + " bytes in " + capacity;
        memory = ByteBuffer.allocateDirect(capacity + maxSpan + 2 * ALIGNMENT).alignedSlice(ALIGNMENT);
        tail = new LogTail(begin);
        for (int slot = 0; slot < composers.length; slot++) {
            composers[slot] = new Composer();
        }
        writers = new Composer();
        outgoing = memory.duplicate();
        segmentEnd = endOfSegment;
        released = begin;
    }

    /** Bytes of memory for records. */
    int capacity() {
        return capacity;
    }

    /** Position after the last record for which there is a place; it may still be on its way there. */
    long end() {
        return tail.end();
    }

    /** Position after the segment. */
    long segmentEnd() {
        return segmentEnd;
    }

    /** Whether the segment has room for a record of that span. */
    boolean segmentHasRoom(int span) {
        return segmentEnd - end() >= span;
    }

    /** Whether memory has room for it, beside the log's own records. */
    boolean hasRoom(int span) {
        return fits(end(), span);
    }

    private boolean fits(long at, int span) {
        return at + span + RecordFormat.SLACK_BYTES - released <= capacity;
    }

    /**
     * Appends a record, or says why not.
     *
     * <p>Whatever the record throws passes through; then a record that says nothing is in its place.
     */
    long append(LogRecord record, int type, int bodyBytes, Leftover leftover) {
        int span = RecordFormat.span(RecordFormat.HEADER_BYTES + bodyBytes);
        long transactionId = record.transactionId();
        int slot = tail.enter();
        try {
            while (true) {
                long at = tail.end();
                if (tail.isShut()) {
                    return SHUT;
                }
                long rest = segmentEnd - at - span;
                if (rest < 0) {
                    return SEGMENT_FULL;
                }
                if (!leftover.isEnough(rest)) {
                    return PROMISED;
                }
                if (!fits(at, span)) {
                    return RING_FULL;
                }
                if (tail.reserve(slot, at, span)) { // if not, somebody else was faster, and what was looked at above may be of another moment
                    composers[slot].compose(at, record, type, transactionId, bodyBytes);
                    return at;
                }
            }
        } finally {
            tail.leave(slot);
        }
    }

    /** Appends a watermark where the segment has room for one; without it the next segment's records are the proof. Gives the end behind it. */
    long appendWatermark(long syncedLsn) {
        while (true) {
            long at = tail.end();
            if (segmentEnd - at < RecordFormat.WATERMARK_BYTES) {
                return at;
            }
            if (tail.reserve(at, RecordFormat.WATERMARK_BYTES)) {
                writers.bytes.clear().putLong(offset(at) + RecordFormat.HEADER_BYTES, syncedLsn);
                writers.seal(at, RecordFormat.WATERMARK_BYTES, RecordFormat.WATERMARK, 0);
                return at + RecordFormat.WATERMARK_BYTES;
            }
        }
    }

    /** From now on nobody appends, until {@link #reopen} or {@link #enterSegment}; gives the end. */
    long shut() {
        return tail.shut();
    }

    /** Goes on where it was shut. */
    void reopen() {
        tail.reopen(tail.end());
    }

    /**
     * Says that the rest of the segment holds nothing; only the filler's header is written, and none where not even that fits. It is shut.
     *
     * @return the end behind that
     */
    long appendFiller() {
        long at = tail.end();
        if (!segmentHasRoom(RecordFormat.HEADER_BYTES)) {
            return at;
        }
        writers.seal(at, (int) (segmentEnd - at), RecordFormat.FILLER, 0);
        return at + RecordFormat.HEADER_BYTES;
    }

    /** Goes on in another segment. It is shut. What is in memory, up to the filler, stays there until it is written. */
    void enterSegment(long begin, long endOfSegment) {
        segmentEnd = endOfSegment;
        tail.reopen(begin);
    }

    /** Returns when all before {@code end}, an end that was seen, is in memory. */
    void awaitPublished(long end) {
        tail.awaitPublished(end);
    }

    /** What is in memory from {@code from} on, in one piece: up to {@code end}, or the ring's. */
    ByteBuffer piece(long from, long end) {
        int offset = offset(from);
        return outgoing.clear().limit((int) Math.min(capacity, offset + (end - from))).position(offset);
    }

    /** What is before that position is written, and its memory free. */
    void advance(long written) {
        released = written;
    }

    private int offset(long lsn) {
        return (int) lsn & capacity - 1;
    }
}
