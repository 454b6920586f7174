package dev.afterimage.buffer;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.memory.DirectBuffers;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.DiskFullException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The pages in memory: a fixed number of frames over off-heap slabs, shared by any number of spaces.
 *
 * <pre>{@code
 * Frame frame = pool.pin(homePages, 7);   // reads it if it is not resident
 * try {
 *     long balance = frame.usable().getLong(0);
 * } finally {
 *     frame.unpin();
 * }
 * }</pre>
 *
 * <p>Safe for many threads. A hit takes no lock and makes no garbage. A missing page is read by one thread while others that want it wait; if the read fails,
 * all of them get its exception and the page is as absent as before. A page that has to leave is written first if it is dirty, through {@link PageSpace#write}
 * (which waits for the log, rule W2), and it stays resident and usable while it is written, so nobody ever reads a version from the disk that a frame
 * supersedes. When that write fails, the page stays, dirty, and who asked for room gets the exception; only a full disk ({@link DiskFullException}) first sends
 * the caller looking for a clean page, so that reads go on (rule F2).
 *
 * <p>A crash takes all that was not written <em>and synced</em>; the pool never syncs. What leaves memory in which order: {@code EvictionQueues} (S3-FIFO).
 *
 * <p>Nobody waits for longer than it takes others to read or write one page, except for a frame: when every page is pinned, a pin waits a bounded time (some
 * seconds) and then throws {@link CacheExhaustedException}. A thread that holds the exclusive latch of one page may pin another.
 */
public final class BufferPool implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final int pageSize;
    private final Duration patience;
    private final PageMemory memory;
    private final Frame[] frames;
    private final PageTable table;
    private final EvictionQueues queues;
    private final DirectBuffers pageCopies;
    private final HitCounter hits = new HitCounter();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder pagesWritten = new LongAdder();
    private volatile @Nullable PageWriter writer;

    /**
     * A pool of empty frames.
     *
     * @param pageSize bytes of a page
     * @param headerBytes bytes at the start of a page that {@link Frame#usable()} leaves out, 0 to {@code pageSize - 1}
     * @param frames pages in memory, at least 2; 16 are enough for 8 threads that pin two pages each
     */
    public BufferPool(int pageSize, int headerBytes, int frames) {
        this(pageSize, headerBytes, frames, PATIENCE);
    }

    /** With another bound on the wait for a frame. */
    BufferPool(int pageSize, int headerBytes, int frames, Duration patience) {
        if (headerBytes < 0 || headerBytes >= pageSize) {
            throw new IllegalArgumentException("headerBytes: expected 0 to " + (pageSize - 1) + ", found " + headerBytes);
        }
        if (frames < 2) {
            throw new IllegalArgumentException("frames: expected at least 2, found " + frames);
        }
        this.pageSize = pageSize;
        this.patience = patience;
        this.memory = PageMemory.allocate(pageSize, frames);
        this.frames = new Frame[frames];
        for (int i = 0; i < frames; i++) {
            this.frames[i] = new Frame(i, memory.page(i), headerBytes);
        }
        this.table = new PageTable(frames);
        this.queues = new EvictionQueues(this.frames);
        this.pageCopies = new DirectBuffers(pageSize);
    }

    /** Bytes of a page. */
    public int pageSize() {
        return pageSize;
    }

    /** Pages in memory at most. */
    public int frames() {
        return frames.length;
    }

    /**
     * Pins a page, reading it if it is not resident. The caller unpins it.
     *
     * @throws CacheExhaustedException if every page stays pinned for some seconds
     * @throws dev.afterimage.api.StoreDamagedException if the space cannot trust the page's bytes
     * @throws dev.afterimage.spi.storage.DiskException if the page cannot be read, or another one not be written to make room
     * @throws dev.afterimage.api.StoreClosedException after {@link #close()}
     */
    public Frame pin(PageSpace space, long number) {
        long key = PageTable.key(space, number);
        Frame frame = table.tryPin(key, space, number);
        if (frame != null) {
            hit(frame);
            return frame;
        }
        return pinSlowly(new PageLoad(key, space, number, false));
    }

    /**
     * Pins a page of zeros, dirty, without reading what the disk has under that number; a resident page is zeroed in place. The caller unpins it, and sees to
     * it that nobody else uses the page.
     *
     * @throws CacheExhaustedException if every page stays pinned for some seconds
     * @throws dev.afterimage.spi.storage.DiskException if another page cannot be written to make room
     * @throws dev.afterimage.api.StoreClosedException after {@link #close()}
     */
    public Frame pinNew(PageSpace space, long number) {
        return pinSlowly(new PageLoad(PageTable.key(space, number), space, number, true));
    }

    /**
     * Pins a page for somebody who overwrites all of it: what it holds is anything. The caller marks it dirty and unpins it, and sees to it that nobody else uses the page.
     *
     * @throws CacheExhaustedException if every page stays pinned for some seconds
     * @throws dev.afterimage.spi.storage.DiskException if another page cannot be written to make room
     * @throws dev.afterimage.api.StoreClosedException after {@link #close()}
     */
    public Frame pinToOverwrite(PageSpace space, long number) {
        Frame resident = pinResident(space, number);
        return resident == null ? pinNew(space, number) : resident;
    }

    /**
     * The same for somebody who must not wait, perhaps because a page is pinned already: pins the page only if it is resident or a frame is free.
     *
     * @return null if not; the page is clean, and stays so until the caller marks it dirty
     * @throws dev.afterimage.api.StoreClosedException after {@link #close()}
     */
    public @Nullable Frame pinToOverwriteAtOnce(PageSpace space, long number) {
        Frame resident = pinResident(space, number);
        if (resident != null) {
            return resident;
        }
        Frame free = queues.takeFree();
        if (free == null) {
            return null;
        }
        PageLoad load = new PageLoad(PageTable.key(space, number), space, number, true);
        Frame other = free;
        try {
            other = table.pinOrBegin(load);
        } finally {
            if (other != null) {
                queues.release(free); // somebody else has the page after all, or the pool is closed
            }
        }
        if (other != null) {
            return other;
        }
        free.become(space, number, load.key);
        queues.admit(free, true);
        table.publish(load, free);
        return free;
    }

    /** Whether {@link #pinToOverwriteAtOnce} is likely to find a free frame. */
    boolean mayHaveFreeFrame() {
        return queues.mayHaveFree();
    }

    /**
     * Says that nobody wants what a page holds any more, but that it is likely to be overwritten soon ({@link #pinToOverwrite}): if it is resident it stays so, and counts as clean, so that it
     * leaves without being written when its frame is needed. The page is one that only the caller changes, and no log speaks of it; it is not pinned.
     */
    public void letBe(PageSpace space, long number) {
        Frame frame = pinResident(space, number);
        if (frame != null) {
            frame.forgetChanges();
            frame.unpin();
        }
    }

    /** Pins a page only if it is resident, reading and waiting for nothing; null if it is not, or is just coming or leaving. */
    public @Nullable Frame pinResident(PageSpace space, long number) {
        long key = PageTable.key(space, number);
        Frame frame = table.tryPin(key, space, number);
        if (frame == null) {
            frame = table.pinResident(key, space, number);
        }
        if (frame != null) {
            hit(frame);
        }
        return frame;
    }

    /** The bytes of the frame with that index. */
    OffHeapBytes page(int index) {
        return memory.page(index);
    }

    /** The frame with that index. */
    Frame frame(int index) {
        return frames[index];
    }

    private Frame pinSlowly(PageLoad load) {
        Frame frame = table.pinOrBegin(load);
        if (frame == null) {
            return load(load);
        }
        hit(frame);
        if (load.makes) {
            frame.latchExclusive();
            frame.page().fill(0, pageSize, (byte) 0);
            frame.noteChange(Frame.NO_RECOVERY_LSN);
            frame.unlatchExclusive();
        }
        return frame;
    }

    private Frame load(PageLoad load) {
        Frame frame = null;
        try {
            frame = takeFrame();
            frame.become(load.space, load.number, load.key);
            if (load.makes) {
                frame.page().fill(0, pageSize, (byte) 0);
                frame.noteChange(Frame.NO_RECOVERY_LSN);
            } else {
                load.space.read(load.number, frame.page());
            }
        } catch (Throwable failure) {
            if (frame != null) {
                frame.become(null, 0, 0);
                queues.release(frame);
            }
            table.fail(load, failure);
            throw failure;
        }
        misses.increment();
        queues.admit(frame, load.makes);
        table.publish(load, frame);
        return frame;
    }

    private void hit(Frame frame) {
        frame.touch(queues.admissions(), queues.period());
        hits.add();
    }

    /** A frame for the caller alone, free or made free by sending a page away. */
    private Frame takeFrame() {
        FrameWait wait = null;
        DiskFullException full = null;
        try {
            while (true) {
                Frame frame = queues.takeFree();
                if (frame == null) {
                    frame = queues.choose(full != null);
                }
                if (frame != null) {
                    try {
                        if (hasLeft(frame)) {
                            return frame;
                        }
                    } catch (DiskFullException failure) {
                        full = failure;
                    }
                    continue;
                }
                if (full != null) {
                    throw full;
                }
                wait = wait == null ? new FrameWait(patience) : wait;
                if (!wait.next()) {
                    throw new CacheExhaustedException("all " + frames.length + " frames of the page cache are in use, and none came free within "
                            + patience.toMillis() + " ms; expected each thread to hold a few pages at a time:"
                            + " close page handles sooner, or give the store a larger cache");
                }
            }
        } finally {
            if (wait != null) {
                wait.end();
            }
        }
    }

    /** Whether a free or chosen frame is the caller's, after writing it if it has to be. */
    private boolean hasLeft(Frame frame) {
        if (frame.isOwned()) {
            if (frame.isResident()) {
                table.remove(frame);
                evictions.increment();
            }
            return true;
        }
        wakeWriter();
        boolean left = false;
        try {
            // Never wait for a latch here: its holder may be waiting for a frame.
            if (frame.tryLatchShared()) {
                writeLatched(frame);
                left = queues.leaveAfterWriting(frame);
            }
        } finally {
            if (!left) {
                table.endWriting(frame);
            }
        }
        if (left) {
            table.remove(frame);
            evictions.increment();
        }
        return left;
    }

    /** Writes a frame that the caller has claimed and latched shared, and lets go of the latch. */
    private void writeLatched(Frame frame) {
        try {
            assert frame.isBeingWritten() : frame;
            long changes = frame.changes();
            frame.space().write(frame.number(), frame.page());
            frame.written(changes);
            pagesWritten.increment();
        } finally {
            frame.unlatchShared();
        }
    }

    /**
     * Writes a page now if it is resident and dirty, pinned or not; waits for its latch and for somebody else's write of it. When this returns, every change
     * marked before the call has been written (not synced), by whomever.
     *
     * @throws RuntimeException that of {@link PageSpace#write}; the page is still resident and dirty then
     */
    public void writeBack(PageSpace space, long number) {
        writeIfDirty(space, number);
    }

    private boolean writeIfDirty(PageSpace space, long number) {
        Frame frame = table.claimDirty(PageTable.key(space, number), space, number);
        if (frame == null) {
            return false;
        }
        try {
            frame.latchShared();
            writeLatched(frame);
        } finally {
            table.endWriting(frame);
        }
        return true;
    }

    /** Claims a dirty page for a {@link FrameRun} and latches it shared; null if there is nothing to write. */
    @Nullable Frame claimDirty(PageSpace space, long number) {
        Frame frame = table.claimDirty(PageTable.key(space, number), space, number);
        if (frame != null) {
            frame.latchShared();
        }
        return frame;
    }

    /** Ends {@link #claimDirty}; where the page was written, it was so as it was after that many changes. */
    void endClaim(Frame frame, long changes, boolean written) {
        if (written) {
            frame.written(changes);
            pagesWritten.increment();
        }
        frame.unlatchShared();
        table.endWriting(frame);
    }

    /** Writes a page for the background writer, if it is still dirty and nobody uses it. */
    boolean writeIfUnused(Frame frame) {
        if (!frame.tryStartWritingUnpinned()) {
            return false;
        }
        try {
            if (!frame.isDirty() || !frame.tryLatchShared()) {
                return false;
            }
            writeLatched(frame);
            return true;
        } finally {
            table.endWriting(frame);
        }
    }

    /**
     * Writes every page of a space that is dirty when this is called, in page order, one at a time, while others go on. When it returns without having been
     * stopped, every change marked before the call has been written, by this or by somebody else: what remains is to sync.
     *
     * @param go asked before each page, with the pages left; it may wait in order to spread the writes, and ends the work with false
     * @return pages written here
     * @throws RuntimeException that of {@link PageSpace#write}; pages from there on are still dirty
     */
    public long writeBackAll(PageSpace space, LongPredicate go) {
        long[] numbers = dirtyPages(space);
        long written = 0;
        for (int i = 0; i < numbers.length; i++) {
            if (!go.test(numbers.length - i)) {
                break;
            }
            if (writeIfDirty(space, numbers[i])) {
                written++;
            }
        }
        return written;
    }

    /**
     * Writes pages of a space whose recovery LSN lies before a position, in page order, while others go on; what a page cleaner does, so that redo begins later. It waits for no latch: a page
     * that somebody is changing is passed over.
     *
     * @param beforeLsn pages that were made dirty by this or a later record stay
     * @param go asked before each page, with the pages left; it may wait in order to spread the writes, and ends the work with false
     * @return pages written here
     * @throws RuntimeException that of {@link PageSpace#write}; pages from there on are still dirty
     */
    public long writeBackOlder(PageSpace space, long beforeLsn, LongPredicate go) {
        Frame[] old = Arrays.stream(frames).filter(frame -> frame.isDirty() && frame.recoveryLsn() < beforeLsn && frame.isIn(space)).toArray(Frame[]::new);
        long[] numbers = Arrays.stream(old).mapToLong(Frame::number).sorted().toArray();
        long written = 0;
        for (int i = 0; i < numbers.length && go.test(numbers.length - i); i++) {
            Frame frame = table.claimDirty(PageTable.key(space, numbers[i]), space, numbers[i]);
            if (frame == null) {
                continue;
            }
            try {
                if (frame.recoveryLsn() < beforeLsn && frame.tryLatchShared()) {
                    writeLatched(frame);
                    written++;
                }
            } finally {
                table.endWriting(frame);
            }
        }
        return written;
    }

    /**
     * The dirty page table (Mohan et al. 1992, section 4.4): calls {@code each} with number and recovery LSN of the space's dirty pages, in no order. A page that is clean when this looks had been
     * written before, so what a sync begun afterwards covers and what is told here are together all that recovery may have to do again. Pages marked dirty meanwhile may or may not be told.
     */
    public void forEachDirty(PageSpace space, DirtyPage each) {
        for (Frame frame : frames) {
            if (frame.isDirty() && frame.isIn(space)) {
                long recoveryLsn = frame.recoveryLsn();
                long number = frame.number();
                if (recoveryLsn != Frame.NO_RECOVERY_LSN) {
                    each.at(number, recoveryLsn);
                }
            }
        }
    }

    /** Told of a dirty page. */
    @FunctionalInterface
    public interface DirtyPage {
        /** One page. */
        void at(long number, long recoveryLsn);
    }

    /** A frame that changes its page meanwhile is no loss: its former page was written before it left, and its new one was clean when this began. */
    private long[] dirtyPages(PageSpace space) {
        long[] numbers = new long[64];
        int count = 0;
        for (Frame frame : frames) {
            if (frame.isDirty() && frame.isIn(space)) {
                if (count == numbers.length) {
                    numbers = Arrays.copyOf(numbers, count * 2);
                }
                numbers[count++] = frame.number();
            }
        }
        Arrays.sort(numbers, 0, count);
        return Arrays.copyOf(numbers, count);
    }

    /**
     * Forgets a page, dirty or not, without writing it; waits for a write of it that is under way. Nothing happens if it is not resident.
     *
     * @throws IllegalStateException if it is pinned
     */
    public void discard(PageSpace space, long number) {
        Frame frame = table.removeUnpinned(PageTable.key(space, number), space, number);
        if (frame != null) {
            frame.become(null, 0, 0);
            queues.release(frame);
        }
    }

    /**
     * The smallest recovery LSN of the space's dirty pages, {@link Frame#NO_RECOVERY_LSN} if there is none. Pages marked dirty meanwhile may or may not count.
     * A page that was written but not yet synced no longer counts: sync before relying on it.
     */
    public long oldestDirtyLsn(PageSpace space) {
        long oldest = Frame.NO_RECOVERY_LSN;
        for (Frame frame : frames) {
            if (frame.isDirty() && frame.isIn(space)) {
                oldest = Math.min(oldest, frame.recoveryLsn());
            }
        }
        return oldest;
    }

    /**
     * Starts the background writer: it writes dirty pages that nobody uses and that are near eviction, so that who needs a frame finds a clean one. Without it,
     * or when it never runs, everything works, and who needs a frame writes for itself.
     *
     * @throws IllegalStateException if it was started before
     */
    public void writeBehind(BackgroundTasks tasks) {
        if (writer != null) {
            throw new IllegalStateException("the background writer was started before");
        }
        PageWriter started = new PageWriter(this, queues, frames.length);
        writer = started;
        started.start(tasks);
    }

    private void wakeWriter() {
        PageWriter behind = writer;
        if (behind != null) {
            behind.wake();
        }
    }

    /** Buffers of a page each, for copies. */
    DirectBuffers pageCopies() {
        return pageCopies;
    }

    /** What the pool has done so far. */
    public BufferStatistics statistics() {
        return new BufferStatistics(hits.sum(), misses.sum(), evictions.sum(), pagesWritten.sum());
    }

    /**
     * Ends the background writer and lets go of the memory; writes nothing, so it is harmless when the store has failed. To be called by one thread when no
     * other uses the pool; a page that is still pinned throws {@link IllegalStateException} when touched. Closing twice is harmless.
     */
    @Override
    public void close() {
        PageWriter behind = writer;
        if (behind != null) {
            behind.close();
        }
        table.close();
        memory.close();
    }
}
