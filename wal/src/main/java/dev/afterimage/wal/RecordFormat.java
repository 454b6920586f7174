package dev.afterimage.wal;

/** The bytes of a record. */
final class RecordFormat {
    static final int HEADER_BYTES = 24;
    static final int MIN_TYPE = 1;
    static final int MAX_TYPE = 255;
    /** Room that every buffer keeps for a watermark and a filler. */
    static final int SLACK_BYTES = 64;

    private RecordFormat() {
    }
}
