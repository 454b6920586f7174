package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead log: records are appended to memory, handed to the disk in few large writes, and made durable for many committers by one sync.
 *
 * <pre>{@code
 * long lsn = log.append(commitRecord);   // a copy into memory
 * log.force(lsn);                        // durable, with all before it
 * }</pre>
 *
 * <p>A position (LSN) is the place of a record's first byte in a stream that never ends; 0 is no record. Positions rise in the order of appending, and for one
 * store never repeat for records that anything durable may refer to. How the stream lies in files is in the package description.
 *
 * <p><b>Threads.</b> Every method but {@link #begin} and {@link #close()} may be called by any number of threads. Appending takes no lock: threads reserve their places one after the other and copy beside each other, while
 * what was appended before is on its way to the disk ({@link LogRing}). Whoever finds the buffer full writes it out itself, without a sync. Interrupts end no wait and stay pending.
 *
 * <p><b>Failure.</b> The first write or sync that fails, fails the log for good: nobody knows what reached the disk, and a later sync that succeeds would prove
 * nothing (rule F1). {@link StrategyEvents#failed} is told once; all who wait, and all who call later, get a {@link StoreFailedException} with the cause.
 * Only a full disk is met before anything is written: then {@link #append} throws {@link DiskFullException}, nothing was appended, and the log works on (rule F2).
 *
 * <p><b>A crash</b> keeps everything before {@link #syncedLsn()}, and of what is beyond any part; {@link LogReader} stops at the first record that is missing.
 */
public final class WriteAheadLog implements AutoCloseable {
    private final Disk disk;
    private final LogSettings settings;
    private final Timeline timeline;
    private final LogFailure failure;
    private final LogPositions positions;
    private final PromisedRoom room;
    private final int maxBodyBytes;
    private final SegmentSupply supply;
    private final CommitQueue committers;
    private final LogAnchor start;

    // Taken in this order; each may be taken alone.
    private final ReentrantLock writing = new ReentrantLock(); // writes, crosses segments
    private final ReentrantLock syncing = new ReentrantLock(); // one sync of a segment at a time: of two, only one would be told of an error

    private final LogRing ring;
    private final LogRing.Leftover leavesPromises;
    private final LogRing.Leftover leavesAnything = rest -> true;
    private LogSegment segment; // under writing: the one that is appended to, but for a moment while crossing
    private @Nullable LogSegment leaving; // under writing: the one before it, until it is synced; where that fails, until the log is closed, for somebody may be syncing it
    private long skippedBytes; // under writing: positions run over headers and skipped ends as well
    private volatile long writtenLsn;
    private volatile long syncedLsn;
    private volatile long syncs;
    private volatile long bytesWritten;
    private volatile boolean closed;
    private @Nullable BackgroundTask flusher;
    private volatile long flushFrom = Long.MAX_VALUE; // whoever appends at or beyond it wakes the flusher, once

    private WriteAheadLog(Disk disk, LogSettings settings, LogOpening opening, StrategyEvents events) {
        this.disk = disk;
        this.settings = settings;
        room = new PromisedRoom(settings.segmentBytes());
        failure = new LogFailure(events);
        supply = opening.supply();
        segment = opening.segment();
        positions = new LogPositions(settings.segmentBytes());
        maxBodyBytes = settings.maxBodyBytes();
        timeline = opening.timeline();
        long startLsn = opening.startLsn();
        start = new LogAnchor(timeline.number(), startLsn);
        ring = new LogRing(settings.bufferBytes(), RecordFormat.span(RecordFormat.HEADER_BYTES + maxBodyBytes), timeline.salt(), startLsn, positions.start(segment.number() + 1));
        leavesPromises = rest -> room.fits(0, rest - RecordFormat.WATERMARK_BYTES, supply.free());
        writtenLsn = startLsn;
        syncedLsn = startLsn;
        committers = new CommitQueue(new CommitQueue.Duty() {
            @Override
            public long done() {
                return syncedLsn;
            }

            @Override
            public boolean failed() {
                return failure.isSet();
            }

            @Override
            public void lead() {
                writeAndSync();
            }
        });
    }

    /**
     * Begins a timeline of its own after the end that reading found: a new segment, at the next boundary, under a new salt. So nothing that the end cut off, and nothing
     * in a recycled file, can ever be taken for a record again.
     *
     * <p>Segments beyond that end become spares. Where the disk is full and there is no spare either, the log goes on in the last segment instead, after
     * what lies beyond the end has been made zeros, durably: opening always works (rule F2). {@link #start()} then lies in the old timeline.
     *
     * <p>A crash at any moment leaves the log as {@code after} describes it, perhaps with a timeline more that holds no record.
     *
     * @param after what {@link LogReader#end()} said, or {@link LogEnd#NEW_STORE}
     * @param random for the salt; the timeline's number goes into it too, so a generator that repeats itself does no harm
     * @param events told once if the log fails; it must not call the log
     * @throws DiskFullException if a new store finds no room for a segment and a spare
     * @throws DiskException if the disk fails; nothing is lost, and it may be tried again
     */
    public static WriteAheadLog begin(Disk disk, LogSettings settings, long storeId, LogEnd after, RandomGenerator random, StrategyEvents events) {
        return new WriteAheadLog(disk, settings, LogOpening.after(after, disk, settings, storeId, random), events);
    }

    /**
     * Goes on where an opening that was cut short has stopped, in its timeline, from the end of its records on: for a restart whose log, as reading found it, ends with what an earlier attempt at the
     * same restart has appended. So attempts, however many, leave no more in the log than one, and one that found the room it needed leaves it to the next.
     *
     * <p>What lies beyond the end is made zeros, durably, before this returns. {@link #start()} is the end. A crash at any moment leaves the log as {@code after} describes it.
     *
     * @param after what {@link LogReader#end()} said; its timeline is not the one that the strategy's control block names
     * @throws DiskException if the disk fails; nothing is lost, and it may be tried again
     */
    public static WriteAheadLog goOn(Disk disk, LogSettings settings, long storeId, LogEnd after, StrategyEvents events) {
        return new WriteAheadLog(disk, settings, LogOpening.goingOn(after, disk, settings, storeId), events);
    }

    /** First position of this opening's records: what a control block may point to once nothing before it is needed. */
    public LogAnchor start() {
        return start;
    }

    /**
     * Copies a record into the log's memory. It is durable, or even written, only after {@link #force} or {@link #write}, or when a later record is. Makes no garbage.
     * What {@link LogRecord#writeBody} throws passes through: the record is not appended then, though the log is longer by what says nothing.
     *
     * @return the record's position
     * @throws DiskFullException if the log needs a new segment and there is no room for one beside the spare that is kept back; nothing was appended, and smaller
     *         records may still fit
     * @throws StoreFailedException if the log has failed; nothing was appended
     * @throws IllegalArgumentException if the type is out of range or the body larger than {@link LogSettings#maxBodyBytes()}
     */
    public long append(LogRecord record) {
        return append(record, 0);
    }

    /**
     * The same, and promises room for records to come, such as those that would undo this one: {@link #appendPromised} then finds it, however full the disk is. Either both succeed or neither.
     *
     * @param promise what {@link #promiseFor} says, summed over those records; less than half a segment
     * @throws DiskFullException if there is no room for the record and all promises; nothing was appended or promised
     */
    public long append(LogRecord record, int promise) {
        if (promise < 0 || promise > settings.segmentBytes() / 2) {
            throw new IllegalArgumentException("promise: expected 0 to " + settings.segmentBytes() / 2 + " bytes, found " + promise);
        }
        int type = typeOf(record);
        int bodyBytes = bodyBytesOf(record, type);
        requireWorking();
        boolean appended = false;
        room.promise(promise);
        try {
            long lsn = ring.append(record, type, bodyBytes, leavesPromises);
            while (lsn < 0) {
                makeRoomFor(lsn, bodyBytes);
                lsn = ring.append(record, type, bodyBytes, leavesPromises);
            }
            appended = true;
            if (lsn >= flushFrom) {
                wakeFlusher();
            }
            return lsn;
        } finally {
            if (!appended) {
                room.settle(promise);
            }
        }
    }

    /**
     * Appends a record for which there is a promise: never throws {@link DiskFullException}.
     *
     * @param promise the part of the promises that this record settles
     */
    public long appendPromised(LogRecord record, int promise) {
        int type = typeOf(record);
        int bodyBytes = bodyBytesOf(record, type);
        assert promiseFor(bodyBytes) <= promise : "a body of " + bodyBytes + " bytes against a promise of " + promise;
        requireWorking();
        long lsn = ring.append(record, type, bodyBytes, leavesAnything);
        while (lsn < 0) {
            makeRoom(spanOf(bodyBytes), true);
            lsn = ring.append(record, type, bodyBytes, leavesAnything);
        }
        room.settle(promise);
        return lsn;
    }

    /** Takes back promises whose records will not come. */
    public void withdraw(long promises) {
        room.settle(promises);
    }

    /** Bytes to promise for a record with a body of that many bytes. */
    public static int promiseFor(int bodyBytes) {
        return PromisedRoom.of(bodyBytes);
    }

    /** Bytes promised now. */
    public long promisedBytes() {
        return room.bytes();
    }

    /**
     * Reads back what this opening has appended, while others append: for a rollback whose records are no longer in memory. The caller has seen to it that the records wanted are
     * {@linkplain #write written}, reads no further than those, and does not ask the reader for its {@linkplain LogReader#end() end}; nobody may recycle the log from there on meanwhile.
     *
     * @param fromLsn position of a record of this opening
     */
    public LogReader readBack(long fromLsn) {
        if (fromLsn < start.lsn() || fromLsn >= writtenLsn) {
            throw new IllegalArgumentException("read back from " + fromLsn + ": expected a record between " + start.lsn() + " and " + writtenLsn);
        }
        TimelineChain chain = TimelineChain.ofOne(timeline, positions.segmentOf(fromLsn), positions.segmentBefore(writtenLsn));
        return LogReader.along(chain, disk, settings, new LogAnchor(timeline.number(), fromLsn));
    }

    private static int typeOf(LogRecord record) {
        int type = record.type();
        if (type < RecordFormat.MIN_TYPE || type > RecordFormat.MAX_TYPE) {
            throw new IllegalArgumentException("type: expected 1 to 255, found " + type);
        }
        return type;
    }

    private int bodyBytesOf(LogRecord record, int type) {
        int bodyBytes = record.bodyBytes();
        if (bodyBytes < 0 || bodyBytes > maxBodyBytes) {
            throw new IllegalArgumentException("record of type " + type + ": expected a body of 0 to " + maxBodyBytes + " bytes, found " + bodyBytes);
        }
        return bodyBytes;
    }

    private static int spanOf(int bodyBytes) {
        return RecordFormat.span(RecordFormat.HEADER_BYTES + bodyBytes);
    }

    /**
     * Returns when the record at {@code lsn}, and all before it, are handed to the operating system: they survive the death of this process, not of the machine.
     *
     * @throws StoreFailedException if the log has failed
     * @throws StoreDamagedException if {@code lsn} lies beyond {@link #endLsn()}
     */
    public void write(long lsn) {
        long target = targetOf(lsn);
        if (writtenLsn < target) {
            writing.lock();
            try {
                if (writtenLsn < target) {
                    writeOut();
                }
            } finally {
                writing.unlock();
            }
        }
    }

    /**
     * Returns when the record at {@code lsn}, and all before it, are durable. Of several callers one syncs for all (see {@link CommitQueue}); a lone one does it itself.
     * At {@link #endLsn()} it means all that has been appended.
     *
     * @throws StoreFailedException if the log has failed: whether the record is durable is then known to nobody
     * @throws StoreDamagedException if {@code lsn} lies beyond {@link #endLsn()}: what asks for it, such as a page, belongs to another log
     */
    public void force(long lsn) {
        long target = targetOf(lsn);
        committers.await(target);
        if (syncedLsn < target) {
            requireWorking();
            throw new AssertionError("neither synced nor failed");
        }
    }

    /** Position after the last record appended; what is appended next gets this one, or a later one. */
    public long endLsn() {
        return ring.end();
    }

    /** All before this position is handed to the operating system. */
    public long writtenLsn() {
        return writtenLsn;
    }

    /** All before this position is durable. */
    public long syncedLsn() {
        return syncedLsn;
    }

    /**
     * Frees the segments that lie wholly before {@code lsn}. Only to be called once a control block is durable whose anchor is {@code lsn} or later: otherwise a crash leaves an anchor
     * without its log (rule W1). Some become spares, the rest are deleted; a crash meanwhile leaves some of them, which the next call frees.
     *
     * @throws StoreFailedException if the log has failed, or fails now
     */
    public void recycleBefore(long lsn) {
        requireWorking();
        if (lsn > syncedLsn) {
            throw new IllegalArgumentException("recycle before " + lsn + ": expected a position that is durable, which ends at " + syncedLsn);
        }
        failure.orFailUnlessFull(() -> {
            supply.recycleBefore(lsn, room.segments(0));
            return lsn;
        });
    }

    /**
     * Leaves the current segment and goes on in a new one, which on a full disk is the spare that is kept back. For a checkpoint that is to free a log that has become full: where only one
     * segment is in use, nothing of it could be freed as long as the redo point lies in it. To be called before the redo point is taken; when the checkpoint is complete, {@link #recycleBefore} makes
     * good for the spare. A crash in between leaves a log without a spare, which the next opening copes with.
     *
     * @throws DiskFullException if there is no room, nor a spare, or if all that is left of the current segment is promised; nothing has changed then
     * @throws StoreFailedException if the log has failed, or fails now
     */
    public void switchSegment() {
        writing.lock();
        try {
            requireWorking();
            cross(() -> {
                requirePromisesFitAfterSwitch();
                return supply.nextEvenTheLast();
            });
        } finally {
            writing.unlock();
        }
    }

    /**
     * Lets background work sync behind the appenders, so that nothing stays unsynced longer than about {@code window}, and get the next segment ready ahead of them. It also runs when half of the buffer, or half of a
     * segment, is full: so appenders that nobody makes wait for a sync seldom have to wait for a write. At most once; it ends with {@link #close()}.
     */
    public void flushEvery(BackgroundTasks tasks, Duration window) {
        if (flusher != null) {
            throw new IllegalStateException("the log is flushed in the background already");
        }
        Duration half = window.dividedBy(2); // what is appended just after one run is synced by the next, and that takes time as well
        flusher = tasks.repeat("log flush", half.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : half, this::flushBehind);
        flushFrom = nextFlush(writtenLsn);
    }

    private void wakeFlusher() {
        BackgroundTask task = flusher;
        if (task != null) {
            flushFrom = Long.MAX_VALUE; // several may get here at once, and wake it more than once, which does no harm
            task.wake();
        }
    }

    /** Where half of the buffer is full, or the next half of a segment: what is due there is due once, even if it could not be done. */
    private long nextFlush(long seen) {
        long halfBuffer = writtenLsn + ring.capacity() / 2;
        long halfSegment = positions.start(positions.segmentOf(seen)) + positions.segmentBytes() / 2 + 1;
        return Math.min(halfBuffer, halfSegment > seen ? halfSegment : halfSegment + positions.segmentBytes());
    }

    /** Counters since this log was begun. */
    public LogStatistics statistics() {
        long appended;
        writing.lock();
        try {
            appended = ring.end() - start.lsn() - skippedBytes;
        } finally {
            writing.unlock();
        }
        return new LogStatistics(appended, bytesWritten + supply.bytesWritten(), syncs + supply.syncs(), supply.created(), supply.recycled());
    }

    /** Ends background work and lets go of memory and files; writes and forces nothing. Closing twice is harmless. Not while others still call. */
    @Override
    public void close() {
        if (flusher != null) {
            flusher.close();
        }
        writing.lock();
        try {
            if (!closed) {
                closed = true;
                LogSegment left = leaving;
                try {
                    if (left != null) {
                        left.file().close();
                    }
                } finally {
                    segment.file().close();
                }
            }
        } finally {
            writing.unlock();
        }
    }

    private long targetOf(long lsn) {
        requireWorking();
        long end = ring.end();
        if (lsn > end) {
            throw new StoreDamagedException("position " + lsn + " was asked for, but the log ends at " + end
                    + "; a page or control block with that position belongs to another log, or the log is an older copy");
        }
        return Math.min(lsn + 1, end); // positions that are done are ends of records, so this takes in the whole record
    }

    /** What keeps a record that has no promise from being appended is cleared away, or thrown. */
    private void makeRoomFor(long refusal, int bodyBytes) {
        if (refusal == LogRing.PROMISED) {
            int segments = room.segments(0);
            failure.orFailUnlessFull(() -> {
                supply.keepFree(segments);
                return segments;
            });
        } else {
            makeRoom(spanOf(bodyBytes), false);
        }
    }

    /** Makes room for a record: writes out what is in memory, or goes over to the next segment if that is what it takes. */
    private void makeRoom(int span, boolean promised) {
        writing.lock(); // where somebody else is crossing, this waits for it
        try {
            requireWorking();
            if (!ring.segmentHasRoom(span)) {
                cross(promised ? supply::nextEvenTheLast : () -> supply.next(room.segments(0)));
            } else if (!ring.hasRoom(span)) {
                writeOut();
            }
        } finally {
            writing.unlock();
        }
    }

    /** The leader's work. */
    private void writeAndSync() {
        LogSegment target;
        long end;
        writing.lock();
        try {
            writeOut();
            target = segment;
            end = writtenLsn;
        } finally {
            writing.unlock();
        }
        syncUpTo(end, target);
    }

    /** Hands all that is appended to the operating system. Holds the write lock. */
    private void writeOut() {
        requireWorking();
        if (ring.end() > writtenLsn) {
            assert syncedLsn <= writtenLsn : "synced " + syncedLsn + " beyond what was written " + writtenLsn;
            long end = ring.appendWatermark(syncedLsn);
            writeUpTo(end, segment);
            writtenLsn = end;
        }
    }

    /**
     * Goes over to the next segment. Everything that can find the disk full comes first. Then the old segment is written to its end and synced before anything is written to
     * the new one, so that a record in a segment proves all segments before it (fault W6). Appenders go on in the new one meanwhile, as far as memory goes. Holds the write lock.
     */
    private void cross(Supplier<LogSegment> supplier) {
        LogSegment left = segment;
        long end = ring.shut(); // so that nobody is promised what is left of the old segment
        LogSegment next;
        try {
            next = failure.orFailUnlessFull(supplier);
        } catch (Throwable refused) {
            ring.reopen();
            throw refused;
        }
        long begin = positions.firstRecord(next.number());
        long filled = ring.appendFiller();
        skippedBytes += begin - end;
        ring.enterSegment(begin, positions.start(next.number() + 1));
        leaving = left;
        segment = next;
        writeUpTo(filled, left);
        ring.advance(begin);
        writtenLsn = begin;
        syncUpTo(begin, left);
        failure.orFail(left.file()::close);
        leaving = null;
    }

    /** Writes what is in memory up to there, of one segment. */
    private void writeUpTo(long end, LogSegment target) {
        ring.awaitPublished(end);
        long from = writtenLsn;
        while (from < end) {
            ByteBuffer piece = ring.piece(from, end);
            int length = piece.remaining();
            long position = positions.offset(from);
            failure.orFail(() -> target.file().write(piece, position));
            bytesWritten = bytesWritten + length;
            from += length;
        }
        ring.advance(end);
    }

    /** Syncs a segment that is written up to {@code end}; those before it are synced already. */
    private void syncUpTo(long end, LogSegment target) {
        syncing.lock();
        try {
            if (syncedLsn < end) { // otherwise it was crossed meanwhile, and its file may be closed
                requireWorking();
                failure.orFail(target.file()::syncData);
                syncs = syncs + 1;
                syncedLsn = end;
            }
        } finally {
            syncing.unlock();
        }
    }

    private void flushBehind() {
        try {
            long end = ring.end();
            if (!failure.isSet() && syncedLsn < end) {
                force(end);
            }
            if (!failure.isSet() && positions.offset(end) > positions.segmentBytes() / 2) {
                failure.orFailUnlessFull(() -> {
                    supply.prepareAfter(positions.segmentOf(end), room.segments(0), room.segmentsAhead());
                    return end;
                });
            }
        } catch (DiskFullException full) {
            // whoever crosses into the next segment will be told, if there still is no room then
        } catch (StoreFailedException told) {
            // the events have been told, and so will be everybody who calls
        } finally {
            flushFrom = nextFlush(ring.end());
        }
    }

    /** What is left of the segment may be promised: it is not left behind where the rest of the log has no room for the promises. */
    private void requirePromisesFitAfterSwitch() {
        long rest = settings.segmentBytes() - SegmentHeader.BYTES;
        if (!room.fits(0, rest, supply.free() - 1)) {
            throw new DiskFullException("the log on " + disk.description() + " has no segment to spare: what is left of this one is promised to records that undo what is not committed");
        }
    }

    private void requireWorking() {
        failure.check();
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
    }
}
