package dev.afterimage.innodbstyle;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.SyncFailedException;

/**
 * Fuzzy checkpoints, at the first change of the page that has been dirty longest; nothing of a checkpoint is a record in the log.
 *
 * <pre>
 *   0  write old dirty pages home, by way of the doublewrite buffer                   no part of the checkpoint proper
 *   1  E = end of the log; open the next epoch, wait for the mini-transactions        what they changed is marked dirty now
 *      of the one before
 *   2  L = min(E, recovery LSNs of all dirty pages, data and undo)
 *   3  sync the homes                                                                  every page that was clean in 2 is durable at home
 *   4  the log is durable up to L; the flush LSN says L, synced                        apart from the log, so that no other copy's log is taken for this one ({@link FlushLsn})
 *   5  the log's checkpoint block says L, synced                                       a crash before it redoes from the old one, after it from this one
 *   6  the log before L is free
 * </pre>
 *
 * <p>1 before 2: a mini-transaction below E has left its epoch, so its pages are in 2 with a recovery LSN at or below its start, or have been written since. 2 before 3 (C4), 3 before 4 and 5 (C1), 4 before 5 (L6), 5 before 6 (C3).
 *
 * <p>It writes nothing to the log, and the doublewrite area and the homes have their room: so a checkpoint can always make room in the log, on a full disk and in a full log, for rollbacks too.
 */
final class Checkpointer implements CheckpointAdvance {
    private final BufferPool pool;
    private final Spaces spaces;
    private final RedoLog log;
    private final FlushLsn flushLsn;
    private final RedoPoint redoPoint;
    private final FailureLatch failure;
    private final TimeSource time;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final AtomicLong checkpoints = new AtomicLong();

    Checkpointer(BufferPool pool, Spaces spaces, RedoLog log, FlushLsn flushLsn, RedoPoint redoPoint, FailureLatch failure, TimeSource time) {
        this.pool = pool;
        this.spaces = spaces;
        this.log = log;
        this.flushLsn = flushLsn;
        this.redoPoint = redoPoint;
        this.failure = failure;
        this.time = time;
    }

    /** Checkpoints completed. */
    long completed() {
        return checkpoints.get();
    }

    /** Writes pages that have been dirty since before an LSN; returns how many. */
    long writeOlder(long lsn, long pagesMax) {
        long[] left = {pagesMax};
        long written = 0;
        for (HomeSpace space : spaces.all()) {
            written += pool.writeBackOlder(space, lsn, pages -> left[0]-- > 0 && !failure.hasFailed());
        }
        return written;
    }

    /** Somebody waits for room in the log: pages go home on its thread. */
    @Override
    public void advanceTo(long lsn) {
        failure.check();
        writeOlder(lsn, Long.MAX_VALUE);
        take(false);
    }

    /** Takes one: at once, with all pages written home; or in the background, with those that are in the older half of the log. */
    CheckpointReport checkpoint(CheckpointPace pace) {
        failure.check();
        long debtBefore = log.ageBytes();
        if (debtBefore == 0) {
            return CheckpointReport.NOTHING;
        }
        long start = time.nanos();
        long pages = writeOlder(pace == CheckpointPace.IMMEDIATE ? Long.MAX_VALUE : log.endLsn() - log.capacityBytes() / 2, Long.MAX_VALUE);
        take(false);
        checkpoints.incrementAndGet();
        return new CheckpointReport(pages, pages * pool.pageSize(), debtBefore, log.ageBytes(), Duration.ofNanos(time.nanos() - start));
    }

    /** The last one of an orderly end, or the first one of a new store: everything is at home. Nobody changes anything meanwhile. */
    void takeAll(boolean clean) {
        spaces.all().forEach(space -> pool.writeBackAll(space, left -> true));
        take(clean);
    }

    /** Steps 1 to 6. */
    void take(boolean clean) {
        oneAtATime.lock();
        try {
            failure.check();
            long end = log.endLsn();
            redoPoint.advanceTo(Math.max(redoPoint.lsn(), end));
            long oldest = end;
            for (HomeSpace space : spaces.all()) {
                oldest = Math.min(oldest, pool.oldestDirtyLsn(space));
            }
            if (oldest <= log.checkpointLsn() && !clean) {
                return;
            }
            syncHomes();
            log.force(oldest);
            flushLsn.advanceTo(oldest, failure);
            log.checkpoint(oldest, new StoreState(clean && oldest == end, pool.pageSize()).encode());
        } finally {
            oneAtATime.unlock();
        }
    }

    private void syncHomes() {
        try {
            spaces.sync();
        } catch (SyncFailedException cause) {
            throw failure.fail("syncing the homes of pages failed", cause);
        }
    }
}
