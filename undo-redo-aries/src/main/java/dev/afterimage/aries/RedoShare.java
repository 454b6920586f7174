package dev.afterimage.aries;

import java.nio.ByteBuffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.HeldPages;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.wal.PageRedo;
import dev.afterimage.wal.ParallelRedo;
import dev.afterimage.wal.RedoRecord;

/**
 * What redo does with one record about a page that may lack it (section 6.2 of the paper, the inner part of figure 11), for one partition of the pages.
 *
 * <pre>
 *   record holds the whole page, images guard against torn pages      applied, whatever the home holds
 *   page LSN &gt;= LSN of the record                                     the home holds it; written again all the same
 *   page LSN = the version that the record changes                    applied
 *   any other                                                         damage: a write of the page was lost
 * </pre>
 *
 * <p>With full-page images a page's recLSN is that of its image, so redo of every page begins with a whole page, and what its home holds does not matter, torn or not. <b>Nothing that was read from a home is
 * relied upon without being written again:</b> after a failed sync the operating system may show bytes that it will never write (fault F2).
 */
final class RedoShare implements PageRedo {
    private final HomeSpace homes;
    private final TornPages tornPages;
    private final HeldPages pages;
    private final TransactionSet redone = new TransactionSet();
    private long changesRedone;
    private long changesSkipped;
    private long pagesRepaired;

    RedoShare(BufferPool pool, HomeSpace homes, TornPages tornPages) {
        this.homes = homes;
        this.tornPages = tornPages;
        this.pages = new HeldPages(pool, homes, ParallelRedo.PARTITIONS);
    }

    @Override
    public void foresee(long page, ByteBuffer bytes, int at, int bodyBytes) {
        int range = PageRecord.firstRange(bytes, at, bodyBytes);
        pages.foresee(page, range >>> Short.SIZE, range & 0xFFFF);
    }

    @Override
    public void foreseen() {
        pages.look();
    }

    @Override
    public void redo(RedoRecord record) {
        ByteBuffer bytes = record.bytes();
        int at = record.bodyAt();
        long lsn = record.lsn();
        OffHeapBytes page = pages.hold(record.page());
        boolean torn = PageHeader.pageLsn(page) == HomeSpace.TORN;
        if (isMissing(record.page(), page, torn, lsn, bytes, at)) {
            PageRecord.redo(bytes, at, record.bodyBytes(), lsn, page);
            changesRedone++;
            redone.add(record.transactionId());
        } else {
            changesSkipped++;
        }
        pages.changed(lsn);
        if (torn) {
            pagesRepaired++;
        }
    }

    private boolean isMissing(long pageId, OffHeapBytes page, boolean torn, long lsn, ByteBuffer bytes, int at) {
        if (PageRecord.isWhole(bytes, at) && tornPages.imagesAreLogged()) {
            return true;
        }
        if (torn) {
            throw new StoreDamagedException("page " + pageId + " of file " + homes.name() + " is damaged, and the log holds changes to it but no image");
        }
        long pageLsn = PageHeader.pageLsn(page);
        if (pageLsn >= lsn) {
            return false;
        }
        if (pageLsn != PageRecord.basisLsn(bytes, at)) {
            throw new StoreDamagedException("page " + pageId + " of file " + homes.name() + " has LSN " + pageLsn + ", but the log record at LSN " + lsn + " changes its version of LSN "
                    + PageRecord.basisLsn(bytes, at) + ": a write of the page was lost");
        }
        return true;
    }

    /** After the pass: the pages are for others again. */
    void letGo() {
        pages.letGo();
    }

    /** Transactions of which something was applied. */
    TransactionSet redone() {
        return redone;
    }

    /** Records applied. */
    long changesRedone() {
        return changesRedone;
    }

    /** Records whose change was at home already. */
    long changesSkipped() {
        return changesSkipped;
    }

    /** Torn pages made whole. */
    long pagesRepaired() {
        return pagesRepaired;
    }
}
