package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.util.TreeSet;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.RecoveryTicker;

/**
 * The second pass of recovery: does again what committed transactions did, in log order, through the pool. The decisions are {@link RedoDecision}'s.
 *
 * <p>Each page that is changed gets the commit's LSN, as the commit itself would have given it. So running it again, over homes of which any part was written and torn in between, comes to
 * the same pages (rule A2): each begins at its first image, and goes through the same versions again.
 */
final class RedoPass {
    private final BufferPool pool;
    private final HomeSpace homes;
    private final TransactionTable transactions;
    private final TreeSet<Long> waiting = new TreeSet<>();
    private long records;
    private long changesRedone;
    private long changesSkipped;
    private long pagesRepaired;

    RedoPass(BufferPool pool, HomeSpace homes, TransactionTable transactions) {
        this.pool = pool;
        this.homes = homes;
        this.transactions = transactions;
    }

    /**
     * Reads to the same end as the first pass.
     *
     * @param end what the first pass took for the end of the log
     * @throws StoreDamagedException if a page is torn and the log does not hold all of it
     */
    void run(LogReader reader, long end, RecoveryTicker ticker) {
        while (reader.next()) {
            redo(reader);
            ticker.reached(reader.endLsn());
        }
        if (reader.end().lsn() != end) {
            throw new StoreDamagedException("the log was read twice and ended at LSN " + end + " first, then at " + reader.end().lsn() + ": the device does not give back what it holds");
        }
        if (!waiting.isEmpty()) {
            throw new StoreDamagedException("page " + waiting.first() + " of file " + homes.name() + " is damaged, and the log holds changes to it but no image (" + waiting.size()
                    + " such pages in all)");
        }
    }

    private void redo(LogReader reader) {
        long commitLsn = transactions.commitLsn(reader.transactionId());
        if (commitLsn == TransactionTable.NOT_COMMITTED) {
            return;
        }
        ByteBuffer body = reader.body();
        boolean applied = switch (reader.type()) {
            case RecordTypes.RANGES -> redoRanges(RangesRecord.pageId(body), reader.lsn(), commitLsn, body);
            case RecordTypes.IMAGE -> redoWholePage(ImageRecord.pageId(body), reader.lsn(), commitLsn, body, true);
            case RecordTypes.GONE -> redoWholePage(GoneRecord.pageId(body), reader.lsn(), commitLsn, body, false);
            default -> false;
        };
        if (applied) {
            transactions.redone(reader.transactionId());
        }
    }

    private boolean redoRanges(long pageId, long lsn, long commitLsn, ByteBuffer body) {
        records++;
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
        records++;
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

    /** Records of committed transactions read. */
    long records() {
        return records;
    }

    /** Records applied. */
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
