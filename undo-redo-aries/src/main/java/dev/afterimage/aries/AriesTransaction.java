package dev.afterimage.aries;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.FullPageImage;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.wal.LogReader;

/**
 * A transaction changes the shared pages themselves, and logs each change before the page can go home (steal, no force).
 *
 * <p>Every change happens within an epoch of the {@link dev.afterimage.buffer.RedoPoint}: the decision whether an image is needed, the log record, the page's stamp, its dirty mark and this row of the
 * transaction table are one thing to a checkpoint, which sees all of them or none.
 *
 * <p>It is its own ticket. One thread works with it; a checkpoint looks at its row. Once the engine gives it back it becomes another one ({@link #again}), with all its memory.
 */
final class AriesTransaction implements StrategyTransaction, CommitTicket {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final VarHandle ID = handle("id");
    private static final VarHandle FIRST_LSN = handle("firstLsn");
    private static final VarHandle LAST_LSN = handle("lastLsn");
    private static final VarHandle UNDO_NEXT_LSN = handle("undoNextLsn");
    private static final VarHandle OLDEST_IMAGE_LSN = handle("oldestImageLsn");

    private final OpenStore store;
    private final PageUndo undo;
    private final Workspace memory = new Workspace();
    private volatile long id;
    private boolean ended;
    private @Nullable LoggedRecords readBack;

    // The row of the transaction table. Its transaction alone writes it, by release, which keeps the order of the writes: a checkpoint that sees one of them sees those before it. What it has to
    // see, it sees because it waits for the epochs in which they were made; leaving one is a full fence.
    private volatile long firstLsn;
    private volatile long lastLsn;
    private volatile long undoNextLsn;
    private volatile long oldestImageLsn = Long.MAX_VALUE;

    private ActiveTransactions.@Nullable Places table;
    private int place;

    /** Bytes promised in the log for the CLRs and the end record. */
    private long promised;
    private long awaitedLsn;
    private Durability awaitedLevel = Durability.RELAXED;

    AriesTransaction(OpenStore store, long id) {
        this.store = store;
        this.id = id;
        this.undo = new PageUndo(store.pool(), store.homeSpace(), store.tornPages());
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(AriesTransaction.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Becomes another transaction of the same store; it has ended, and nobody refers to it. */
    AriesTransaction again(long transactionId) {
        assert ended && promised == 0 && !store.transactions().contains(this) : "transaction " + id + " is not over";
        // The number first: who sees anything of the new row sees that it is another one.
        ID.setRelease(this, transactionId);
        ended = false;
        FIRST_LSN.setRelease(this, 0L);
        LAST_LSN.setRelease(this, 0L);
        UNDO_NEXT_LSN.setRelease(this, 0L);
        OLDEST_IMAGE_LSN.setRelease(this, Long.MAX_VALUE);
        awaitedLsn = 0;
        return this;
    }

    boolean isOf(OpenStore someStore) {
        return store == someStore;
    }

    long id() {
        return id;
    }

    /** It stands in the transaction table, at that place. */
    void entered(ActiveTransactions.Places newTable, int newPlace) {
        table = newTable;
        place = newPlace;
    }

    /** It stands there no longer. */
    void leave() {
        ActiveTransactions.Places left = table;
        assert left != null && left.get(place) == this;
        left.setRelease(place, null);
        table = null;
    }

    long firstLsn() {
        return firstLsn;
    }

    long lastLsn() {
        return lastLsn;
    }

    long undoNextLsn() {
        return undoNextLsn;
    }

    long oldestImageLsn() {
        return oldestImageLsn;
    }

    @Override
    public PageAccess read(long pageId) {
        return workspace().takeAccess().open(pinExisting(pageId), false);
    }

    @Override
    public PageAccess write(long pageId) {
        Frame frame = pinExisting(pageId);
        frame.latchExclusive();
        return workspace().takeAccess().open(frame, true);
    }

    @Override
    public PageAccess create(long pageId) {
        // The home's room first: the page may be evicted at any time, and redo must find room even on a full disk (rule F2).
        store.reservation().reserve(pageId);
        Frame frame = store.pool().pin(store.homeSpace(), pageId);
        frame.latchExclusive();
        try {
            if (PageHeader.exists(frame.page())) {
                throw new IllegalStateException("page " + pageId + " exists and is to be created");
            }
            whole(frame, PageRecord.CREATE, workspace().tail.room(0), 0);
        } catch (Throwable t) {
            frame.unlatchExclusive();
            frame.unpin();
            throw t;
        }
        return workspace().takeAccess().open(frame, true);
    }

    @Override
    public void discard(long pageId) {
        Frame frame = pinExisting(pageId);
        frame.latchExclusive();
        try {
            FullPageImage image = new FullPageImage();
            image.measure(frame.page());
            ByteBuffer before = workspace().tail.room(image.encodedBytes());
            image.encode(before);
            whole(frame, PageRecord.DISCARD, before, image.encodedBytes());
        } finally {
            frame.unlatchExclusive();
            frame.unpin();
        }
    }

    /** Logs and does what says everything about a page. */
    private void whole(Frame frame, int action, ByteBuffer undoPart, int undoBytes) {
        long epoch = store.redoPoint().enter();
        try {
            UpdateRecord record = workspace().update.of(id, lastLsn, frame.number(), action, frame.page(), undoPart, undoBytes, null, 0);
            long lsn = log(record, frame.number(), action, 0, undoBytes);
            PageRecord.apply(action, 0, NOTHING, lsn, frame.page());
            dirty(frame, lsn);
        } finally {
            store.redoPoint().leave(epoch);
        }
    }

    @Override
    public void changed(PageAccess access, PageChange change) {
        Frame frame = ((FrameAccess) access).frame();
        OffHeapBytes page = frame.page();
        int undoBytes = undoBytes(change);
        ByteBuffer undoPart = undoPart(change, undoBytes);
        long epoch = store.redoPoint().enter();
        try {
            long imageLsn = PageHeader.imageLsn(page);
            boolean byImage = store.tornPages().imagesAreLogged();
            // The redo point is asked for within the epoch: see RedoPoint for why this order cannot leave a page without its image.
            boolean image = byImage && FullPageImage.needed(imageLsn, store.redoPoint().lsn());
            int action = image ? PageRecord.CHANGE_IMAGED : PageRecord.CHANGE;
            UpdateRecord record = workspace().update.of(id, lastLsn, frame.number(), action, page, undoPart, undoBytes, change, image || !byImage ? 0 : imageLsn);
            long lsn = log(record, frame.number(), action, change.ranges(), undoBytes);
            PageHeader.setPageLsn(page, lsn);
            if (image) {
                PageHeader.setImageLsn(page, lsn);
                store.transactions().imageLogged(record.bodyBytes() - undoBytes);
            }
            dirty(frame, lsn);
        } finally {
            store.redoPoint().leave(epoch);
        }
    }

    private static int undoBytes(PageChange change) {
        int ranges = change.ranges();
        int bytes = ranges * PageRecord.BYTES_PER_RANGE;
        for (int range = 0; range < ranges; range++) {
            bytes += change.length(range);
        }
        return bytes;
    }

    private ByteBuffer undoPart(PageChange change, int bytes) {
        int ranges = change.ranges();
        ByteBuffer part = workspace().tail.room(bytes);
        for (int range = 0; range < ranges; range++) {
            part.putShort((short) change.offset(range)).putShort((short) change.length(range));
        }
        for (int range = 0; range < ranges; range++) {
            change.copyBefore(range, part);
        }
        return part;
    }

    /** Logs an update, with the promise of room for its CLR. Throws only while nothing has changed. */
    private long log(UpdateRecord record, long pageId, int action, int ranges, int undoBytes) {
        store.failure().check();
        int promise = CompensationRecord.promise(undoBytes) + (firstLsn == 0 ? TransactionRecord.PROMISE : 0);
        long lsn;
        try {
            lsn = store.log().append(record, promise);
        } catch (DiskFullException e) {
            store.redoPoint().logIsFull();
            throw e;
        }
        promised += promise;
        Workspace own = workspace();
        own.tail.push(lsn, undoNextLsn, pageId, action, ranges, undoBytes);
        own.noteRecord(lsn);
        LAST_LSN.setRelease(this, lsn);
        UNDO_NEXT_LSN.setRelease(this, lsn);
        if (firstLsn == 0) {
            FIRST_LSN.setRelease(this, lsn);
            store.transactions().add(this);
        }
        return lsn;
    }

    private void dirty(Frame frame, long lsn) {
        if (store.tornPages().imagesAreLogged()) {
            // Redo of a page begins with its image, so that is its recLSN, whichever later change made it dirty.
            long imageLsn = PageHeader.imageLsn(frame.page());
            if (imageLsn < oldestImageLsn) {
                OLDEST_IMAGE_LSN.setRelease(this, imageLsn);
            }
            frame.markDirty(imageLsn);
        } else {
            frame.markDirty(lsn);
        }
    }

    /** A savepoint is an LSN: all that was logged after it can be undone. */
    @Override
    public long mark() {
        return lastLsn;
    }

    @Override
    public void rollbackTo(long mark) {
        undoUntil(mark);
    }

    @Override
    public void rollback() {
        if (firstLsn != 0) {
            undoUntil(0);
            end();
        }
        release();
    }

    /** Section 5.2 of the paper, figure 8: walks back and writes CLRs until no update after {@code mark} is left. What is undone already is jumped over. */
    private void undoUntil(long mark) {
        store.failure().check();
        try {
            while (undoNextLsn > mark) {
                if (workspace().tail.endsWith(undoNextLsn)) {
                    undoFromMemory();
                } else {
                    undoFromLog();
                }
            }
        } catch (Throwable cause) {
            // Half undone, and the locks cannot be kept: restart must finish it.
            throw store.failure().fail("rolling back transaction " + id + " failed", cause);
        }
    }

    private void undoFromMemory() {
        UndoTail tail = workspace().tail;
        compensate(workspace().compensation.undoing(tail.action(), tail.ranges(), tail.undoPart()), tail.pageId(), tail.undoNextLsn());
        tail.pop();
    }

    private void undoFromLog() {
        LoggedRecords records = readBack;
        if (records == null) {
            records = new LoggedRecords();
            readBack = records;
        }
        long wanted = undoNextLsn;
        if (!records.reaches(wanted)) {
            store.log().write(wanted);
            try (LogReader reader = store.log().readBack(workspace().waypointFor(wanted))) {
                records.read(reader, wanted, transaction -> transaction == id);
            }
        }
        LoggedRecords.Logged logged = records.at(wanted);
        ByteBuffer body = logged.body();
        if (logged.type() == RecordTypes.COMPENSATION) {
            UNDO_NEXT_LSN.setRelease(this, PageRecord.undoNextLsn(body));
        } else {
            compensate(workspace().compensation.undoing(PageRecord.action(body), PageRecord.ranges(body), PageRecord.undoPart(body)), PageRecord.pageId(body), PageRecord.prevLsn(body));
        }
    }

    private void compensate(CompensationRecord clr, long pageId, long next) {
        long epoch = store.redoPoint().enter();
        try {
            int promise = clr.promise();
            long lsn = undo.undo(clr, id, lastLsn, next, pageId, undoNextLsn, record -> store.log().appendPromised(record, promise));
            promised -= promise;
            workspace().noteRecord(lsn);
            LAST_LSN.setRelease(this, lsn);
            UNDO_NEXT_LSN.setRelease(this, next);
        } finally {
            store.redoPoint().leave(epoch);
        }
    }

    private void end() {
        long epoch = store.redoPoint().enter();
        try {
            store.log().appendPromised(new TransactionRecord(RecordTypes.END, id, lastLsn), TransactionRecord.PROMISE);
            promised -= TransactionRecord.PROMISE;
            store.transactions().remove(this);
            assert promised == 0 : promised + " bytes of promises are left";
        } catch (Throwable cause) {
            throw store.failure().fail("ending transaction " + id + " failed", cause);
        } finally {
            store.redoPoint().leave(epoch);
        }
    }

    @Override
    public CommitTicket commit(Durability level) {
        store.failure().check();
        awaitedLevel = level;
        if (firstLsn == 0) {
            // Reading is a promise too: what this transaction saw must be durable before it says so (rule D3).
            awaitedLsn = store.transactions().lastCommitLsn();
        } else {
            awaitedLsn = logCommit();
        }
        release();
        return this;
    }

    private long logCommit() {
        long epoch = store.redoPoint().enter();
        try {
            long lsn = store.log().append(workspace().commit.of(id, lastLsn));
            // Within the epoch, so that a checkpoint whose begin record lies behind the commit record does not find the transaction active.
            store.transactions().remove(this);
            store.transactions().committed(lsn);
            store.log().withdraw(promised);
            promised = 0;
            return lsn;
        } catch (DiskFullException e) {
            store.redoPoint().logIsFull();
            throw e;
        } finally {
            store.redoPoint().leave(epoch);
        }
    }

    @Override
    public void await() {
        if (awaitedLsn == 0) {
            return; // read only, and nothing was committed since the store was opened; restart made the rest durable
        }
        switch (awaitedLevel) {
            case POWER_SAFE -> store.log().force(awaitedLsn);
            case PROCESS_SAFE -> store.log().write(awaitedLsn);
            case RELAXED -> {
                // The log's own background work keeps the window.
            }
        }
    }

    private Frame pinExisting(long pageId) {
        Frame frame = store.pool().pin(store.homeSpace(), pageId);
        if (!PageHeader.exists(frame.page())) {
            frame.unpin();
            throw new PageNotFoundException("page " + pageId + " does not exist: it was never created, or has been discarded");
        }
        return frame;
    }

    private Workspace workspace() {
        if (ended) {
            throw new IllegalStateException("transaction " + id + " has ended");
        }
        return memory;
    }

    private void release() {
        workspace().clear();
        readBack = null;
        ended = true;
    }
}
