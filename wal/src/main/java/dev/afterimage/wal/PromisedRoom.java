package dev.afterimage.wal;

/**
 * Room in the log that is promised to records that must not find the disk full: the compensation records of transactions that may have to be rolled back.
 *
 * <p>Invariant: all that is promised fits what is left of the current segment and the free segments beyond the one kept back, though records never span segments, each segment may lose as
 * much as the largest record at its end, and each batch written adds a watermark. Records without a promise are appended only where they leave that so. A crash
 * keeps it too: the next opening may use the one kept back, which stands in for what was left of the segment.
 *
 * <p>Guarded by the append lock.
 */
final class PromisedRoom {
    private final int segmentBytes;
    private long promised;
    private int largestSpan;

    PromisedRoom(int segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    /** What a record with that body is promised: its own bytes, and those of the watermark behind it. */
    static int of(int bodyBytes) {
        return RecordFormat.span(RecordFormat.HEADER_BYTES + bodyBytes) + RecordFormat.WATERMARK_BYTES;
    }

    /** Bytes promised. */
    long bytes() {
        return promised;
    }

    /** Adds a promise. */
    void promise(int bytes) {
        promised += bytes;
        largestSpan = Math.max(largestSpan, bytes);
    }

    /** Takes promises back, or notes that they were kept. */
    void settle(long bytes) {
        assert bytes <= promised : "of " + promised + " bytes promised, " + bytes + " were settled";
        promised -= bytes;
    }

    /** Whether all that is promised, and {@code more}, fits. */
    boolean fits(int more, long restOfSegment, int freeSegments) {
        long sum = promised + more;
        if (sum == 0) {
            return true;
        }
        int largest = Math.max(largestSpan, more);
        long rest = Math.max(0, restOfSegment - largest - RecordFormat.SLACK_BYTES);
        return sum <= rest + Math.max(0, freeSegments) * usable(largest);
    }

    /** Free segments that hold all that is promised and {@code more}. */
    int segments(int more) {
        long sum = promised + more;
        return sum == 0 ? 0 : Math.toIntExact((sum + usable(Math.max(largestSpan, more)) - 1) / usable(Math.max(largestSpan, more)));
    }

    private long usable(int largest) {
        // A record of a promise is never larger than half of what a segment holds: see WriteAheadLog.append.
        return segmentBytes - SegmentHeader.BYTES - RecordFormat.SLACK_BYTES - (long) largest;
    }
}
