package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.util.TreeSet;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.HeldPages;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.wal.PageRedo;
import dev.afterimage.wal.ParallelRedo;
import dev.afterimage.wal.RedoRecord;

/** What redo does with the records of committed transactions about one partition of the pages, each of which brings its commit LSN as its note. The decisions are {@link RedoDecision}'s. */
final class RedoShare implements PageRedo {
    private final HomeSpace homes;
    private final TransactionTable transactions;
    private final HeldPages pages;
    private final TreeSet<Long> waiting = new TreeSet<>();
    private long changesRedone;
    private long changesSkipped;
    private long pagesRepaired;

    RedoShare(BufferPool pool, HomeSpace homes, TransactionTable transactions) {
        this.homes = homes;
        this.transactions = transactions;
        this.pages = new HeldPages(pool, homes, ParallelRedo.PARTITIONS);
    }

    @Override
    public void foresee(long page, ByteBuffer bytes, int at, int bodyBytes) {
        int range = RangesRecord.firstRange(bytes, at, bodyBytes); // of an image this is anything, and does no harm
        pages.foresee(page, range >>> Short.SIZE, range & 0xFFFF);
    }

    @Override
    public void foreseen() {
        pages.look();
    }

    @Override
    public void redo(RedoRecord record) {
        OffHeapBytes page = pages.hold(record.page());
        boolean applied = switch (record.type()) {
            case RecordTypes.RANGES -> redoRanges(record, page);
            case RecordTypes.IMAGE -> redoWholePage(record, page, true);
            case RecordTypes.GONE -> redoWholePage(record, page, false);
            default -> throw new IllegalArgumentException("a record of type " + record.type() + " is not about a page");
        };
        if (applied) {
            pages.changed(record.lsn());
            changesRedone++;
            transactions.redone(record.transactionId());
        }
    }

    private boolean redoRanges(RedoRecord record, OffHeapBytes page) {
        ByteBuffer body = record.body();
        long commitLsn = record.note();
        long pageLsn = PageHeader.pageLsn(page);
        switch (RedoDecision.forRanges(pageLsn != HomeSpace.TORN, PageHeader.exists(page), pageLsn, RangesRecord.basisLsn(body), commitLsn)) {
            case SKIP -> changesSkipped++;
            case WAIT -> waiting.add(record.page());
            case MISMATCH -> throw new StoreDamagedException("page " + record.page() + " of file " + homes.name() + " has LSN " + pageLsn + (PageHeader.exists(page) ? "" : " and does not exist")
                    + ", but the log record at LSN " + record.lsn() + " changes its version of LSN " + RangesRecord.basisLsn(body) + ": a write of the page was lost");
            case APPLY -> {
                RangesRecord.apply(body, page);
                PageHeader.setPageLsn(page, commitLsn);
                return true;
            }
        }
        return false;
    }

    /** Always applied, whatever the home page holds: see {@link RedoDecision}. */
    private boolean redoWholePage(RedoRecord record, OffHeapBytes page, boolean exists) {
        // The home page was read only to find damage that the image would hide: a page changed beyond the end of the log.
        boolean torn = PageHeader.pageLsn(page) == HomeSpace.TORN;
        if (exists) {
            ImageRecord.apply(record.body(), page);
            PageHeader.setImageLsn(page, record.lsn());
        } else {
            page.fill(0, page.length(), (byte) 0);
        }
        PageHeader.setPageLsn(page, record.note());
        assert PageHeader.exists(page) == exists : "page " + record.page() + " at LSN " + record.lsn();
        if (torn) {
            pagesRepaired++;
            waiting.remove(record.page());
        }
        return true;
    }

    /** After the pass: the pages are for others again. */
    void letGo() {
        pages.letGo();
    }

    /** Pages that are torn, and of which no image has come yet. */
    TreeSet<Long> waiting() {
        return waiting;
    }

    /** Changes applied; a page counts again for each record. */
    long changesRedone() {
        return changesRedone;
    }

    /** Records whose change was in the page already. */
    long changesSkipped() {
        return changesSkipped;
    }

    /** Torn pages made whole. */
    long pagesRepaired() {
        return pagesRepaired;
    }
}
