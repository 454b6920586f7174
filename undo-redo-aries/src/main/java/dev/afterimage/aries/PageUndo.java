package dev.afterimage.aries;

import java.util.function.ToLongFunction;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;

/**
 * Undoes one update: logs the CLR, then does what the CLR says (figure 8 of the paper). The undo is physical, byte for byte: the engine's page lock has kept every other transaction away from the page since
 * the update, and after a crash nobody works before the losers are undone, so the bytes are still where they were.
 *
 * <p>A CLR never carries an image of the page for the sake of torn pages: the redo point does not pass the image of a page that an active transaction has changed (see {@link Checkpointer}). So
 * the room a CLR takes in the log is known when its update is logged, and is promised then.
 */
final class PageUndo {
    private final BufferPool pool;
    private final HomeSpace homes;
    private final TornPages tornPages;

    PageUndo(BufferPool pool, HomeSpace homes, TornPages tornPages) {
        this.pool = pool;
        this.homes = homes;
        this.tornPages = tornPages;
    }

    /**
     * Does it, and returns the LSN of the CLR.
     *
     * @param clr what is to be done
     * @param undoneLsn the update
     * @param append appends the CLR to the log
     */
    long undo(CompensationRecord clr, long transactionId, long prevLsn, long undoNextLsn, long pageId, long undoneLsn, ToLongFunction<CompensationRecord> append) {
        Frame frame = pin(pageId);
        try {
            frame.latchExclusive();
            try {
                OffHeapBytes page = frame.page();
                long basis = PageHeader.pageLsn(page);
                assert basis >= undoneLsn : "page " + pageId + " has LSN " + basis + " and cannot hold the update at LSN " + undoneLsn;
                boolean byImage = tornPages.imagesAreLogged();
                clr.of(transactionId, prevLsn, undoNextLsn, pageId, byImage && !clr.isWhole() ? PageHeader.imageLsn(page) : 0, basis);
                long lsn = append.applyAsLong(clr);
                PageRecord.apply(clr.action(), clr.ranges(), clr.redoPart(), lsn, page);
                frame.markDirty(byImage ? PageHeader.imageLsn(page) : lsn);
                return lsn;
            } finally {
                frame.unlatchExclusive();
            }
        } finally {
            frame.unpin();
        }
    }

    /** A rollback has nobody to pass an error on to: it waits until others have closed pages. It keeps none open itself. */
    private Frame pin(long pageId) {
        while (true) {
            try {
                return pool.pin(homes, pageId);
            } catch (CacheExhaustedException othersKeepAllFrames) {
                Thread.onSpinWait(); // the pool has waited for some seconds, and waits again
            }
        }
    }
}
