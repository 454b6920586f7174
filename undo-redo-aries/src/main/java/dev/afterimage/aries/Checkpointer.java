package dev.afterimage.aries;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.wal.WriteAheadLog;

/**
 * Fuzzy checkpoints (section 5.4 of the paper): the transaction table and the dirty page table go to the log, no transaction waits.
 *
 * <pre>
 *   0  clean pages that have been dirty for long                                        what the page cleaner may not have come to; no part of the checkpoint proper
 *   1  append the begin record, at LSN B
 *   2  publish min(B, recLSNs) as the point below which images are too old;             (RedoPoint)
 *      wait for changes that decided by the old one
 *   3  copy the dirty page table and the transaction table
 *   4  sync the home pages                                                              every page that was clean in 3 is durable at home
 *   5  append the tables and the end record, force the log
 *   6  write the control file: redo from R = min(B, recLSNs), analysis from B           a crash before it restarts from the old checkpoint, after it from this one
 *   7  recycle the log before min(R, first LSNs of active transactions)
 * </pre>
 *
 * <p>3 before 4: a page found clean in 3 had been written before the sync of 4 began. In the other order a page written in between would be missing from the table and not be durable either (C4).
 * 4 before 6 (C1), and a failed sync fails the store (F3). 6 before 7 (C3).
 *
 * <p><b>What the tables must show.</b> Let a change be one stay in an epoch: its record is appended, its page marked dirty, its transaction's row set. A change of an epoch before 2 has left it when 3
 * begins, so the tables show it. A change of a later epoch appends its record behind B, so analysis meets it, and finds an image at or behind the published point. So the tables and the records behind B
 * together miss nothing. A commit or an end is a change, too: whoever ended before 3 without a record behind B is not in the table.
 *
 * <p><b>Why a torn page has its image at or behind R.</b> With full-page images, the recLSN of a page is the LSN of its image, with which redo begins. A page is torn by a write that no sync followed; so it
 * was dirty in 3, and R is at or below its recLSN; or it was made dirty after that, by a change that logged an image where the one there was lies below the published point, hence has one at or behind it.
 *
 * <p><b>Why a CLR needs no image.</b> R stays at or below the images of all pages that active transactions have changed, though they may be clean. This costs nothing of the log, which is kept
 * from their first records on anyway, and lets the room for CLRs be reckoned when the updates are logged.
 */
final class Checkpointer {
    private final OpenStore store;
    private final WriteAheadLog log;
    private final HomePages homes;
    private final AlternatingBlock control;
    private final RedoPoint redoPoint;
    private final FailureLatch failure;
    private final AriesOptions options;
    private final TimeSource time;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final AtomicLong checkpoints = new AtomicLong();
    private ControlState written;
    private long lastBeginLsn;
    private long endOfLast;
    private volatile long unavoidableDebtBytes;

    Checkpointer(OpenStore store, HomePages homes, AlternatingBlock control, AriesOptions options, TimeSource time, ControlState written) {
        this.store = store;
        this.log = store.log();
        this.homes = homes;
        this.control = control;
        this.redoPoint = store.redoPoint();
        this.failure = store.failure();
        this.options = options;
        this.time = time;
        this.written = written;
        this.lastBeginLsn = written.redoPoint();
        this.endOfLast = log.endLsn();
    }

    /** Checkpoints completed. */
    long completed() {
        return checkpoints.get();
    }

    /** Debt at which another is due: the option's, but not so little that an old transaction, which holds the redo point back, would have checkpoints taken in vain. */
    long debtLimitBytes() {
        return redoPoint.isLogFull() ? 1 : Math.max(options.checkpointTriggerBytes(), unavoidableDebtBytes + options.checkpointTriggerBytes() / 2);
    }

    /**
     * Takes one.
     *
     * @param highestTransactionId the highest number given to any transaction so far
     */
    CheckpointReport checkpoint(CheckpointPace pace, long highestTransactionId) {
        oneAtATime.lock();
        try {
            failure.check();
            if (log.endLsn() == endOfLast && redoPoint.durableLsn() >= lastBeginLsn && !redoPoint.isLogFull()) {
                return CheckpointReport.NOTHING;
            }
            long start = time.nanos();
            long debtBefore = log.endLsn() - redoPoint.durableLsn();
            boolean full = redoPoint.isLogFull();
            long pages = store.pool().writeBackOlder(store.homeSpace(), cleanBefore(pace, full), left -> true);
            if (full) {
                leaveFullSegment();
            }
            boolean complete = full && store.transactions().isEmpty() ? takeWithoutRecords(highestTransactionId) || take(highestTransactionId) : take(highestTransactionId);
            if (!complete) {
                return CheckpointReport.NOTHING;
            }
            checkpoints.incrementAndGet();
            unavoidableDebtBytes = log.endLsn() - redoPoint.durableLsn();
            return new CheckpointReport(pages, pages * store.pool().pageSize(), debtBefore, unavoidableDebtBytes, Duration.ofNanos(time.nanos() - start));
        } finally {
            oneAtATime.unlock();
        }
    }

    /** When asked for, pages that were dirty at the last checkpoint are cleaned first, so that the redo point follows at a checkpoint's distance; in the background, by the option's measure. */
    private long cleanBefore(CheckpointPace pace, boolean full) {
        if (full) {
            return Long.MAX_VALUE;
        }
        return pace == CheckpointPace.IMMEDIATE ? lastBeginLsn : Math.min(log.endLsn(), log.endLsn() - options.cleanDistanceBytes());
    }

    /** Where the log found no room, the redo point is to lie in a segment of its own, so that all others can be freed. */
    private void leaveFullSegment() {
        try {
            log.switchSegment();
        } catch (DiskFullException noSpareEither) {
            // Then this checkpoint frees what lies before the current segment, which may be enough.
        }
    }

    /** Steps 1 to 7; false if the log has no room for the records. */
    private boolean take(long highestTransactionId) {
        try {
            long begin = log.append(new BeginCheckpointRecord(written.checkpoint() + 1));
            CheckpointTables tables = tables(begin);
            long redo = redoPointOf(tables, begin);
            syncHomes();
            int bodyMax = options.log().maxBodyBytes();
            long witness = begin;
            for (int part = 0; part < tables.parts(bodyMax); part++) {
                witness = log.append(tables.part(part, bodyMax, begin, highestTransactionId));
            }
            log.force(witness);
            complete(state(false, redo, begin, witness, highestTransactionId), Math.min(redo, tables.oldestFirstLsn()));
            lastBeginLsn = begin;
            endOfLast = log.endLsn();
            return true;
        } catch (DiskFullException e) {
            redoPoint.logIsFull();
            return false;
        }
    }

    /** Where the log is full, nobody is active and no page is dirty, there is nothing to record: redo begins at the end of the log. False if that is not so. */
    private boolean takeWithoutRecords(long highestTransactionId) {
        long begin = log.endLsn();
        CheckpointTables tables = tables(begin);
        if (!tables.isEmpty() || redoPoint.lsn() < begin) {
            return false; // somebody is at work, or a change may have gone by an older point
        }
        syncHomes();
        log.force(begin);
        complete(state(false, begin, 0, 0, highestTransactionId), begin);
        lastBeginLsn = begin;
        endOfLast = log.endLsn();
        return true;
    }

    private CheckpointTables tables(long begin) {
        long oldest = Math.min(store.pool().oldestDirtyLsn(store.homeSpace()), store.transactions().oldestImageLsn());
        redoPoint.advanceTo(Math.max(redoPoint.lsn(), Math.min(begin, oldest)));
        failure.check();
        CheckpointTables tables = new CheckpointTables();
        store.pool().forEachDirty(store.homeSpace(), tables::addPage);
        tables.sort();
        store.transactions().copyTo(tables);
        return tables;
    }

    private long redoPointOf(CheckpointTables tables, long begin) {
        return Math.min(Math.min(begin, redoPoint.lsn()), Math.min(tables.oldestRecLsn(), store.transactions().oldestImageLsn()));
    }

    /** The last one: everything goes home, and the control file says that nothing is left to do. No transaction is active. */
    void close(long highestTransactionId) {
        oneAtATime.lock();
        try {
            failure.check();
            store.pool().writeBackAll(store.homeSpace(), left -> true);
            syncHomes();
            long end = log.endLsn();
            log.force(end);
            complete(state(true, log.endLsn(), 0, 0, highestTransactionId), log.endLsn());
        } finally {
            oneAtATime.unlock();
        }
    }

    private ControlState state(boolean clean, long redo, long checkpointLsn, long witness, long highestTransactionId) {
        return new ControlState(clean, written.pageSize(), written.segmentBytes(), log.start().timeline(), options.tornPages(), redo, checkpointLsn, witness, highestTransactionId,
                written.checkpoint() + 1);
    }

    private void syncHomes() {
        failure.orFail("syncing the home pages", homes::sync);
    }

    private void complete(ControlState state, long keepFrom) {
        // If it fails, nobody knows which of the two states a crash would show. Both would do, but not a third one written over either.
        failure.orFail("writing the control file", () -> control.write(state.encode()));
        written = state;
        redoPoint.advanceTo(Math.max(redoPoint.lsn(), state.redoPoint()));
        redoPoint.becameDurable(state.redoPoint());
        log.recycleBefore(keepFrom);
    }
}
