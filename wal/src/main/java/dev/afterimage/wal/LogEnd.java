package dev.afterimage.wal;

/**
 * Where reading ended: what {@link WriteAheadLog#begin} continues after.
 *
 * @param timeline the last timeline that holds a record (or the anchor's); 0 for a new store
 * @param lsn the position after its last record; 0 for a new store
 * @param tailBytesCut bytes beyond {@code lsn} that show traces of records and were given up as a torn tail; none of them had been synced
 */
public record LogEnd(int timeline, long lsn, long tailBytesCut) {
    /** Before the first record of a new store. */
    public static final LogEnd NEW_STORE = new LogEnd(0, 0, 0);

    /** Checks the ranges. */
    public LogEnd {
        if (timeline < 0 || lsn < 0 || tailBytesCut < 0 || (timeline == 0) != (lsn == 0)) {
            throw new IllegalArgumentException("no end of a log: timeline " + timeline + ", position " + lsn + ", cut " + tailBytesCut);
        }
    }
}
