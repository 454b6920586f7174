package dev.afterimage.spi;

import dev.afterimage.api.Durability;

/**
 * One transaction as the strategy sees it.
 *
 * <p>One thread at a time. A page may be open for reading while it is opened for writing: the engine then reopens the readers, so that they see the bytes written. The engine holds a shared lock on every page read and an exclusive one on every page written, created or discarded, from before the call until
 * {@link #commit} or {@link #rollback} has returned. It never opens a page for writing twice at once, and has closed every access before
 * {@link #mark}, {@link #rollbackTo}, {@link #commit} and {@link #rollback}.
 */
public interface StrategyTransaction {
    /**
     * Opens a page for reading; this transaction's own changes are seen.
     *
     * @throws dev.afterimage.api.PageNotFoundException if the page does not exist
     */
    PageAccess read(long pageId);

    /**
     * Opens a page for writing; the strategy decides whose bytes these are.
     *
     * @throws dev.afterimage.api.PageNotFoundException if the page does not exist
     */
    PageAccess write(long pageId);

    /** Makes a page exist, full of zeros, and opens it for writing. It did not exist before (as far as this transaction sees). */
    PageAccess create(long pageId);

    /**
     * Makes a page cease to exist, in this transaction.
     *
     * @throws dev.afterimage.api.PageNotFoundException if the page does not exist
     */
    void discard(long pageId);

    /**
     * Reports what was changed through a write access, once, just before that access is closed; not called if nothing was changed. If it throws, the engine puts the
     * before-bytes back (where the strategy asked for them), closes the access and rolls the transaction back.
     *
     * @param access what {@link #write} or {@link #create} returned
     * @param change good only during the call
     */
    void changed(PageAccess access, PageChange change);

    /** Remembers this place for {@link #rollbackTo}. Later marks are not smaller. */
    long mark();

    /** Undoes all since the mark, which stays good; later ones are gone. */
    void rollbackTo(long mark);

    /**
     * Fixes this transaction's place in the commit order and makes its changes visible to transactions that lock its pages next; the engine frees the
     * locks when it returns. Throws only while nothing is fixed, so that the engine can still roll back; an error after that line fails the store. For a
     * transaction that changed nothing, the ticket stands for all that was ordered before it (rule D3).
     */
    CommitTicket commit(Durability level);

    /** Undoes everything. Works without room on the disk. */
    void rollback();
}
