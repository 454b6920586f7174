package dev.afterimage.postgresstyle;

/**
 * What redo does with one record of a committed transaction, as a table over the state of the home page.
 *
 * <pre>
 *   home page                          | ranges                          | image, gone
 *   -----------------------------------+---------------------------------+---------------------------------
 *   torn                               | WAIT for a later image          | APPLY: nothing on it is trusted
 *   whole, page LSN ≥ commit LSN       | SKIP: it holds the change       | SKIP: it holds this or a later one
 *   whole, page LSN &lt; commit LSN       |                                 |
 *     and is the version built on      | APPLY                           | APPLY
 *     and is another, or is no page    | MISMATCH: a write was lost      | APPLY: nothing on it matters
 * </pre>
 *
 * <p>The comparison is strict on one side only: a page LSN <em>equal</em> to the commit LSN means that this very transaction is in the page, and applying it again
 * would be wrong where the bytes since changed.
 *
 * <p>A torn page that meets ranges first is no damage yet. Its image is later in the log if the transaction that was being written when it tore was the first to
 * change it since the redo point, while the ranges belong to a commit that was under way when that redo point was taken (see {@link Checkpointer}).
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

    /** For a record that says everything about a page. */
    static RedoDecision forWholePage(boolean whole, long pageLsn, long commitLsn) {
        return whole && pageLsn >= commitLsn ? SKIP : APPLY;
    }
}
