package dev.afterimage.innodbstyle;

import java.util.Arrays;

/**
 * Which writers' changes a snapshot sees: those that had committed when it was opened (InnoDB's {@code ReadView}). Immutable.
 *
 * <p>Writer numbers and commit numbers come from one sequence. A writer is seen if its number is below the limit and it was not active. A commit whose number is below the limit is seen, so what purge may
 * take away is told by one number.
 */
final class ReadView {
    private final long limit;
    private final long[] active;
    private final long commitLsn;

    /**
     * A view.
     *
     * @param limit the first number that had not been given (m_low_limit_id)
     * @param active writers that had not finished (m_ids); sorted here
     * @param commitLsn end of the last commit that is seen
     */
    ReadView(long limit, long[] active, long commitLsn) {
        this.limit = limit;
        this.active = active.clone();
        Arrays.sort(this.active);
        this.commitLsn = commitLsn;
    }

    /** Whether it sees what that writer did; 0 stands for nobody, who is always seen. */
    boolean sees(long writer) {
        return writer < limit && Arrays.binarySearch(active, writer) < 0;
    }

    /** Undo of commits with this number or a higher one may be needed. */
    long limit() {
        return limit;
    }

    /** The log up to here holds all it sees. */
    long commitLsn() {
        return commitLsn;
    }
}
