package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.ParallelRedo;
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
    private final List<RedoShare> shares = new ArrayList<>();
    private long records;

    RedoPass(BufferPool pool, HomeSpace homes, TransactionTable transactions) {
        this.pool = pool;
        this.homes = homes;
        this.transactions = transactions;
    }

    /**
     * Reads to the same end as the first pass.
     *
     * @param end what the first pass took for the end of the log
     * @param threads cores to use, this thread's included
     * @throws StoreDamagedException if a page is torn and the log does not hold all of it
     */
    void run(LogReader reader, long end, RecoveryTicker ticker, BackgroundTasks tasks, int threads) {
        try (ParallelRedo redo = ParallelRedo.start(tasks, threads, partition -> newShare())) {
            while (reader.next()) {
                take(reader, redo);
                ticker.reached(reader.endLsn());
            }
            redo.finish();
        }
        shares.forEach(RedoShare::letGo);
        if (reader.end().lsn() != end) {
            throw new StoreDamagedException("the log was read twice and ended at LSN " + end + " first, then at " + reader.end().lsn() + ": the device does not give back what it holds");
        }
        TreeSet<Long> waiting = new TreeSet<>();
        shares.forEach(share -> waiting.addAll(share.waiting()));
        if (!waiting.isEmpty()) {
            throw new StoreDamagedException("page " + waiting.first() + " of file " + homes.name() + " is damaged, and the log holds changes to it but no image (" + waiting.size()
                    + " such pages in all)");
        }
    }

    private RedoShare newShare() {
        RedoShare share = new RedoShare(pool, homes, transactions);
        shares.add(share);
        return share;
    }

    /** Does a record again if its transaction committed. */
    private void take(LogReader reader, ParallelRedo redo) {
        long commitLsn = transactions.commitLsn(reader.transactionId());
        if (commitLsn == TransactionTable.NOT_COMMITTED) {
            return;
        }
        ByteBuffer body = reader.body();
        switch (reader.type()) {
            case RecordTypes.RANGES -> add(RangesRecord.pageId(body), commitLsn, reader, redo);
            case RecordTypes.IMAGE -> add(ImageRecord.pageId(body), commitLsn, reader, redo);
            case RecordTypes.GONE -> add(GoneRecord.pageId(body), commitLsn, reader, redo);
            default -> {
                // Says nothing about a page.
            }
        }
    }

    private void add(long pageId, long commitLsn, LogReader reader, ParallelRedo redo) {
        records++;
        redo.add(pageId, commitLsn, reader);
    }

    /** Records of committed transactions read. */
    long records() {
        return records;
    }

    /** Records applied. */
    long changesRedone() {
        return shares.stream().mapToLong(RedoShare::changesRedone).sum();
    }

    /** Records whose change was in the page already. */
    long changesSkipped() {
        return shares.stream().mapToLong(RedoShare::changesSkipped).sum();
    }

    /** Torn pages made whole. */
    long pagesRepaired() {
        return shares.stream().mapToLong(RedoShare::pagesRepaired).sum();
    }
}
