package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.util.TreeSet;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageGlance;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.wal.PageRedo;
import dev.afterimage.wal.RedoRecord;

/** What redo does with the records of committed transactions about one partition of the pages, each of which brings its commit LSN as its note. The decisions are {@link RedoDecision}'s. */
final class RedoShare implements PageRedo {
    private final BufferPool pool;
    private final HomeSpace homes;
    private final TransactionTable transactions;
    private final PageGlance glance;
    private final TreeSet<Long> waiting = new TreeSet<>();
    private long changesRedone;
    private long changesSkipped;
    private long pagesRepaired;

    RedoShare(BufferPool pool, HomeSpace homes, TransactionTable transactions) {
        this.pool = pool;
        this.homes = homes;
        this.transactions = transactions;
        this.glance = new PageGlance(pool, homes);
    }

    /** Where in the page the record's first range lies is not looked up: the header is what most of the waiting is for. */
    @Override
    public void foresee(long page, ByteBuffer bytes, int at, int bodyBytes) {
        glance.add(page, 0, 0);
    }

    @Override
    public void foreseen() {
        glance.look();
    }

    @Override
    public void redo(RedoRecord record) {
        boolean applied = switch (record.type()) {
            case RecordTypes.RANGES -> redoRanges(record.page(), record.lsn(), record.note(), record.body());
            case RecordTypes.IMAGE -> redoWholePage(record.page(), record.lsn(), record.note(), record.body(), true);
            case RecordTypes.GONE -> redoWholePage(record.page(), record.lsn(), record.note(), record.body(), false);
            default -> throw new IllegalArgumentException("a record of type " + record.type() + " is not about a page");
        };
        if (applied) {
            transactions.redone(record.transactionId());
        }
    }

    private boolean redoRanges(long pageId, long lsn, long commitLsn, ByteBuffer body) {
        Frame frame = pool.pin(homes, pageId);
        try {
            OffHeapBytes page = frame.page();
            long pageLsn = PageHeader.pageLsn(page);
            switch (RedoDecision.forRanges(pageLsn != HomeSpace.TORN, PageHeader.exists(page), pageLsn, RangesRecord.basisLsn(body), commitLsn)) {
                case SKIP -> changesSkipped++;
                case WAIT -> waiting.add(pageId);
                case MISMATCH -> throw new StoreDamagedException("page " + pageId + " of file " + homes.name() + " has LSN " + pageLsn + (PageHeader.exists(page) ? "" : " and does not exist")
                        + ", but the log record at LSN " + lsn + " changes its version of LSN " + RangesRecord.basisLsn(body) + ": a write of the page was lost");
                case APPLY -> {
                    frame.latchExclusive();
                    try {
                        RangesRecord.apply(body, frame.usable());
                        PageHeader.setPageLsn(page, commitLsn);
                        frame.markDirty(lsn);
                    } finally {
                        frame.unlatchExclusive();
                    }
                    changesRedone++;
                    return true;
                }
            }
            return false;
        } finally {
            frame.unpin();
        }
    }

    /** Always applied, whatever the home page holds: see {@link RedoDecision}. */
    private boolean redoWholePage(long pageId, long lsn, long commitLsn, ByteBuffer body, boolean exists) {
        Frame frame = pool.pin(homes, pageId);
        try {
            OffHeapBytes page = frame.page();
            // The home page was read only to find damage that the image would hide: a page changed beyond the end of the log.
            boolean torn = PageHeader.pageLsn(page) == HomeSpace.TORN;
            frame.latchExclusive();
            try {
                if (exists) {
                    ImageRecord.apply(body, page);
                    PageHeader.setImageLsn(page, lsn);
                } else {
                    page.fill(0, page.length(), (byte) 0);
                }
                PageHeader.setPageLsn(page, commitLsn);
                assert PageHeader.exists(page) == exists : "page " + pageId + " at LSN " + lsn;
                frame.markDirty(lsn);
            } finally {
                frame.unlatchExclusive();
            }
            changesRedone++;
            if (torn) {
                pagesRepaired++;
                waiting.remove(pageId);
            }
            return true;
        } finally {
            frame.unpin();
        }
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
