package dev.afterimage.wal;

/**
 * Where reading starts. The strategy keeps one in its control block; it must have been forced before that block is written.
 *
 * @param timeline the timeline the position lies in; at least 1
 * @param lsn a position at which a record begins, or would begin: what {@link WriteAheadLog#start()}, {@link WriteAheadLog#append} or
 *            {@link WriteAheadLog#endLsn()} gave
 */
public record LogAnchor(int timeline, long lsn) {
    /** Checks the ranges. */
    public LogAnchor {
        if (timeline < 1 || lsn < 1) {
            throw new IllegalArgumentException("expected a timeline and a position of at least 1, found " + timeline + " and " + lsn);
        }
    }
}
