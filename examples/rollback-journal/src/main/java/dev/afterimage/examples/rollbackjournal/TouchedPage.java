package dev.afterimage.examples.rollbackjournal;

/**
 * A page that an unfinished transaction has changed, or is about to: where it is kept as it was.
 *
 * <p>{@code stolen} is set before the first byte of the transaction may reach the page's home, by whichever thread writes it, and never taken back: from then on a rollback has to write the page as it was. It is
 * read only by the page's transaction, after it has waited for the frame, so the cache's lock orders the two.
 */
final class TouchedPage {
    final long page;
    final Journal journal;
    /** The journal's entry that has the page as it was before the transaction. */
    final int baseEntry;
    /** Place of the newest image in the transaction's list, or -1 if that one is gone. */
    int newestImage;
    boolean stolen;

    TouchedPage(long page, Journal journal, int baseEntry) {
        this.page = page;
        this.journal = journal;
        this.baseEntry = baseEntry;
    }
}
