package dev.afterimage.wal;

/** Where positions of the stream lie in segments of one size. */
record LogPositions(int segmentBytes) {
    /** The segment that holds the byte at {@code lsn}. */
    long segmentOf(long lsn) {
        return lsn / segmentBytes;
    }

    /** The segment that holds the byte before {@code lsn}: the one in which a log that ends there was last written. */
    long segmentBefore(long lsn) {
        return (lsn - 1) / segmentBytes;
    }

    /** The first segment that begins at or after {@code lsn}. */
    long segmentFrom(long lsn) {
        return (lsn + segmentBytes - 1) / segmentBytes;
    }

    /** Position of a segment's first byte. */
    long start(long segment) {
        return Math.multiplyExact(segment, (long) segmentBytes);
    }

    /** Position of a segment's first record. */
    long firstRecord(long segment) {
        return start(segment) + SegmentHeader.BYTES;
    }

    /**
     * Where a record that is expected at {@code lsn} begins: there, or behind the header of the segment that begins there. The end of a full segment and the
     * first record of the next are one place in the order of records, so positions are compared through this.
     */
    long recordAt(long lsn) {
        return offset(lsn) == 0 ? lsn + SegmentHeader.BYTES : lsn;
    }

    /** Offset of a position in its segment's file. */
    int offset(long lsn) {
        return (int) (lsn % segmentBytes);
    }

    /** Whether a record can begin at that position, or the next one after a full segment. */
    boolean canBegin(long lsn) {
        int offset = offset(lsn);
        return lsn % RecordFormat.ALIGNMENT == 0 && (offset == 0 || offset >= SegmentHeader.BYTES);
    }
}
