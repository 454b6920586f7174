package dev.afterimage.postgresstyle;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.wal.WriteAheadLog;

/**
 * Moves the redo point, so that the log before it is needed no more. Commits go on meanwhile.
 *
 * <pre>
 *   1  publish R = the log's end as the redo point; wait for commits that decided by the old one   (RedoPoint)
 *   2  write every dirty home page                                                                 all commits before R are at their homes,
 *   3  sync the home pages                                                                         and durable there
 *   4  append a checkpoint record, force the log
 *   5  write the control file with R                                                               a crash before it recovers from the old R, after it from the new one
 *   6  recycle the log before R                                                                    nobody will read it
 * </pre>
 *
 * <p>3 before 5 (C1): the control file says that the homes hold everything before R. 5 before 6 (C3): until then recovery may still begin at the old redo point. A failed sync in 3 fails the
 * store for good and 5 is never reached (F3): a second sync that succeeds would prove nothing about the first one's pages.
 *
 * <p>Where a commit found no room in the log, a segment is switched first, to the spare if need be: a redo point at the end of the only segment in use would free nothing of it.
 *
 * <p>A page that is made dirty again after step 2 has passed it costs nothing: its commit is after R, or its image is.
 */
final class Checkpointer {
    private final WriteAheadLog log;
    private final BufferPool pool;
    private final HomePages homes;
    private final HomeSpace homeSpace;
    private final AlternatingBlock control;
    private final RedoPoint redoPoint;
    private final CommitProcess commits;
    private final FailureLatch failure;
    private final PostgresStyleOptions options;
    private final TimeSource time;
    private final BackgroundTasks tasks;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final AtomicLong checkpoints = new AtomicLong();
    private ControlState written;
    private long lastStartNanos;
    private long expectedIntervalNanos;

    Checkpointer(Parts parts, ControlState written) {
        this.log = parts.log;
        this.pool = parts.pool;
        this.homes = parts.homes;
        this.homeSpace = parts.homeSpace;
        this.control = parts.control;
        this.redoPoint = parts.redoPoint;
        this.commits = parts.commits;
        this.failure = parts.failure;
        this.options = parts.options;
        this.time = parts.time;
        this.tasks = parts.tasks;
        this.written = written;
        this.lastStartNanos = time.nanos();
    }

    /** What a checkpoint works on. */
    record Parts(WriteAheadLog log, BufferPool pool, HomePages homes, HomeSpace homeSpace, AlternatingBlock control, RedoPoint redoPoint, CommitProcess commits,
            FailureLatch failure, PostgresStyleOptions options, TimeSource time, BackgroundTasks tasks) {
    }

    /**
     * Takes one.
     *
     * @param highestTransactionId the highest number given to any transaction so far
     */
    CheckpointReport checkpoint(CheckpointPace pace, long highestTransactionId) {
        return run(pace, highestTransactionId, false);
    }

    /** Takes the last one, after which nothing is left to recover; the control file says so. */
    CheckpointReport close(long highestTransactionId) {
        return run(CheckpointPace.IMMEDIATE, highestTransactionId, true);
    }

    /** Checkpoints completed. */
    long completed() {
        return checkpoints.get();
    }

    private CheckpointReport run(CheckpointPace pace, long highestTransactionId, boolean clean) {
        oneAtATime.lock();
        try {
            failure.check();
            if (!clean && !owed()) {
                return CheckpointReport.NOTHING;
            }
            long start = time.nanos();
            long debtBefore = log.endLsn() - redoPoint.durableLsn();
            leaveFullSegment();
            long newRedoPoint = log.endLsn();
            redoPoint.advanceTo(newRedoPoint);
            // A commit that could not put its pages in place has failed the store before it left its epoch; homes without them must not be declared complete.
            failure.check();
            long pages = pool.writeBackAll(homeSpace, pacing(pace, start, newRedoPoint));
            syncHomes();
            long witness = appendRecord(newRedoPoint, highestTransactionId);
            writeControl(new ControlState(clean, written.pageSize(), written.segmentBytes(), log.start().timeline(), newRedoPoint, witness, highestTransactionId,
                    written.checkpoint() + 1));
            redoPoint.becameDurable(newRedoPoint);
            checkpoints.incrementAndGet();
            log.recycleBefore(newRedoPoint);
            return new CheckpointReport(pages, pages * pool.pageSize(), debtBefore, log.endLsn() - newRedoPoint, Duration.ofNanos(time.nanos() - start));
        } finally {
            oneAtATime.unlock();
        }
    }

    /** Whether anything was committed since the last one, or its moving of the redo point was not completed; or the log is full, be it of what was rolled back. */
    private boolean owed() {
        return commits.lastCommitLsn() >= redoPoint.durableLsn() || redoPoint.lsn() != redoPoint.durableLsn() || redoPoint.isLogFull();
    }

    /** Where the log found no room, the redo point is to lie in a segment of its own, so that all others can be freed. */
    private void leaveFullSegment() {
        if (redoPoint.isLogFull()) {
            try {
                log.switchSegment();
            } catch (DiskFullException noSpareEither) {
                // Then this checkpoint frees what lies before the current segment, which may be enough.
            }
        }
    }

    private void syncHomes() {
        failure.orFail("syncing the home pages", homes::sync);
    }

    /** Appends the checkpoint record, makes it durable, and returns its LSN; 0 where the log has no room for it. */
    private long appendRecord(long newRedoPoint, long highestTransactionId) {
        try {
            long witness = log.append(new CheckpointRecord(newRedoPoint, highestTransactionId, written.checkpoint() + 1));
            log.force(witness);
            return witness;
        } catch (DiskFullException e) {
            // The record is for people and for the check of the log's end; the checkpoint must go on without it, for it is what frees room in the log. What was committed
            // must be durable all the same, and so must be all that lies before the position that the control file is going to name.
            log.force(newRedoPoint);
            return 0;
        }
    }

    private void writeControl(ControlState state) {
        // If it fails, nobody knows which of the two states a crash would show. Both would do, but not a third one written over either.
        failure.orFail("writing the control file", () -> control.write(state.encode()));
        written = state;
    }

    private CheckpointPacing pacing(CheckpointPace pace, long startNanos, long startLsn) {
        long interval = startNanos - lastStartNanos;
        // A moving average, so that one burst does not set the pace of the next hour.
        expectedIntervalNanos = expectedIntervalNanos == 0 ? interval : (expectedIntervalNanos + interval) / 2;
        lastStartNanos = startNanos;
        return pace == CheckpointPace.IMMEDIATE || redoPoint.isLogFull() ? CheckpointPacing.immediate()
                : new CheckpointPacing(startNanos, expectedIntervalNanos, startLsn, options, time, tasks, log::endLsn);
    }
}
