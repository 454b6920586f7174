package dev.afterimage.wal;

/** The first block of a segment. */
final class SegmentHeader {
    static final int BYTES = 4096;

    private SegmentHeader() {
    }
}
