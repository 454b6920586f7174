package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.RecoveryTicker;

/**
 * The second pass of restart (section 6.2 of the paper, figure 11): repeats history, the losers' too, from the redo point on.
 *
 * <pre>
 *   page not in the dirty page table, or record before its recLSN     passed over, the page is not even read: its home holds the change durably
 *   record holds the whole page, images guard against torn pages      applied, whatever the home holds
 *   page LSN &gt;= LSN of the record                                     the home holds it; written again all the same
 *   page LSN = the version that the record changes                    applied
 *   any other                                                         damage: a write of the page was lost
 * </pre>
 *
 * <p>With full-page images a page's recLSN is that of its image, so redo of every page begins with a whole page, and what its home holds does not matter, torn or not. <b>Nothing that was read from a home is
 * relied upon without being written again:</b> after a failed sync the operating system may show bytes that it will never write (fault F2).
 */
final class RedoPass {
    /** A place to read back from is remembered about every so many bytes of log, for the undo pass. */
    private static final long WAYPOINT_BYTES = 1 << 20;

    private final BufferPool pool;
    private final HomeSpace homes;
    private final DirtyPageTable dirtyPages;
    private final TornPages tornPages;
    private final Set<Long> redone = new HashSet<>();
    private long[] waypoints = new long[64];
    private int[] waypointTimelines = new int[64];
    private int waypointCount;
    private long records;
    private long changesRedone;
    private long changesSkipped;
    private long pagesRepaired;

    RedoPass(BufferPool pool, HomeSpace homes, DirtyPageTable dirtyPages, TornPages tornPages) {
        this.pool = pool;
        this.homes = homes;
        this.dirtyPages = dirtyPages;
        this.tornPages = tornPages;
    }

    /** Reads to the end of the log; what lies before {@code redoPoint} is only remembered for the undo pass. */
    void run(LogReader reader, long redoPoint, RecoveryTicker ticker) {
        while (reader.next()) {
            noteWaypoint(reader);
            if (reader.lsn() >= redoPoint) {
                switch (reader.type()) {
                    case RecordTypes.UPDATE, RecordTypes.COMPENSATION -> redo(reader);
                    case RecordTypes.END -> redone.remove(reader.transactionId());
                    default -> {
                        // nothing to be done again
                    }
                }
            }
            ticker.reached(reader.endLsn());
        }
    }

    private void redo(LogReader reader) {
        records++;
        ByteBuffer body = reader.body();
        long lsn = reader.lsn();
        long pageId = PageRecord.pageId(body);
        if (lsn < dirtyPages.recLsn(pageId)) {
            changesSkipped++;
            return;
        }
        Frame frame = pool.pin(homes, pageId);
        try {
            OffHeapBytes page = frame.page();
            boolean torn = PageHeader.pageLsn(page) == HomeSpace.TORN;
            boolean apply = isMissing(pageId, page, torn, lsn, body);
            frame.latchExclusive();
            try {
                if (apply) {
                    PageRecord.redo(body, lsn, page, frame.usable());
                }
                frame.markDirty(lsn);
            } finally {
                frame.unlatchExclusive();
            }
            if (apply) {
                changesRedone++;
                redone.add(reader.transactionId());
            } else {
                changesSkipped++;
            }
            if (torn) {
                pagesRepaired++;
            }
        } finally {
            frame.unpin();
        }
    }

    private boolean isMissing(long pageId, OffHeapBytes page, boolean torn, long lsn, ByteBuffer body) {
        if (PageRecord.isWhole(body) && tornPages.imagesAreLogged()) {
            return true;
        }
        if (torn) {
            throw new StoreDamagedException("page " + pageId + " of file " + homes.name() + " is damaged, and the log holds changes to it but no image");
        }
        long pageLsn = PageHeader.pageLsn(page);
        if (pageLsn >= lsn) {
            return false;
        }
        if (pageLsn != PageRecord.basisLsn(body)) {
            throw new StoreDamagedException("page " + pageId + " of file " + homes.name() + " has LSN " + pageLsn + ", but the log record at LSN " + lsn + " changes its version of LSN "
                    + PageRecord.basisLsn(body) + ": a write of the page was lost");
        }
        return true;
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

    /** Transactions, losers too, of which something was done again and that had not been rolled back. */
    Set<Long> redone() {
        return redone;
    }

    /** Records about pages read. */
    long records() {
        return records;
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
