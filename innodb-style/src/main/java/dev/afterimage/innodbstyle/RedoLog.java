package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.wal.CommitQueue;
import dev.afterimage.wal.LogFailure;
import org.jspecify.annotations.Nullable;

/**
 * The redo log (InnoDB's {@code log_sys}): a ring of fixed capacity, to which mini-transactions are appended as groups.
 *
 * <pre>{@code
 * log.reserve(mtr, bytes);          // may wait, until a checkpoint has made room: no latch is held
 * ...                               // latch, change, mtr.write(...)
 * long lsn = log.commit(mtr);       // a copy into memory
 * log.force(lsn);                   // durable, with all before it
 * }</pre>
 *
 * <p>An LSN counts bytes of an endless stream; how it lies in blocks is in {@link RedoBlock}, how blocks lie in files and what a crash makes of them in the package description.
 *
 * <p><b>Room.</b> Nothing at or behind the last <em>durable</em> checkpoint is ever overwritten (faults G9, C3). Each mini-transaction says beforehand how much it will log at most, and waits where that would come too
 * close (InnoDB's {@code log_free_check}). It never fails for room: whoever waits has the checkpoint advanced, on its own thread, and to write pages home needs no room in the log.
 *
 * <p><b>Threads.</b> Every method but the ways to open it and {@link #close()} may be called by any number of threads. Appending takes a short lock that is never held across input or output; one half of the buffer
 * is filled while the other is written. Interrupts end no wait and stay pending.
 *
 * <p><b>Failure.</b> The first write or sync that fails, fails the log for good (rule F1): {@link StrategyEvents#failed} is told once, and all who wait or call later get a {@link StoreFailedException}.
 *
 * <p><b>A checkpoint that misses nothing.</b> Every value of {@link #endLsn()} lies between two groups. A page that is marked dirty before its mini-transaction is committed, from an {@code endLsn()} read before that,
 * needs redo from no earlier than that. So whoever reads {@code endLsn()} first, and then the oldest dirty page, may put the checkpoint at the smaller of the two: what was not marked yet will be appended behind it.
 */
final class RedoLog implements AutoCloseable {
    /** Where the first block lies in the stream; so no LSN is 0. InnoDB begins there, too. */
    private static final long FIRST_BLOCK = 16;
    /** How long one waits for others' mini-transactions, before the checkpoint is asked for again. */
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** A checkpoint that is asked for makes room for more than the one who asks: this part of the log. */
    private static final int ADVANCE_PART = 8;

    private final RedoLogSettings settings;
    private final RedoFiles files;
    private final AlternatingBlock header;
    private final RedoBlock format;
    private final LogFailure failure;
    private final long epoch;
    private final CommitQueue committers = new CommitQueue(new Committing());
    private final long usableBytes;

    /** Guards the active half, the reservations and {@link #endLsn}. Never held across input or output. */
    private final ReentrantLock appending = new ReentrantLock();
    private final Condition roomMayHaveCome = appending.newCondition();
    private RedoBuffer active;
    private long reservedSpan;
    private int waiting;
    private long bytesAppended;
    private long throttled;
    private volatile long endLsn;

    /** Held by whoever writes blocks. */
    private final ReentrantLock writing = new ReentrantLock();
    private RedoBuffer idle;
    private volatile long writtenLsn;
    private volatile long bytesWritten;

    /** Held by whoever syncs, or writes a checkpoint block: a device tells of a failed sync once, so there must be nobody else to whom it would not be told. */
    private final ReentrantLock syncing = new ReentrantLock();
    private final List<RedoEpoch> epochs;
    private RedoCheckpoint checkpoint;
    private volatile long syncedLsn;
    private volatile long checkpointLsn;
    private volatile long syncs;
    private volatile long checkpoints;

    /** Held by whoever has the checkpoint advanced. */
    private final ReentrantLock advancing = new ReentrantLock();
    private volatile @Nullable CheckpointAdvance advance;
    private volatile @Nullable BackgroundTask flusher;
    private volatile boolean closed;

    private RedoLog(RedoFiles files, AlternatingBlock header, RedoCheckpoint checkpoint, List<RedoEpoch> epochs, RedoLogSettings settings, long storeId, StrategyEvents events) {
        this.settings = settings;
        this.files = files;
        this.header = header;
        this.checkpoint = checkpoint;
        this.epochs = new ArrayList<>(epochs);
        RedoEpoch own = epochs.get(epochs.size() - 1);
        epoch = own.id();
        format = new RedoBlock(storeId);
        failure = new LogFailure(events);
        usableBytes = (long) settings.usableBlocks() * RedoBlock.BYTES;
        active = new RedoBuffer(settings.bufferBytes() / 2);
        idle = new RedoBuffer(settings.bufferBytes() / 2);
        long begin = RedoBlock.firstLsn(own.firstBlock() + 1);
        active.begin(begin);
        endLsn = begin;
        writtenLsn = begin;
        syncedLsn = begin;
        checkpointLsn = checkpoint.lsn();
    }

    /**
     * Makes the log of a new store: all its room at once, zeros, durable, with names and a first checkpoint. Begun again, should a crash have cut an attempt short.
     *
     * @param payload what the strategy keeps in the checkpoint block
     * @param events told once if the log fails; it must not call the log
     */
    static RedoLog create(Disk disk, RedoLogSettings settings, long storeId, RandomGenerator random, StrategyEvents events, ByteBuffer payload) {
        RedoFiles files = RedoFiles.create(disk, settings.capacityBytes());
        try {
            RedoEpoch first = new RedoEpoch(RedoEpoch.next(0, random.nextInt()), FIRST_BLOCK);
            long begin = RedoBlock.firstLsn(FIRST_BLOCK + 1);
            beginEpoch(files, storeId, first, 0, 0, begin);
            // The header comes last: where it is valid, all it speaks of is there.
            RedoCheckpoint checkpoint = new RedoCheckpoint(settings.capacityBytes(), begin, first.id(), begin, payload);
            AlternatingBlock header = AlternatingBlock.create(files.header(), storeId, checkpoint.encode());
            disk.syncNames();
            return new RedoLog(files, header, checkpoint, List.of(first), settings, storeId, events);
        } catch (Throwable t) {
            files.close();
            throw t;
        }
    }

    /**
     * Goes on where the log ended, in an epoch of its own.
     *
     * <p><b>Why nothing that was cut off comes back (fault G2).</b> The end is durable already ({@link RedoReader}). The block behind it is written first of all, names the end and the epoch that ended, and is
     * synced before anything else is written. So there is never a block of this epoch without that one, and a reader that comes to it drops the half group before it, and believes no block of an older epoch behind it.
     *
     * @param end what {@link RedoReader#end()} said
     * @param checkpointLsn where redo would have to begin now: the end's checkpoint, or a later LSN, before which all changes are durable in their pages
     * @param payload for the checkpoint block, if one is written
     */
    static RedoLog continueAt(RedoEnd end, Disk disk, RedoLogSettings settings, long storeId, RandomGenerator random, StrategyEvents events, long checkpointLsn, ByteBuffer payload) {
        if (checkpointLsn < end.checkpointLsn() || checkpointLsn > end.lsn()) {
            throw new IllegalArgumentException("checkpoint: expected an LSN of " + end.checkpointLsn() + " to " + end.lsn() + ", found " + checkpointLsn);
        }
        if (!hasRoomToContinue(end, checkpointLsn)) {
            throw new IllegalStateException("the redo log is full from " + checkpointLsn + " to " + end.lsn() + ": write all pages home, and go on with the end as the checkpoint");
        }
        RedoFiles files = RedoFiles.open(disk);
        try {
            AlternatingBlock header = AlternatingBlock.open(files.header(), storeId);
            RedoCheckpoint checkpoint = RedoCheckpoint.decode(header.payload());
            files.capacity(checkpoint.capacityBytes());
            List<RedoEpoch> epochs = new ArrayList<>(end.epochs());
            if (checkpointLsn > checkpoint.lsn()) {
                checkpoint = new RedoCheckpoint(checkpoint.capacityBytes(), checkpointLsn, epochAt(epochs, checkpointLsn).id(), end.lsn(), payload);
                header.write(checkpoint.encode()); // before the next block, which may lie where only now nothing is needed any more
            }
            RedoEpoch next = new RedoEpoch(RedoEpoch.next(end.lastEpoch().id(), random.nextInt()), RedoBlock.blockAfter(end.lsn()));
            beginEpoch(files, storeId, next, end.lastEpoch().id(), end.lsn(), end.lsn());
            epochs.add(next);
            return new RedoLog(files, header, checkpoint, epochs, settings.withCapacityBytes(checkpoint.capacityBytes()), storeId, events);
        } catch (Throwable t) {
            files.close();
            throw t;
        }
    }

    /** Whether another epoch can begin without overwriting what is needed from that checkpoint on. If not, openings have been killed many times in a row; then all pages have to go home first. */
    static boolean hasRoomToContinue(RedoEnd end, long checkpointLsn) {
        return RedoBlock.blockAfter(end.lsn()) + 1 - RedoBlock.numberOf(checkpointLsn) < end.checkpoint().capacityBytes() / RedoBlock.BYTES;
    }

    private static void beginEpoch(RedoFiles files, long storeId, RedoEpoch next, long parent, long parentEnd, long syncedLsn) {
        ByteBuffer block = ByteBuffer.allocateDirect(RedoBlock.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        new RedoBlock(storeId).sealEpoch(block, 0, next.firstBlock(), next.id(), Math.min(syncedLsn, next.firstBlock() << 9), parent, parentEnd);
        files.write(next.firstBlock(), block.clear());
        files.sync();
    }

    /** Whom to ask for room; before the first mini-transaction. */
    void onLowRoom(CheckpointAdvance whoAdvances) {
        advance = whoAdvances;
    }

    /**
     * Begins a mini-transaction that will log so many bytes at most, as {@link MiniTransaction#bytesFor} reckons; waits until log and buffer have room for it beside all others under way. To be called without any latch that
     * another mini-transaction may want, and without one under way on the same thread.
     *
     * @throws StoreFailedException if the log has failed; and whatever advancing the checkpoint throws
     */
    void reserve(MiniTransaction mtr, int maxBytes) {
        if (maxBytes < 1 || maxBytes > settings.maxMiniTransactionBytes()) {
            throw new IllegalArgumentException("mini-transaction: expected 1 to " + settings.maxMiniTransactionBytes() + " bytes, found " + maxBytes);
        }
        int span = RedoBlock.spanOf(MiniTransaction.groupBytes(maxBytes));
        boolean logIsShort;
        while (true) {
            appending.lock();
            try {
                requireWorking();
                logIsShort = !logHasRoom(span);
                if (!logIsShort && active.fits(reservedSpan + span)) {
                    mtr.begin(maxBytes);
                    reservedSpan += span;
                    return;
                }
            } finally {
                appending.unlock();
            }
            if (logIsShort) {
                makeRoomInLog(span);
            } else {
                makeRoomInBuffer(span);
            }
        }
    }

    /**
     * Appends all that it holds as one group, which redo repeats whole or not at all. Waits for nobody but other appenders, so latches may be held. What is left of the reservation is given back.
     *
     * @return the group's end, the LSN for its pages; one that holds nothing appends nothing
     * @throws StoreFailedException if the log has failed; then it is cancelled
     */
    long commit(MiniTransaction mtr) {
        int reserved = mtr.reserved();
        if (reserved == 0) {
            throw new IllegalStateException("the mini-transaction is not under way: reserve first");
        }
        mtr.end();
        appending.lock();
        try {
            reservedSpan -= RedoBlock.spanOf(reserved);
            long start = endLsn;
            mtr.finished(start, start);
            requireWorking();
            if (!mtr.isEmpty()) {
                assert mtr.bytes() <= reserved && active.fits(0) : "room was reserved";
                start = active.append(mtr.array(), mtr.bytes());
                assert start == endLsn : "the group begins at " + start + ", the log ended at " + endLsn;
                endLsn = active.endLsn();
                bytesAppended += mtr.bytes();
                mtr.finished(start, endLsn);
            }
            return endLsn;
        } finally {
            if (waiting > 0) {
                roomMayHaveCome.signalAll();
            }
            appending.unlock();
        }
    }

    /** Gives the reservation back; nothing is logged. Harmless if it is not under way. */
    void cancel(MiniTransaction mtr) {
        if (mtr.reserved() == 0) {
            return;
        }
        appending.lock();
        try {
            reservedSpan -= RedoBlock.spanOf(mtr.reserved());
            mtr.finished(0, 0);
            roomMayHaveCome.signalAll();
        } finally {
            appending.unlock();
        }
    }

    /**
     * Returns when all before {@code lsn} is handed to the operating system: it survives the death of this process, not of the machine.
     *
     * @throws StoreDamagedException if {@code lsn} lies beyond {@link #endLsn()}
     * @throws StoreFailedException if the log has failed
     */
    void write(long lsn) {
        requireWithin(lsn);
        if (writtenLsn < lsn) {
            writing.lock();
            try {
                if (writtenLsn < lsn) {
                    writeOut();
                }
            } finally {
                writing.unlock();
            }
        }
    }

    /**
     * Returns when all before {@code lsn} is durable. Of several callers one writes and syncs for all; a lone one does it itself.
     *
     * @throws StoreDamagedException if {@code lsn} lies beyond {@link #endLsn()}: what asks for it, such as a page, belongs to another log (fault L6)
     * @throws StoreFailedException if the log has failed: what of it is durable is then known to nobody
     */
    void force(long lsn) {
        requireWithin(lsn);
        committers.await(lsn);
        if (syncedLsn < lsn) {
            requireWorking();
            throw new AssertionError("neither synced nor failed");
        }
    }

    /** Where the next group begins: between two groups, whenever it is read. */
    long endLsn() {
        return endLsn;
    }

    /** All before it is handed to the operating system. */
    long writtenLsn() {
        return writtenLsn;
    }

    /** All before it is durable. */
    long syncedLsn() {
        return syncedLsn;
    }

    /** Where redo would begin after a crash now. */
    long checkpointLsn() {
        return checkpointLsn;
    }

    /** How old the log may grow, in bytes from the checkpoint to the end; at that age mini-transactions wait. */
    long capacityBytes() {
        return usableBytes;
    }

    /** From the checkpoint to the end: what a page cleaner goes by. */
    long ageBytes() {
        return endLsn - checkpointLsn;
    }

    /** What the strategy put into the newest checkpoint block. */
    ByteBuffer payload() {
        syncing.lock();
        try {
            return checkpoint.payload();
        } finally {
            syncing.unlock();
        }
    }

    /**
     * Moves the checkpoint: every change before {@code lsn} is durable in its page, says the caller. Forces the log up to there, writes the older of the two checkpoint blocks, syncs it; only then the room before is free.
     *
     * <p>A crash before it returns leaves the old checkpoint or the new one; either will do, for nothing behind the old one is overwritten yet.
     *
     * @param lsn a group's beginning: some {@link MiniTransaction#startLsn()}, or what {@link #endLsn()} was at some time; one that lies before the present checkpoint leaves it where it is
     * @throws StoreFailedException if the log has failed, or fails now
     */
    void checkpoint(long lsn, ByteBuffer payload) {
        if (RedoBlock.offsetOf(lsn) < RedoBlock.HEADER_BYTES || RedoBlock.offsetOf(lsn) >= RedoBlock.DATA_END) {
            throw new IllegalArgumentException("checkpoint at LSN " + lsn + ": expected where a group begins, found no byte of data");
        }
        force(lsn);
        syncing.lock();
        try {
            requireWorking();
            long target = Math.max(lsn, checkpointLsn);
            RedoEpoch at = epochAt(epochs, target);
            RedoCheckpoint next = new RedoCheckpoint(settings.capacityBytes(), target, at.id(), syncedLsn, payload);
            failure.orFail(() -> header.write(next.encode()));
            checkpoint = next;
            checkpoints = checkpoints + 1;
            syncs = syncs + 1;
            bytesWritten(2 * RedoBlock.BYTES);
            epochs.removeIf(old -> old.id() < at.id());
            checkpointLsn = target; // last: from here on it may be overwritten what lies before
        } finally {
            syncing.unlock();
        }
        appending.lock();
        try {
            roomMayHaveCome.signalAll();
        } finally {
            appending.unlock();
        }
    }

    /** Lets background work sync behind the appenders, so that nothing stays unsynced longer than about {@code window}. At most once; it ends with {@link #close()}. */
    void flushEvery(BackgroundTasks tasks, Duration window) {
        if (flusher != null) {
            throw new IllegalStateException("the redo log is flushed in the background already");
        }
        Duration half = window.dividedBy(2); // what is appended just after one run is synced by the next, and that takes time as well
        flusher = tasks.repeat("redo log flush", half.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : half, this::flushBehind);
    }

    /** Counters since it was opened. */
    RedoLogStatistics statistics() {
        appending.lock();
        try {
            return new RedoLogStatistics(bytesAppended, bytesWritten, syncs, checkpoints, throttled);
        } finally {
            appending.unlock();
        }
    }

    /** Ends background work and lets go of the files; writes and forces nothing. Closing twice is harmless. Not while others still call. */
    @Override
    public void close() {
        BackgroundTask task = flusher;
        if (task != null) {
            task.close();
        }
        writing.lock();
        try {
            if (!closed) {
                closed = true;
                files.close();
            }
        } finally {
            writing.unlock();
        }
    }

    private final class Committing implements CommitQueue.Duty {
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
            long end;
            writing.lock();
            try {
                writeOut();
                end = writtenLsn;
            } finally {
                writing.unlock();
            }
            syncUpTo(end);
        }
    }

    /** Hands all that is appended to the operating system. Holds the write lock. */
    private void writeOut() {
        RedoBuffer full;
        appending.lock();
        try {
            requireWorking();
            full = active;
            if (full.isEmpty()) {
                return;
            }
            // All groups in it are whole, so are those on the disk once this and its sync have succeeded.
            idle.beginAfter(full);
            active = idle;
            idle = full;
        } finally {
            appending.unlock();
        }
        failure.orFail(() -> writeHalf(full));
        writtenLsn = full.endLsn();
    }

    /**
     * The first block may have been written before, with less in it: it holds what was acknowledged. The disk keeps its old bytes or its new ones (the first of the promises we trust a disk for), and both hold that.
     */
    private void writeHalf(RedoBuffer full) {
        if (full.lastBlock() - RedoBlock.numberOf(checkpointLsn) >= files.blocks()) { // reservations see to it; it would be the end of the store, so it is looked at once more (G9)
            throw new IllegalStateException("block " + full.lastBlock() + " would overwrite what is needed from the checkpoint " + checkpointLsn + " on");
        }
        ByteBuffer blocks = full.seal(format, epoch, syncedLsn);
        int length = blocks.remaining();
        files.write(full.firstBlock(), blocks);
        bytesWritten(length);
    }

    private void syncUpTo(long end) {
        syncing.lock();
        try {
            if (syncedLsn < end) {
                requireWorking(); // whoever synced before may have been told of an error that is ours
                failure.orFail(() -> syncs = syncs + files.sync());
                syncedLsn = end;
            }
        } finally {
            syncing.unlock();
        }
    }

    /** Holds the append lock. */
    private boolean logHasRoom(int span) {
        return endLsn + reservedSpan + span - (RedoBlock.numberOf(checkpointLsn) << 9) <= usableBytes;
    }

    private void makeRoomInBuffer(int span) {
        writing.lock();
        try {
            writeOut();
        } finally {
            writing.unlock();
        }
        appending.lock();
        try {
            if (!active.fits(reservedSpan + span)) {
                awaitOthers(); // who have reserved most of it
            }
        } finally {
            appending.unlock();
        }
    }

    /** One at a time has the checkpoint advanced; the others find that room has come. */
    private void makeRoomInLog(int span) {
        advancing.lock();
        try {
            long before = checkpointLsn;
            long target;
            appending.lock();
            try {
                if (logHasRoom(span)) {
                    return;
                }
                throttled++;
                target = Math.min(endLsn, endLsn + reservedSpan + span - usableBytes + usableBytes / ADVANCE_PART);
            } finally {
                appending.unlock();
            }
            CheckpointAdvance whoAdvances = advance;
            if (whoAdvances != null) {
                whoAdvances.advanceTo(target);
            }
            appending.lock();
            try {
                requireWorking();
                if (checkpointLsn == before && !logHasRoom(span)) {
                    awaitOthers(); // whose mini-transactions are under way, or who advance it
                }
            } finally {
                appending.unlock();
            }
        } finally {
            advancing.unlock();
        }
    }

    /** Waits a little; holds the append lock. An interrupt ends no wait and stays pending (rule F3). */
    private void awaitOthers() {
        boolean interrupted = Thread.interrupted();
        waiting++;
        try {
            roomMayHaveCome.awaitNanos(WAIT_NANOS);
        } catch (InterruptedException early) {
            interrupted = true;
        } finally {
            waiting--;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void flushBehind() {
        try {
            long end = endLsn;
            if (!failure.isSet() && syncedLsn < end) {
                force(end);
            }
        } catch (StoreFailedException told) {
            // the events have been told, and so will be everybody who calls
        }
    }

    /** The epoch in which that LSN lies. An epoch's end belongs to it, though the next may begin in the same block. */
    private static RedoEpoch epochAt(List<RedoEpoch> epochs, long lsn) {
        RedoEpoch found = epochs.get(0);
        for (RedoEpoch later : epochs) {
            if (RedoBlock.firstLsn(later.firstBlock()) < lsn) {
                found = later;
            }
        }
        return found;
    }

    private void bytesWritten(int length) {
        appending.lock();
        try {
            bytesWritten = bytesWritten + length;
        } finally {
            appending.unlock();
        }
    }

    private void requireWithin(long lsn) {
        requireWorking();
        long end = endLsn;
        if (lsn > end) {
            throw new StoreDamagedException("LSN " + lsn + " was asked for, but the redo log ends at " + end + "; a page with that LSN belongs to another log, or the log is an older copy");
        }
    }

    private void requireWorking() {
        failure.check();
        if (closed) {
            throw new IllegalStateException("the redo log is closed");
        }
    }
}
