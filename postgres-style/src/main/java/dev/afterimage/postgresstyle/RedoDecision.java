package dev.afterimage.postgresstyle;

/**
 * What redo does with a record of changed ranges of a committed transaction, as a table over the state of the home page. A record that says everything about a page (an image, or that the page is gone)
 * needs no decision: it is always applied.
 *
 * <pre>
 *   home page                          | ranges
 *   -----------------------------------+---------------------------------
 *   torn                               | WAIT for a later image
 *   whole, page LSN &gt;= commit LSN      | SKIP: it holds the change
 *   whole, page LSN &lt; commit LSN       |
 *     and is the version built on      | APPLY
 *     and is another, or is no page    | MISMATCH: a write was lost
 * </pre>
 *
 * <p>The comparison is strict on one side only: a page LSN <em>equal</em> to the commit LSN means that this very transaction is in the page.
 *
 * <p><b>Why an image is applied even to a home that is whole and newer.</b> What is read from a home may be in the operating system's cache only. A sync makes that durable, unless an earlier sync of
 * it failed: then the system counts the page as clean and no later sync writes it (fault F2; PostgreSQL's "fsyncgate" of 2018). So nothing that was written since the redo point is relied upon; it is
 * written again. PostgreSQL restores images always, too. The page goes back in time, and the records behind the image bring it forward again: they are all there, for the write barrier
 * let no version out before its log was durable.
 *
 * <p>So ranges are skipped for one kind of page only: one that was written by the checkpoint of the redo point itself, whose sync succeeded, when the commit was under way as that redo point was
 * taken (see {@link dev.afterimage.buffer.RedoPoint}). The same kind of ranges may find the page torn, by a write after that checkpoint; then the image for that write comes later in the log.
 */
enum RedoDecision {
    /** Change the home page. */
    APPLY,
    /** The home page holds it. */
    SKIP,
    /** Leave the torn home page; damage, unless a later record says everything about it. */
    WAIT,
    /** The record builds on a version that the home page does not hold: damage. */
    MISMATCH;

    /** For a record of changed ranges. */
    static RedoDecision forRanges(boolean whole, boolean exists, long pageLsn, long basisLsn, long commitLsn) {
        if (!whole) {
            return WAIT;
        }
        if (pageLsn >= commitLsn) {
            return SKIP;
        }
        return exists && pageLsn == basisLsn ? APPLY : MISMATCH;
    }
}
