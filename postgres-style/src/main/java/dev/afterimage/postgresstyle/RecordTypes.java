package dev.afterimage.postgresstyle;

/**
 * The types of this strategy's log records. Bodies are little-endian; a page's bytes are counted from the end of its header.
 *
 * <pre>
 *   RANGES      0 page number (8) · 8 LSN of the version it builds on (8) · 16 number of ranges (2)
 *               · then for each range its offset (2) and length (2) · then the bytes of all ranges
 *   IMAGE       0 page number (8) · 8 the page without its zero hole (see FullPageImage)
 *   GONE        0 page number (8)
 *   COMMIT      0 LSN of the transaction's first record (8) · 8 number of its records (4)
 *   CHECKPOINT  0 redo point (8) · 8 highest transaction number (8) · 16 number of the checkpoint (8)
 * </pre>
 *
 * The transaction number is in the record's header, which belongs to the log; the checkpoint's is 0.
 */
final class RecordTypes {
    /** Bytes of a page that changed, as they are after the change. */
    static final int RANGES = 1;
    /** A whole page: it says everything, whatever the home page holds. */
    static final int IMAGE = 2;
    /** The page ceases to exist. */
    static final int GONE = 3;
    /** All records of the transaction count from here on. */
    static final int COMMIT = 4;
    /** A checkpoint is about to be completed; recovery reads none of it, people and the end-of-log check do. */
    static final int CHECKPOINT = 5;

    private RecordTypes() {
    }
}
