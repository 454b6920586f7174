package dev.afterimage.aries;

/**
 * The types of log records, by the paper's names (section 4.1). Bodies are little-endian; a page's bytes are counted from the end of its header. The transaction number is in the record's
 * header, which belongs to the log; the checkpoints' is 0.
 *
 * <pre>
 *   UPDATE            page record, see PageRecord
 *   COMPENSATION      page record with undoNextLSN, see PageRecord
 *   COMMIT, END       0 prevLSN (8)
 *   BEGIN_CHECKPOINT  0 number of the checkpoint (8)
 *   END_CHECKPOINT    0 LSN of its begin record (8) · 8 highest transaction number (8) · 16 parts that follow (4) · 20 transactions (4) · 24 pages (4) · 28 zero (4)
 *                     · the transaction table: for each its number, firstLSN, lastLSN, undoNextLSN (8 each)
 *                     · the dirty page table: for each page its number, recLSN (8 each)
 * </pre>
 *
 * A checkpoint's tables may take several END_CHECKPOINT records, the last of which has no parts that follow; only with that one is the checkpoint complete.
 *
 * <p>Type 7 is left for the paper's prepare record (section 5.3): prevLSN (8) like a commit record's, then whatever takes a transaction in doubt up again after restart. Its row of the
 * transaction table would have the state {@code P}; see {@link CheckpointTables}. This version writes neither, and refuses a log that holds them.
 */
final class RecordTypes {
    /** A change of one page, redo and undo. */
    static final int UPDATE = 1;
    /** Compensation log record (CLR): the undoing of an update, redo only. */
    static final int COMPENSATION = 2;
    /** The transaction is a winner. As there is nothing left to do for it, this is its end as well. */
    static final int COMMIT = 3;
    /** The transaction has been rolled back to its beginning. */
    static final int END = 4;
    /** Where the analysis that relies on this checkpoint begins. */
    static final int BEGIN_CHECKPOINT = 5;
    /** The tables as they were some time after the begin record. */
    static final int END_CHECKPOINT = 6;

    private RecordTypes() {
    }
}
