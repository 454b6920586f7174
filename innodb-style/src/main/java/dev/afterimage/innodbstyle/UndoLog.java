package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;

/**
 * The undo log of one transaction that writes: a stack of {@link UndoRecord}s in its {@link UndoSegment}.
 *
 * <p><b>Invariant: each undo record is added in the mini-transaction that makes the change, and taken away in the one that undoes it.</b> Both are in the log whole or not at all, so whenever a crash comes,
 * what redo rebuilds of the log is exactly what is still to be undone: nothing is undone twice, and recovery needs no compensation records to know where to go on.
 *
 * <p>A change whose record does not fit an undo page is cut into several, all in one mini-transaction; undone one by one they come to the same.
 *
 * <p>One thread.
 */
final class UndoLog {
    private final BufferPool pool;
    private final Spaces spaces;
    private final UndoSpace space;
    private final UndoSegment segment;
    private final long writer;
    private final long transactionId;
    private final int logOffset;
    private final int previousLog;
    /** Bytes of an undo page that may be used: offsets have two bytes. */
    private final int pageEnd;
    private long records;
    private boolean historyJoined;

    private final Scratch scratch;
    private final UndoRecord record;

    // What the mini-transaction that is being put together will make of the segment.
    private int nextFree;
    private int nextLast;
    private long nextTop;
    private int pagesMoved;
    private int recordsAdded;

    /** Memory that one undo log after another can use. */
    static final class Scratch {
        private final UndoRecord record = new UndoRecord();
        private ByteBuffer encoded = ByteBuffer.allocate(1 << 9).order(ByteOrder.LITTLE_ENDIAN);
        private Frame[] targets = new Frame[2];
    }

    private UndoLog(BufferPool pool, Spaces spaces, UndoSpace space, Scratch scratch, UndoSegment segment, long writer, long transactionId, int logOffset, int previousLog) {
        this.scratch = scratch;
        this.record = scratch.record;
        this.pool = pool;
        this.spaces = spaces;
        this.space = space;
        this.segment = segment;
        this.writer = writer;
        this.transactionId = transactionId;
        this.logOffset = logOffset;
        this.previousLog = previousLog;
        this.pageEnd = pageEnd(pool.pageSize());
    }

    private static int pageEnd(int pageSize) {
        return Math.min(pageSize, 0xFFFF);
    }

    /**
     * Begins a log in a cached undo segment.
     *
     * @param fromStart whether nobody needs what the segment holds of finished transactions
     */
    static UndoLog begin(BufferPool pool, Spaces spaces, UndoSpace space, Scratch scratch, PageGroup group, UndoSegment segment, boolean fromStart, long writer, long transactionId) {
        assert segment.pages == 1 && segment.top == segment.first : segment;
        int offset = fromStart ? UndoPage.LOGS : segment.free;
        int previous = fromStart ? 0 : segment.lastLog;
        int free = offset + UndoPage.LOG_HEADER_BYTES;
        assert free <= pageEnd(pool.pageSize());
        try {
            Frame first = group.undoPage(segment.first);
            group.reserve(PageGroup.bytesFor(4, UndoPage.LOG_HEADER_BYTES + 3 * Integer.BYTES));
            group.latch();
            ByteBuffer header = ByteBuffer.allocate(UndoPage.LOG_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(writer).putLong(transactionId).putLong(0).putShort((short) previous).clear();
            group.put(first, offset, header);
            group.putInt(first, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(free, 0));
            group.putInt(first, UndoPage.ROLLBACK_SEGMENT_AND_LAST_LOG, UndoPage.rollbackSegmentAndLastLog(segment.owner.number(), offset));
            group.putInt(first, UndoPage.STATE, UndoState.ACTIVE.code());
            group.commit();
        } finally {
            group.cancel();
        }
        segment.free = free;
        segment.last = 0;
        segment.lastLog = offset;
        if (fromStart) {
            segment.lastCommitNumber = 0;
        }
        return new UndoLog(pool, spaces, space, scratch, segment, writer, transactionId, offset, previous);
    }

    /** The log of an unfinished transaction, as recovery found it. */
    static UndoLog recovered(BufferPool pool, Spaces spaces, UndoSpace space, UndoSegment segment) {
        Frame frame = pool.pin(spaces.undo(), segment.first);
        try {
            OffHeapBytes first = frame.page();
            int offset = segment.lastLog;
            return new UndoLog(pool, spaces, space, new Scratch(), segment, first.getLong(offset + UndoPage.LOG_WRITER), first.getLong(offset + UndoPage.LOG_TRANSACTION), offset,
                    first.getShort(offset + UndoPage.LOG_PREVIOUS) & 0xFFFF);
        } finally {
            frame.unpin();
        }
    }

    long writer() {
        return writer;
    }

    long transactionId() {
        return transactionId;
    }

    /** Records in it; of a recovered log, those that have been counted. */
    long records() {
        return records;
    }

    boolean isEmpty() {
        return segment.last == 0 && segment.top == segment.first;
    }

    /** Whether its commit moved it to the history. */
    boolean leftHistory() {
        return historyJoined;
    }

    // ---- adding

    /** Whether the records of a change fit without another page. */
    boolean hasRoom(BeforeImage before) {
        return segment.free + before.recordBytes() <= pageEnd || segment.spare >= pieces(before);
    }

    /**
     * Sees to it that a record finds room, by mini-transactions of its own that take pages.
     *
     * @throws dev.afterimage.spi.storage.DiskFullException if there are none
     */
    void makeRoom(PageGroup group, BeforeImage before) {
        if (segment.free + before.recordBytes() <= pageEnd) {
            return;
        }
        int needed = pieces(before);
        while (segment.spare < needed) {
            grow(group);
        }
    }

    private void grow(PageGroup group) {
        try {
            group.reserve(UndoSpace.takeBytes() + PageGroup.bytesFor(7, 7 * Long.BYTES));
            Grower grower = new Grower(group);
            segment.end = space.take(group, grower);
            segment.pages++;
            segment.spare++;
        } finally {
            group.cancel();
        }
    }

    /** What adding a page at the end of the segment does besides taking it. */
    private final class Grower implements UndoSpace.Taker {
        private final PageGroup group;
        private @Nullable Frame first;
        private @Nullable Frame end;

        Grower(PageGroup group) {
            this.group = group;
        }

        @Override
        public void pin() {
            first = group.undoPage(segment.first);
            end = group.undoPage(segment.end);
        }

        @Override
        public void use(Frame fresh) {
            Frame head = first;
            Frame tail = end;
            assert head != null && tail != null;
            group.putInt(fresh, UndoPage.KIND, UndoPage.KIND_UNDO);
            group.putInt(fresh, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(UndoPage.RECORDS, 0));
            group.putLong(fresh, UndoPage.PREVIOUS, segment.end);
            group.putLong(fresh, UndoPage.FIRST, segment.first);
            group.putLong(tail, UndoPage.NEXT, fresh.number());
            group.putLong(head, UndoPage.END, fresh.number());
            group.putLong(head, UndoPage.PAGES, segment.pages + 1);
        }
    }

    /** Records that a change takes where it does not fit the top page. */
    private int pieces(BeforeImage before) {
        int pieces = 0;
        Cut cut = new Cut(before, pageEnd - UndoPage.RECORDS);
        do {
            cut.next();
            pieces++;
        } while (!cut.isAtEnd());
        return pieces;
    }

    /** What {@link #write} adds to a mini-transaction at most. */
    int writeBytes(BeforeImage before) {
        int pieces = 1 + before.recordBytes() / (pageEnd - UndoPage.RECORDS - UndoRecord.HEADER_BYTES - UndoRecord.RANGE_BYTES);
        return PageGroup.bytesFor(2 * pieces + 1, before.recordBytes() + pieces * (UndoRecord.HEADER_BYTES + UndoRecord.RANGE_BYTES + Integer.BYTES) + Long.BYTES);
    }

    /** Pins the undo pages that {@link #write} will change, for which {@link #makeRoom} has seen to the room. */
    void pin(PageGroup group, BeforeImage before) {
        pagesMoved = 0;
        if (segment.free + before.recordBytes() <= pageEnd) {
            target(group.undoPage(segment.top));
            return;
        }
        int needed = pieces(before);
        assert segment.spare >= needed;
        // The first page comes first, for that is the order of latches.
        group.undoPage(segment.first);
        long from = segment.top;
        while (pagesMoved < needed) {
            from = next(from);
            target(group.undoPage(from));
        }
    }

    private long next(long page) {
        Frame frame = pool.pin(spaces.undo(), page);
        try {
            return frame.page().getLong(UndoPage.NEXT);
        } finally {
            frame.unpin();
        }
    }

    private void target(Frame frame) {
        if (pagesMoved == scratch.targets.length) {
            scratch.targets = Arrays.copyOf(scratch.targets, 2 * pagesMoved);
        }
        scratch.targets[pagesMoved++] = frame;
    }

    /**
     * Adds the records of a change to a mini-transaction in which all pages are latched; returns the roll pointer of the newest.
     *
     * @param writerBefore who changed the page before
     * @param rollPointerBefore what the page has for a roll pointer
     */
    long write(PageGroup group, int type, long pageId, long writerBefore, long rollPointerBefore, BeforeImage before) {
        recordsAdded = 0;
        if (segment.free + before.recordBytes() <= pageEnd) {
            pagesMoved = 0;
            nextTop = segment.top;
            return writePiece(group, scratch.targets[0], segment.free, segment.last, type, pageId, writerBefore, rollPointerBefore, before, new Cut(before, pageEnd));
        }
        long pointer = rollPointerBefore;
        long author = writerBefore;
        Cut cut = new Cut(before, pageEnd - UndoPage.RECORDS);
        for (int piece = 0; piece < pagesMoved; piece++) {
            // Undone from the last piece to the first: the last one undoes what is not bytes.
            boolean lastPiece = piece == pagesMoved - 1;
            pointer = writePiece(group, scratch.targets[piece], UndoPage.RECORDS, 0, lastPiece ? type : UndoRecord.CHANGE, pageId, author, pointer, before, cut);
            author = writer;
        }
        assert cut.isAtEnd();
        nextTop = scratch.targets[pagesMoved - 1].number();
        group.putLong(group.undoFrame(segment.first), UndoPage.TOP, nextTop);
        return pointer;
    }

    private long writePiece(PageGroup group, Frame target, int at, int previous, int type, long pageId, long writerBefore, long rollPointerBefore, BeforeImage before, Cut cut) {
        int firstRange = cut.range;
        int firstOffset = cut.within;
        cut.next();
        int ranges = cut.rangesTaken;
        int length = UndoRecord.HEADER_BYTES + ranges * UndoRecord.RANGE_BYTES + cut.bytesTaken;
        if (scratch.encoded.capacity() < length) {
            scratch.encoded = ByteBuffer.allocate(2 * length).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer encoded = scratch.encoded.clear();
        UndoRecord.putHeader(encoded, length, previous, type, ranges, pageId, writerBefore, rollPointerBefore);
        int left = cut.bytesTaken;
        for (int range = 0; range < ranges; range++) {
            int skipped = range == 0 ? firstOffset : 0;
            int taken = Math.min(left, before.length(firstRange + range) - skipped);
            encoded.putShort((short) (before.offset(firstRange + range) + skipped)).putShort((short) taken);
            left -= taken;
        }
        encoded.put(before.content().slice(cut.contentAt - cut.bytesTaken, cut.bytesTaken)).flip();
        assert encoded.limit() == length && at + length <= pageEnd;
        group.put(target, at, encoded);
        nextFree = at + length;
        nextLast = at;
        group.putInt(target, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(nextFree, nextLast));
        recordsAdded++;
        return RollPointer.of(target.number(), at);
    }

    /** The mini-transaction that {@link #write} took part in is committed. */
    void written() {
        segment.top = nextTop;
        segment.free = nextFree;
        segment.last = nextLast;
        segment.spare -= pagesMoved;
        records += recordsAdded;
    }

    /** Cuts a before-image into what fits a record. */
    private static final class Cut {
        private final BeforeImage before;
        private final int room;
        int range;
        int within;
        int contentAt;
        int rangesTaken;
        int bytesTaken;

        Cut(BeforeImage before, int room) {
            this.before = before;
            this.room = room - UndoRecord.HEADER_BYTES;
        }

        void next() {
            rangesTaken = 0;
            bytesTaken = 0;
            int left = room;
            while (!isAtEnd() && left > UndoRecord.RANGE_BYTES && rangesTaken < UndoRecord.RANGES_MAX) {
                int taken = Math.min(left - UndoRecord.RANGE_BYTES, before.length(range) - within);
                left -= UndoRecord.RANGE_BYTES + taken;
                rangesTaken++;
                bytesTaken += taken;
                within += taken;
                if (within == before.length(range)) {
                    range++;
                    within = 0;
                }
            }
            contentAt += bytesTaken;
        }

        boolean isAtEnd() {
            return range == before.ranges();
        }
    }

    // ---- undoing

    /**
     * Undoes the change of the newest record, and takes the record away, in one mini-transaction. Needs no room on the disk.
     *
     * @throws dev.afterimage.api.CacheExhaustedException if there are no frames for the pages; nothing has changed
     */
    void undoLast(PageGroup group) {
        assert !isEmpty();
        long below = readNewest();
        boolean emptied = below != segment.top;
        try {
            Frame page = group.dataPage(record.pageId());
            Frame first = emptied ? group.undoPage(segment.first) : page;
            Frame top = group.undoPage(segment.top);
            group.reserve(PageGroup.bytesFor(record.ranges() + 5, record.bytes() + 5 * Long.BYTES));
            group.latch();
            undoChange(group, page);
            int at = segment.last;
            group.putInt(top, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(at, record.previous()));
            if (emptied) {
                group.putLong(first, UndoPage.TOP, below);
            }
            group.commit();
            undone(emptied, below, at);
        } finally {
            group.cancel();
        }
    }

    /** Reads the newest record; returns the page that is the top one without it. */
    private long readNewest() {
        Frame top = pool.pin(spaces.undo(), segment.top);
        try {
            record.read(top.page(), segment.top, segment.last);
            return record.previous() == 0 && segment.top != segment.first ? top.page().getLong(UndoPage.PREVIOUS) : segment.top;
        } finally {
            top.unpin();
        }
    }

    private void undoChange(PageGroup group, Frame frame) {
        OffHeapBytes page = frame.page();
        assert VersionHeader.writer(page) == writer && VersionHeader.rollPointer(page) == RollPointer.of(segment.top, segment.last)
                : frame + " was changed last by " + VersionHeader.writer(page) + " at " + RollPointer.describe(VersionHeader.rollPointer(page)) + ", not by " + writer + " at "
                + segment.top + ":" + segment.last;
        if (PageHeader.exists(page) != record.existedBefore()) {
            group.putInt(frame, VersionHeader.FLAGS_OFFSET, record.existedBefore() ? VersionHeader.EXISTS : 0);
        }
        group.putLong(frame, VersionHeader.WRITER_OFFSET, record.writerBefore());
        group.putLong(frame, VersionHeader.ROLL_POINTER_OFFSET, record.rollPointerBefore());
        for (int range = 0; range < record.ranges(); range++) {
            int offset = record.offset(range);
            group.put(frame, VersionHeader.BYTES + offset, record.content(range));
        }
    }

    private void undone(boolean emptied, long below, int at) {
        records = Math.max(0, records - 1);
        if (!emptied) {
            segment.free = at;
            segment.last = record.previous();
            return;
        }
        segment.top = below;
        segment.spare++;
        Frame frame = pool.pin(spaces.undo(), below);
        try {
            segment.readTop(frame.page());
        } finally {
            frame.unpin();
        }
    }

    // ---- the end

    /** All is undone: the segment is as it was before this log, and its other pages are free. */
    void end(PageGroup group) {
        assert isEmpty();
        boolean chained = segment.pages > 1;
        try {
            Frame first = group.undoPage(segment.first);
            group.reserve(PageGroup.bytesFor(7, 7 * Long.BYTES) + UndoSpace.giveBytes());
            if (chained) {
                endChained(group, first);
            } else {
                group.latch();
                putCached(group, first, previousLog, logOffset);
                group.commit();
            }
        } finally {
            group.cancel();
        }
        segment.top = segment.first;
        segment.end = segment.first;
        segment.pages = 1;
        segment.spare = 0;
        segment.free = logOffset;
        segment.last = 0;
        segment.lastLog = previousLog;
        segment.owner.giveCached(segment);
    }

    private void endChained(PageGroup group, Frame first) {
        long second = first.page().getLong(UndoPage.NEXT);
        Frame last = group.undoPage(segment.end);
        space.lock().lock();
        try {
            Frame header = space.header(group);
            group.latch();
            putCached(group, first, previousLog, logOffset);
            group.putLong(first, UndoPage.TOP, segment.first);
            group.putLong(first, UndoPage.END, segment.first);
            group.putLong(first, UndoPage.PAGES, 1);
            group.putLong(first, UndoPage.NEXT, 0);
            space.give(group, header, second, last, segment.pages - 1);
            group.commit();
            space.gave(second, segment.pages - 1);
        } finally {
            space.lock().unlock();
        }
    }

    private void putCached(PageGroup group, Frame first, int lastLog, int free) {
        group.putInt(first, UndoPage.STATE, UndoState.CACHED.code());
        group.putInt(first, UndoPage.ROLLBACK_SEGMENT_AND_LAST_LOG, UndoPage.rollbackSegmentAndLastLog(segment.owner.number(), lastLog));
        group.putInt(first, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(free, 0));
    }

    /**
     * Commits: one mini-transaction says so in the log's header, and what becomes of the segment. It stays in its slot if it is one page, not used to three quarters (TRX_UNDO_PAGE_REUSE_LIMIT); the next
     * transaction's log goes behind this one then, or over it if no snapshot can need it.
     *
     * @return the end of that mini-transaction: from there on the transaction is committed
     */
    long commit(PageGroup group, TransactionSystem transactions) {
        boolean toPurge = segment.pages > 1 || segment.free > pageEnd / 4 * 3;
        try {
            Frame first = group.undoPage(segment.first);
            if (!toPurge) {
                group.reserve(commitBytes());
                long end = transactions.commit(this, number -> commit(group, first, number, UndoState.CACHED));
                segment.owner.giveCached(segment);
                return end;
            }
            Frame header = segment.owner.header(group);
            group.reserve(commitBytes() + RollbackSegment.joinBytes());
            segment.owner.lock().lock();
            try {
                long end = transactions.commit(this, number -> {
                    group.latch();
                    segment.owner.join(group, header, first, segment);
                    return commit(group, first, number, UndoState.TO_PURGE);
                });
                segment.owner.joined(segment);
                historyJoined = true;
                return end;
            } finally {
                segment.owner.lock().unlock();
            }
        } finally {
            group.cancel();
        }
    }

    private static int commitBytes() {
        return PageGroup.bytesFor(3, Integer.BYTES + 2 * Long.BYTES);
    }

    private long commit(PageGroup group, Frame first, long number, UndoState state) {
        if (state == UndoState.CACHED) {
            group.latch();
        }
        group.putInt(first, UndoPage.STATE, state.code());
        group.putLong(first, logOffset + UndoPage.LOG_COMMIT_NUMBER, number);
        group.markCommit(transactionId, number);
        long end = group.commit();
        segment.lastCommitNumber = number;
        return end;
    }

    // ---- looking

    /**
     * Calls {@code pages} with each data page that it has a record of, maybe more than once, and counts the records. For a recovered log, before anything is undone.
     *
     * <p>A page that is not resident is read past the pool: after redo the pool is full of dirty pages, and sending some of them home for each page that is looked at once would keep the store from opening.
     */
    void forEachPage(LongConsumer pages) {
        records = 0;
        if (isEmpty()) {
            return;
        }
        try (PageMemory memory = PageMemory.allocate(pool.pageSize(), 1)) {
            long page = segment.top;
            while (page != 0) {
                Frame resident = pool.pinResident(spaces.undo(), page);
                try {
                    OffHeapBytes bytes = resident == null ? memory.page(0) : resident.page();
                    if (resident == null) {
                        spaces.undo().read(page, bytes);
                    }
                    page = look(bytes, page, pages);
                } finally {
                    if (resident != null) {
                        resident.unpin();
                    }
                }
            }
        }
    }

    /** Looks at the records in one page; returns the page before, 0 in the first. */
    private long look(OffHeapBytes bytes, long page, LongConsumer pages) {
        UndoPage.require(bytes, page, UndoPage.KIND_UNDO);
        int at = UndoPage.last(bytes);
        while (at != 0) {
            record.readHeader(bytes, page, at);
            pages.accept(record.pageId());
            records++;
            at = record.previous();
        }
        return page == segment.first ? 0 : bytes.getLong(UndoPage.PREVIOUS);
    }
}
