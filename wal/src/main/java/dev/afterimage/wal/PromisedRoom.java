package dev.afterimage.wal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room in the log that is promised to records that must not find the disk full: the compensation records of transactions that may have to be rolled back.
 *
 * <p>Invariant: all that is promised fits what is left of the current segment and the free segments beyond the one kept back, though records never span segments, each segment may lose as
 * much as the largest record at its end, and each batch written adds a watermark. Records without a promise are appended only where they leave that so. A crash
 * keeps it too: the next opening may use the one kept back, which stands in for what was left of the segment.
 *
 * <p>Safe for many threads. For the invariant to hold among them, whoever appends does it in this order: {@link #promise}; read the end of the stream; ask whether all {@link #fits}; reserve the place, which fails if the end has
 * moved on meanwhile. So of two at once, the later one has seen what the earlier one promised. A promise is settled after the record it was for has its place.
 */
final class PromisedRoom {
    private final int segmentBytes;
    private final AtomicLong promised = new AtomicLong();
    private final AtomicInteger largestSpan = new AtomicInteger();

    PromisedRoom(int segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    /** What a record with that body is promised: its own bytes, and those of the watermark behind it. */
    static int of(int bodyBytes) {
        return RecordFormat.span(RecordFormat.HEADER_BYTES + bodyBytes) + RecordFormat.WATERMARK_BYTES;
    }

    /** Bytes promised. */
    long bytes() {
        return promised.get();
    }

    /** Adds a promise, to be settled at once where there turns out to be no room for it. */
    void promise(int bytes) {
        if (bytes > largestSpan.get()) {
            largestSpan.accumulateAndGet(bytes, Math::max);
        }
        promised.addAndGet(bytes);
    }

    /** Takes promises back, or notes that they were kept. */
    void settle(long bytes) {
        long left = promised.addAndGet(-bytes);
        assert left >= 0 : "of " + (left + bytes) + " bytes promised, " + bytes + " were settled";
    }

    /** Whether all that is promised, and {@code more}, fits. */
    boolean fits(int more, long restOfSegment, int freeSegments) {
        long sum = promised.get() + more;
        if (sum == 0) {
            return true;
        }
        int largest = Math.max(largestSpan.get(), more);
        long rest = Math.max(0, restOfSegment - largest - RecordFormat.SLACK_BYTES);
        return sum <= rest + Math.max(0, freeSegments) * usable(largest);
    }

    /** Free segments that hold all that is promised and {@code more}. */
    int segments(int more) {
        long sum = promised.get() + more;
        long usable = usable(Math.max(largestSpan.get(), more));
        return sum == 0 ? 0 : Math.toIntExact((sum + usable - 1) / usable);
    }

    /** Free segments to have ready for when the log goes over to the next segment: one more than nothing as soon as promises are made at all, for how many there are then cannot be known now. */
    int segmentsAhead() {
        return Math.max(segments(0), largestSpan.get() > 0 ? 1 : 0);
    }

    private long usable(int largest) {
        // A record of a promise is never larger than half of what a segment holds: see WriteAheadLog.append.
        return segmentBytes - SegmentHeader.BYTES - RecordFormat.SLACK_BYTES - (long) largest;
    }
}
