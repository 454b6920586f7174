package dev.afterimage.innodbstyle;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.memory.OffHeapBytes;

/**
 * One rollback segment: its undo segments in slots, and the history of those that are finished and have left their slots.
 *
 * <p>Taking a cached undo segment and giving it back, which is what most transactions do, takes no lock and touches no page but the undo segment's own. {@link #lock} guards the header page: slots and
 * history. It is taken after the reservation in the log and before {@link UndoSpace#lock()}.
 *
 * <p>The history is a list through the first pages of the undo segments, the newest in front. Those that joined since the store was opened are remembered here in order of joining; of those that were
 * there before only the newest is known, and purge follows their list.
 */
final class RollbackSegment {
    private final BufferPool pool;
    private final Spaces spaces;
    private final UndoSpace space;
    private final int number;
    private final long page;
    private final int slots;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentLinkedDeque<UndoSegment> cached = new ConcurrentLinkedDeque<>();

    // Under the lock.
    private final BitSet used = new BitSet();
    private final ArrayDeque<UndoSegment> history = new ArrayDeque<>();
    private long recoveredHistory;
    private volatile long historyLength;

    RollbackSegment(BufferPool pool, Spaces spaces, UndoSpace space, int number, long page) {
        this.pool = pool;
        this.spaces = spaces;
        this.space = space;
        this.number = number;
        this.page = page;
        this.slots = (pool.pageSize() - UndoPage.SEGMENT_SLOTS) / Long.BYTES;
    }

    int number() {
        return number;
    }

    ReentrantLock lock() {
        return lock;
    }

    // ---- opening

    /**
     * Finds its undo segments.
     *
     * @param active told of those that belong to an unfinished transaction; the others are ready to be taken
     * @return this
     * @throws StoreDamagedException if its page, or one of theirs, makes no sense
     */
    RollbackSegment open(Consumer<UndoSegment> active) {
        long[] found = readHeader();
        for (int slot = 0; slot < slots; slot++) {
            if (found[slot] != 0) {
                used.set(slot);
                UndoSegment segment = readSegment(slot, found[slot], active);
                if (segment != null) {
                    cached.addLast(segment);
                }
            }
        }
        return this;
    }

    private long[] readHeader() {
        Frame frame = pool.pin(spaces.undo(), page);
        try {
            OffHeapBytes header = frame.page();
            UndoPage.require(header, page, UndoPage.KIND_ROLLBACK_SEGMENT);
            if (header.getInt(UndoPage.SEGMENT_NUMBER) != number) {
                throw new StoreDamagedException("page " + page + " of file " + StoreFiles.UNDO + ": expected rollback segment " + number + ", found "
                        + header.getInt(UndoPage.SEGMENT_NUMBER));
            }
            recoveredHistory = header.getLong(UndoPage.SEGMENT_HISTORY_HEAD);
            historyLength = header.getLong(UndoPage.SEGMENT_HISTORY_LENGTH);
            long[] pages = new long[slots];
            for (int slot = 0; slot < slots; slot++) {
                pages[slot] = header.getLong(UndoPage.SEGMENT_SLOTS + slot * Long.BYTES);
            }
            return pages;
        } finally {
            frame.unpin();
        }
    }

    private @Nullable UndoSegment readSegment(int slot, long first, Consumer<UndoSegment> active) {
        UndoSegment segment = new UndoSegment(this, slot, first);
        Frame frame = pool.pin(spaces.undo(), first);
        UndoState state;
        try {
            OffHeapBytes header = frame.page();
            UndoPage.require(header, first, UndoPage.KIND_UNDO);
            state = UndoState.of(header.getInt(UndoPage.STATE), first);
            if (header.getInt(UndoPage.SLOT) != slot || UndoPage.rollbackSegment(header) != number || header.getLong(UndoPage.FIRST) != first) {
                throw new StoreDamagedException("page " + first + " of file " + StoreFiles.UNDO + " is not the undo segment of slot " + slot + " of rollback segment " + number);
            }
            segment.readFirst(header);
        } finally {
            frame.unpin();
        }
        switch (state) {
            case CACHED -> {
                return segment;
            }
            case ACTIVE -> {
                if (segment.top != first) {
                    Frame top = pool.pin(spaces.undo(), segment.top);
                    try {
                        UndoPage.require(top.page(), segment.top, UndoPage.KIND_UNDO);
                        segment.readTop(top.page());
                    } finally {
                        top.unpin();
                    }
                }
                active.accept(segment);
                return null;
            }
            default -> throw new StoreDamagedException("page " + first + " of file " + StoreFiles.UNDO + ": an undo segment in a slot cannot be in state " + state);
        }
    }

    // ---- slots

    /** Takes a cached undo segment; null if there is none. */
    @Nullable UndoSegment takeCached() {
        return cached.pollFirst();
    }

    /** Takes it back for the next transaction. */
    void giveCached(UndoSegment segment) {
        cached.addFirst(segment);
    }

    /**
     * Makes another undo segment; null if all slots are taken.
     *
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no room for its page
     */
    @Nullable UndoSegment make(PageGroup group) {
        group.reserve(UndoSpace.takeBytes() + PageGroup.bytesFor(9, 9 * Long.BYTES));
        lock.lock();
        try {
            int slot = used.nextClearBit(0);
            if (slot >= slots) {
                return null;
            }
            SegmentMaker maker = new SegmentMaker(group, slot);
            long first = space.take(group, maker);
            used.set(slot);
            return new UndoSegment(this, slot, first);
        } finally {
            lock.unlock();
            group.cancel();
        }
    }

    /** What making an undo segment does besides taking a page. */
    private final class SegmentMaker implements UndoSpace.Taker {
        private final PageGroup group;
        private final int slot;
        private @Nullable Frame header;

        SegmentMaker(PageGroup group, int slot) {
            this.group = group;
            this.slot = slot;
        }

        @Override
        public void pin() {
            header = group.undoPage(page);
        }

        @Override
        public void use(Frame fresh) {
            Frame pinned = header;
            assert pinned != null;
            group.putLong(pinned, UndoPage.SEGMENT_SLOTS + slot * Long.BYTES, fresh.number());
            group.putInt(fresh, UndoPage.KIND, UndoPage.KIND_UNDO);
            group.putInt(fresh, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(UndoPage.LOGS, 0));
            group.putLong(fresh, UndoPage.FIRST, fresh.number());
            group.putInt(fresh, UndoPage.STATE, UndoState.CACHED.code());
            group.putInt(fresh, UndoPage.ROLLBACK_SEGMENT_AND_LAST_LOG, UndoPage.rollbackSegmentAndLastLog(number, 0));
            group.putLong(fresh, UndoPage.TOP, fresh.number());
            group.putLong(fresh, UndoPage.END, fresh.number());
            group.putLong(fresh, UndoPage.PAGES, 1);
            if (slot != 0) {
                group.putInt(fresh, UndoPage.SLOT, slot);
            }
        }
    }

    // ---- history

    /** What {@link #join} adds to a mini-transaction at most. */
    static int joinBytes() {
        return PageGroup.bytesFor(4, 4 * Long.BYTES);
    }

    /** Pins the header page, for {@link #join}. */
    Frame header(PageGroup group) {
        return group.undoPage(page);
    }

    /** Moves a finished undo segment from its slot to the history, within a mini-transaction that the caller is about to commit, under the lock. */
    void join(PageGroup group, Frame header, Frame first, UndoSegment segment) {
        assert lock.isHeldByCurrentThread();
        group.putLong(first, UndoPage.HISTORY_NEXT, header.page().getLong(UndoPage.SEGMENT_HISTORY_HEAD));
        group.putLong(header, UndoPage.SEGMENT_HISTORY_HEAD, segment.first);
        group.putLong(header, UndoPage.SEGMENT_HISTORY_LENGTH, historyLength + 1);
        group.putLong(header, UndoPage.SEGMENT_SLOTS + segment.slot * Long.BYTES, 0);
    }

    /** That mini-transaction is committed. */
    void joined(UndoSegment segment) {
        assert lock.isHeldByCurrentThread();
        used.clear(segment.slot);
        history.addLast(segment);
        historyLength++;
    }

    /** Undo segments in the history. */
    long historyLength() {
        return historyLength;
    }

    /**
     * Frees the pages of the oldest undo segment in the history, if nobody needs it any more; returns how many pages, 0 if it has to stay or there is none.
     *
     * @param limit commits with lower numbers are seen by every snapshot, those to come included
     */
    long purgeOldest(PageGroup group, long limit) {
        if (historyLength == 0) {
            return 0;
        }
        try {
            group.reserve(UndoSpace.giveBytes() + PageGroup.bytesFor(3, 3 * Long.BYTES));
            lock.lock();
            try {
                boolean recovered = recoveredHistory != 0;
                UndoSegment oldest = recovered ? null : history.peekFirst();
                if (!recovered && (oldest == null || oldest.lastCommitNumber >= limit)) {
                    return 0;
                }
                return free(group, oldest);
            } finally {
                lock.unlock();
            }
        } finally {
            group.cancel();
        }
    }

    /** Frees one that is not needed: the oldest of those that joined since the store was opened, or the newest of those that were there (null). */
    private long free(PageGroup group, @Nullable UndoSegment oldest) {
        Frame first = group.undoPage(oldest == null ? recoveredHistory : oldest.first);
        UndoPage.require(first.page(), first.number(), UndoPage.KIND_UNDO);
        long next = first.page().getLong(UndoPage.HISTORY_NEXT);
        long pages = first.page().getLong(UndoPage.PAGES);
        Frame last = group.undoPage(first.page().getLong(UndoPage.END));
        UndoSegment after = oldest == null ? history.peekFirst() : secondOldest();
        Frame header = group.undoPage(page);
        Frame before = after == null ? header : group.undoPage(after.first);
        space.lock().lock();
        try {
            Frame spaceHeader = space.header(group);
            group.latch();
            group.putLong(before, before == header ? UndoPage.SEGMENT_HISTORY_HEAD : UndoPage.HISTORY_NEXT, next);
            group.putLong(header, UndoPage.SEGMENT_HISTORY_LENGTH, historyLength - 1);
            space.give(group, spaceHeader, first.number(), last, pages);
            long number = first.number();
            group.commit();
            space.gave(number, pages);
        } finally {
            space.lock().unlock();
        }
        historyLength--;
        if (oldest == null) {
            recoveredHistory = next;
        } else {
            history.removeFirst();
        }
        return pages;
    }

    private @Nullable UndoSegment secondOldest() {
        var segments = history.iterator();
        segments.next();
        return segments.hasNext() ? segments.next() : null;
    }
}
