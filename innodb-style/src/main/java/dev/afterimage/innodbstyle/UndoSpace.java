package dev.afterimage.innodbstyle;

import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeReservation;
import dev.afterimage.memory.OffHeapBytes;

/**
 * The undo tablespace: which of its pages are free, and the page that says so.
 *
 * <p>Free pages form a list through the pages themselves, so the whole chain of an undo segment becomes free by changing two pages, however long it is. A page that was never used is taken only when the list is
 * empty: the file is as long as the most undo that was needed at once since it was last cut ({@link UndoTruncation}).
 *
 * <p>{@link #lock} guards the header page and what is remembered of it here. It is the last lock that anybody takes; who takes it has reserved room in the log before. Latching the header page is then a
 * matter of form, for write-back.
 */
final class UndoSpace {
    /** Most rollback segments there can be (TRX_SYS_N_RSEGS). */
    static final int ROLLBACK_SEGMENTS_MAX = 128;
    /** The engine's numbers are allowed so many at a time (TRX_SYS_TRX_ID_WRITE_MARGIN). */
    private static final long TRANSACTION_MARGIN = 255;
    /** Our own as well; so many that all transactions there are cannot use up half of them while one looks away. */
    private static final long WRITER_MARGIN = 1L << 32;

    private final BufferPool pool;
    private final Spaces spaces;
    private final HomeReservation reservation;
    private final ReentrantLock lock = new ReentrantLock();

    // What the header page says, under the lock.
    private long unusedFrom;
    private long freeHead;
    private long freePages;
    private volatile long transactionBound;
    private volatile long writerBound;

    private UndoSpace(BufferPool pool, Spaces spaces, HomeReservation reservation) {
        this.pool = pool;
        this.spaces = spaces;
        this.reservation = reservation;
    }

    /** Makes the header page of an empty tablespace. */
    static UndoSpace create(BufferPool pool, Spaces spaces, HomeReservation reservation, PageGroup group) {
        UndoSpace made = new UndoSpace(pool, spaces, reservation);
        reservation.reserve(UndoPage.SPACE_PAGE);
        made.unusedFrom = 1;
        try {
            Frame header = group.newUndoPage(UndoPage.SPACE_PAGE);
            group.reserve(PageGroup.bytesFor(3, 16));
            group.latch();
            group.init(header);
            group.putInt(header, UndoPage.KIND, UndoPage.KIND_SPACE);
            group.putLong(header, UndoPage.SPACE_UNUSED_FROM, made.unusedFrom);
            group.commit();
        } finally {
            group.cancel();
        }
        return made;
    }

    /**
     * Reads the header page.
     *
     * @throws StoreDamagedException if it makes no sense
     */
    static UndoSpace open(BufferPool pool, Spaces spaces, HomeReservation reservation) {
        UndoSpace opened = new UndoSpace(pool, spaces, reservation);
        Frame frame = pool.pin(spaces.undo(), UndoPage.SPACE_PAGE);
        try {
            OffHeapBytes header = frame.page();
            UndoPage.require(header, UndoPage.SPACE_PAGE, UndoPage.KIND_SPACE);
            opened.unusedFrom = header.getLong(UndoPage.SPACE_UNUSED_FROM);
            opened.freeHead = header.getLong(UndoPage.SPACE_FREE_HEAD);
            opened.freePages = header.getLong(UndoPage.SPACE_FREE_PAGES);
            opened.transactionBound = header.getLong(UndoPage.SPACE_TRANSACTION_BOUND);
            opened.writerBound = header.getLong(UndoPage.SPACE_WRITER_BOUND);
            if (opened.freePages < 0 || opened.freePages >= opened.unusedFrom || opened.freeHead == 0 != (opened.freePages == 0) || opened.transactionBound < 0
                    || opened.writerBound < 0) {
                throw new StoreDamagedException("page 0 of file " + StoreFiles.UNDO + " makes no sense: " + opened.freePages + " free pages of " + opened.unusedFrom);
            }
        } finally {
            frame.unpin();
        }
        return opened;
    }

    /** Pages of the rollback segments, as the header page names them. */
    long[] rollbackSegmentPages() {
        Frame frame = pool.pin(spaces.undo(), UndoPage.SPACE_PAGE);
        try {
            OffHeapBytes header = frame.page();
            int count = header.getInt(UndoPage.SPACE_SEGMENTS);
            if (count < 1 || count > ROLLBACK_SEGMENTS_MAX) {
                throw new StoreDamagedException("page 0 of file " + StoreFiles.UNDO + ": expected 1 to " + ROLLBACK_SEGMENTS_MAX + " rollback segments, found " + count);
            }
            long[] pages = new long[count];
            for (int segment = 0; segment < count; segment++) {
                pages[segment] = header.getLong(UndoPage.SPACE_SEGMENT_PAGES + segment * Long.BYTES);
            }
            return pages;
        } finally {
            frame.unpin();
        }
    }

    // ---- pages

    /** What {@link #take} adds to a mini-transaction at most. */
    static int takeBytes() {
        return PageGroup.bytesFor(4, 4 * Long.BYTES);
    }

    /** What {@link #give} adds to a mini-transaction at most. */
    static int giveBytes() {
        return PageGroup.bytesFor(3, 3 * Long.BYTES);
    }

    /** Adds what a mini-transaction does to a page that it takes, or to others because of it. */
    interface Taker {
        /** Pins what it needs besides; before anything is changed. */
        void pin();

        /** All is latched; the fresh page is to be filled from zeros, of which redo knows already. */
        void use(Frame fresh);
    }

    /**
     * Takes a free page, in a mini-transaction that this commits; returns its number. The caller has reserved {@link #takeBytes()} and what the taker adds.
     *
     * @throws dev.afterimage.spi.storage.DiskFullException if none is free and there is no room for another; nothing has changed
     */
    long take(PageGroup group, Taker taker) {
        try {
            lock.lock();
            try {
                long page = freeHead != 0 ? freeHead : unusedFrom;
                if (freeHead == 0) {
                    reservation.reserve(page);
                }
                taker.pin();
                Frame header = group.undoPage(UndoPage.SPACE_PAGE);
                Frame fresh = freeHead != 0 ? group.undoPage(page) : group.newUndoPage(page);
                long next = freeHead != 0 ? fresh.page().getLong(UndoPage.NEXT) : 0;
                group.latch();
                if (freeHead != 0) {
                    group.putLong(header, UndoPage.SPACE_FREE_HEAD, next);
                    group.putLong(header, UndoPage.SPACE_FREE_PAGES, freePages - 1);
                } else {
                    group.putLong(header, UndoPage.SPACE_UNUSED_FROM, page + 1);
                }
                group.init(fresh);
                taker.use(fresh);
                group.commit();
                if (freeHead != 0) {
                    freeHead = next;
                    freePages--;
                } else {
                    unusedFrom++;
                }
                return page;
            } finally {
                lock.unlock();
            }
        } finally {
            group.cancel();
        }
    }

    /** Whether {@link #take} would have to make the tablespace larger. */
    boolean mustGrow() {
        lock.lock();
        try {
            return freeHead == 0;
        } finally {
            lock.unlock();
        }
    }

    /** To be held from before the first pin of {@link #header} until the mini-transaction that gives pages back is committed. */
    ReentrantLock lock() {
        return lock;
    }

    /** Pins the header page for {@link #give}. */
    Frame header(PageGroup group) {
        assert lock.isHeldByCurrentThread();
        return group.undoPage(UndoPage.SPACE_PAGE);
    }

    /**
     * Gives a chain of pages back, within a mini-transaction that the caller is about to commit, under the lock.
     *
     * @param last the last of the chain, pinned and latched by the group
     */
    void give(PageGroup group, Frame header, long first, Frame last, long pages) {
        assert lock.isHeldByCurrentThread() && pages > 0;
        group.putLong(last, UndoPage.NEXT, freeHead);
        group.putLong(header, UndoPage.SPACE_FREE_HEAD, first);
        group.putLong(header, UndoPage.SPACE_FREE_PAGES, freePages + pages);
    }

    /** The mini-transaction in which {@link #give} took part is committed. */
    void gave(long first, long pages) {
        assert lock.isHeldByCurrentThread();
        freeHead = first;
        freePages += pages;
    }

    // ---- rollback segments

    /**
     * Makes the tablespace what it was when it was new, in one mini-transaction, however much was in it; returns how many pages that is. Only the numbers go on. The undo segments that there were are gone, cached ones and the history
     * alike: so no transaction is unfinished, no snapshot is open, and nothing but closing the store follows.
     *
     * @param fresh the rollback segments made with the store, which stay: their pages are those behind the header page
     */
    long empty(PageGroup group, int fresh) {
        group.reserve(PageGroup.bytesFor(5 + 3 * fresh, 4 * Long.BYTES + fresh * 2 * Integer.BYTES));
        lock.lock();
        try {
            Frame header = header(group);
            Frame[] segments = new Frame[fresh];
            for (int number = 0; number < fresh; number++) {
                segments[number] = group.undoPage(number + 1L);
                UndoPage.require(segments[number].page(), number + 1L, UndoPage.KIND_ROLLBACK_SEGMENT);
            }
            group.latch();
            group.putLong(header, UndoPage.SPACE_UNUSED_FROM, fresh + 1L);
            group.putLong(header, UndoPage.SPACE_FREE_HEAD, 0);
            group.putLong(header, UndoPage.SPACE_FREE_PAGES, 0);
            group.putInt(header, UndoPage.SPACE_SEGMENTS, fresh);
            for (int number = 0; number < fresh; number++) {
                group.init(segments[number]);
                group.putInt(segments[number], UndoPage.KIND, UndoPage.KIND_ROLLBACK_SEGMENT);
                group.putInt(segments[number], UndoPage.SEGMENT_NUMBER, number);
            }
            group.commit();
            unusedFrom = fresh + 1L;
            freeHead = 0;
            freePages = 0;
            return unusedFrom;
        } finally {
            lock.unlock();
            group.cancel();
        }
    }

    /** Makes another rollback segment's header page; returns the page. */
    long addRollbackSegment(PageGroup group, int number) {
        Frame[] header = new Frame[1];
        group.reserve(takeBytes() + PageGroup.bytesFor(4, 4 * Long.BYTES));
        return take(group, new Taker() {
            @Override
            public void pin() {
                header[0] = header(group);
            }

            @Override
            public void use(Frame fresh) {
                group.putInt(fresh, UndoPage.KIND, UndoPage.KIND_ROLLBACK_SEGMENT);
                group.putInt(fresh, UndoPage.SEGMENT_NUMBER, number);
                group.putInt(header[0], UndoPage.SPACE_SEGMENTS, number + 1);
                group.putLong(header[0], UndoPage.SPACE_SEGMENT_PAGES + number * Long.BYTES, fresh.number());
            }
        });
    }

    // ---- numbers

    /** No transaction of which the log holds anything has a higher number of the engine's. */
    long transactionBound() {
        return transactionBound;
    }

    /** No writer or commit number in the log is higher. */
    long writerBound() {
        return writerBound;
    }

    /** Sees to it that numbers may be given: from then on a crash leaves bounds that are not lower, or nothing of those who have the numbers. */
    void allowNumbers(PageGroup group, long transactionId, long writer) {
        if (transactionId <= transactionBound && writer + WRITER_MARGIN / 2 <= writerBound) {
            return;
        }
        try {
            group.reserve(PageGroup.bytesFor(2, 2 * Long.BYTES));
            lock.lock();
            try {
                long transactions = Math.max(transactionBound, transactionId + TRANSACTION_MARGIN);
                long writers = Math.max(writerBound, writer + WRITER_MARGIN);
                Frame header = header(group);
                group.latch();
                group.putLong(header, UndoPage.SPACE_TRANSACTION_BOUND, transactions);
                group.putLong(header, UndoPage.SPACE_WRITER_BOUND, writers);
                group.commit();
                transactionBound = transactions;
                writerBound = writers;
            } finally {
                lock.unlock();
            }
        } finally {
            group.cancel();
        }
    }

    /** Pages that were ever used, the header page included: the length of the file, but for what was reserved ahead. */
    long usedPages() {
        lock.lock();
        try {
            return unusedFrom;
        } finally {
            lock.unlock();
        }
    }

    /** Pages in the free list. */
    long freePages() {
        lock.lock();
        try {
            return freePages;
        } finally {
            lock.unlock();
        }
    }
}
