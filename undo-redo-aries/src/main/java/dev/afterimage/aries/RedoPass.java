package dev.afterimage.aries;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PagePrefetch;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.ParallelRedo;
import dev.afterimage.wal.RecoveryTicker;

/**
 * The second pass of restart (section 6.2 of the paper, figure 11): repeats history, the losers' too, from the redo point on.
 *
 * <p>A page that is not in the dirty page table, or a record before its recLSN, is passed over, and the page not even read: its home holds the change durably. All else goes to the
 * {@link RedoShare} of the page's partition. Partitions are done by as many threads as there are; each page's records stay in order, and no page depends on another, so the result is
 * the same as on one thread; section 6.2 proposes just this, and also what {@link PagePrefetch} does: the dirty page table tells which pages to read ahead.
 */
final class RedoPass {
    /** A place to read back from is remembered about every so many bytes of log, for the undo pass. */
    private static final long WAYPOINT_BYTES = 1 << 20;

    private final BufferPool pool;
    private final HomeSpace homes;
    private final DirtyPageTable dirtyPages;
    private final TornPages tornPages;
    private final List<RedoShare> shares = new ArrayList<>();
    /** Transactions with an end record: they were rolled back, and leave nothing to speak of. */
    private final TransactionSet rolledBack = new TransactionSet();
    private long[] waypoints = new long[64];
    private int[] waypointTimelines = new int[64];
    private int waypointCount;
    private long records;
    private long recordsPassedOver;

    RedoPass(BufferPool pool, HomeSpace homes, DirtyPageTable dirtyPages, TornPages tornPages) {
        this.pool = pool;
        this.homes = homes;
        this.dirtyPages = dirtyPages;
        this.tornPages = tornPages;
    }

    /**
     * Reads to the end of the log; what lies before {@code redoPoint} is only remembered for the undo pass.
     *
     * @param threads cores to use, this thread's included
     */
    void run(LogReader reader, long redoPoint, RecoveryTicker ticker, BackgroundTasks tasks, int threads) {
        PagePrefetch prefetch = PagePrefetch.start(tasks, threads - 1, pool, homes, dirtyPages.sorted());
        try (prefetch; ParallelRedo redo = ParallelRedo.start(tasks, threads, partition -> newShare())) {
            while (reader.next()) {
                noteWaypoint(reader);
                if (reader.lsn() >= redoPoint) {
                    switch (reader.type()) {
                        case RecordTypes.UPDATE, RecordTypes.COMPENSATION -> pageRecord(reader, redo);
                        case RecordTypes.END -> rolledBack.add(reader.transactionId());
                        default -> {
                            // nothing to be done again
                        }
                    }
                }
                ticker.reached(reader.endLsn());
            }
            redo.finish();
        }
        shares.forEach(RedoShare::letGo);
    }

    private RedoShare newShare() {
        RedoShare share = new RedoShare(pool, homes, tornPages);
        shares.add(share);
        return share;
    }

    private void pageRecord(LogReader reader, ParallelRedo redo) {
        records++;
        long pageId = PageRecord.pageId(reader.bytes(), reader.bodyAt());
        if (reader.lsn() < dirtyPages.recLsn(pageId)) {
            recordsPassedOver++;
        } else {
            redo.add(pageId, 0, reader);
        }
    }

    private void noteWaypoint(LogReader reader) {
        if (waypointCount > 0 && reader.lsn() - waypoints[waypointCount - 1] < WAYPOINT_BYTES) {
            return;
        }
        if (waypointCount == waypoints.length) {
            waypoints = Arrays.copyOf(waypoints, 2 * waypointCount);
            waypointTimelines = Arrays.copyOf(waypointTimelines, 2 * waypointCount);
        }
        waypoints[waypointCount] = reader.lsn();
        waypointTimelines[waypointCount++] = reader.timeline();
    }

    /** The last place remembered at or before a record. */
    LogAnchor waypointFor(long lsn) {
        int at = Arrays.binarySearch(waypoints, 0, waypointCount, lsn);
        int found = at >= 0 ? at : -at - 2;
        if (found < 0) {
            throw new StoreDamagedException("an unfinished transaction has a record at LSN " + lsn + ", which lies before the log that was kept");
        }
        return new LogAnchor(waypointTimelines[found], waypoints[found]);
    }

    /** How many such transactions had something done again, and were not rolled back. */
    long redone(LongPredicate such) {
        TransactionSet all = new TransactionSet();
        shares.forEach(share -> all.addAll(share.redone()));
        return all.count(id -> such.test(id) && !rolledBack.contains(id));
    }

    /** Records about pages read. */
    long records() {
        return records;
    }

    /** Records applied. */
    long changesRedone() {
        return shares.stream().mapToLong(RedoShare::changesRedone).sum();
    }

    /** Records whose change was at home already. */
    long changesSkipped() {
        return recordsPassedOver + shares.stream().mapToLong(RedoShare::changesSkipped).sum();
    }

    /** Torn pages made whole. */
    long pagesRepaired() {
        return shares.stream().mapToLong(RedoShare::pagesRepaired).sum();
    }
}
