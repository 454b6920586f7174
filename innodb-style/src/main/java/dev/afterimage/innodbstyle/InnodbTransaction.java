package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategyTransaction;

/**
 * A transaction changes the shared pages, each change in one mini-transaction with the undo record that takes it back (steal, no force).
 *
 * <p>It is its own ticket. One thread.
 */
final class InnodbTransaction implements StrategyTransaction, CommitTicket {
    private final OpenStore store;
    private final long id;
    private @Nullable Workspace workspace;
    /** From the first change on. */
    private @Nullable UndoLog undo;
    private long awaitedLsn;
    private Durability awaitedLevel = Durability.RELAXED;

    InnodbTransaction(OpenStore store, long id) {
        this.store = store;
        this.id = id;
        this.workspace = store.takeWorkspace();
    }

    // ---- pages

    @Override
    public PageAccess read(long pageId) {
        PageCopy written = workspace().writtenCopyOf(pageId);
        if (written != null) {
            return workspace().takeAccess().read(written.use());
        }
        return workspace().takeAccess().read(pinExisting(pageId));
    }

    @Override
    public PageAccess write(long pageId) {
        return openCopy(pinExisting(pageId));
    }

    /** Nobody else changes the page: the engine has locked it for this transaction. So it can be copied without its latch. */
    private PageAccess openCopy(Frame pinned) {
        try {
            PageCopy copy = store.copies().take(pinned.number());
            copy.copyWhereTouched(pinned);
            return workspace().takeAccess().write(pinned, copy);
        } catch (Throwable t) {
            pinned.unpin();
            throw t;
        }
    }

    @Override
    public PageAccess create(long pageId) {
        // The home's room first: the page may be evicted at any time, and redo must find room even on a full disk (rule F2).
        store.reservation().reserve(pageId);
        Frame frame = store.pool().pin(store.spaces().pages(), pageId);
        try {
            if (PageHeader.exists(frame.page())) {
                throw new IllegalStateException("page " + pageId + " exists and is to be created");
            }
            change(frame, UndoRecord.CREATE, workspace().before.ofNothing(), null);
        } catch (Throwable t) {
            frame.unpin();
            throw t;
        }
        return openCopy(frame);
    }

    @Override
    public void discard(long pageId) {
        Frame frame = pinExisting(pageId);
        try {
            change(frame, UndoRecord.DISCARD, workspace().before.ofWhole(frame.usable()), null);
        } finally {
            frame.unpin();
        }
    }

    @Override
    public void changed(PageAccess access, PageChange change) {
        change(((OpenPage) access).frame(), UndoRecord.CHANGE, workspace().before.of(change), change);
    }

    /**
     * Changes a page and adds the undo records, in one mini-transaction.
     *
     * @param frame pinned by the caller
     * @param change the bytes as they will be; null where the page comes to exist or ceases to
     */
    private void change(Frame frame, int type, BeforeImage before, @Nullable PageChange change) {
        store.failure().check();
        PageGroup group = workspace().group;
        UndoLog log = undoLog(group);
        if (!log.hasRoom(before) && store.undoSpace().mustGrow()) {
            store.purge().run();
        }
        log.makeRoom(group, before);
        try {
            group.dataPage(frame.number());
            log.pin(group, before);
            int ranges = before.ranges();
            group.reserve(log.writeBytes(before) + PageGroup.bytesFor(ranges + 4, before.content().limit() + 3 * Long.BYTES));
            group.latch();
            OffHeapBytes page = frame.page();
            long pointer = log.write(group, type, frame.number(), VersionHeader.writer(page), VersionHeader.rollPointer(page), before);
            if (change == null) {
                // All zeros but the header: so was the page that is to exist, so is the one that does not any more.
                group.init(frame);
                if (type == UndoRecord.CREATE) {
                    group.putInt(frame, VersionHeader.FLAGS_OFFSET, VersionHeader.EXISTS);
                }
            }
            group.putLong(frame, VersionHeader.WRITER_OFFSET, log.writer());
            group.putLong(frame, VersionHeader.ROLL_POINTER_OFFSET, pointer);
            for (int range = 0; change != null && range < ranges; range++) {
                group.put(frame, VersionHeader.BYTES + change.offset(range), after(change, range));
            }
            group.commit();
            log.written();
        } finally {
            group.cancel();
        }
    }

    private ByteBuffer after(PageChange change, int range) {
        Workspace own = workspace();
        if (own.after.capacity() < change.length(range)) {
            own.after = ByteBuffer.allocate(2 * change.length(range));
        }
        own.after.clear();
        change.copyAfter(range, own.after);
        return own.after.flip();
    }

    private UndoLog undoLog(PageGroup group) {
        UndoLog log = undo;
        if (log != null) {
            return log;
        }
        TransactionSystem transactions = store.transactions();
        store.undoSpace().allowNumbers(group, id, transactions.upcoming());
        UndoSegment segment = store.rollbackSegments().take(group, store.purge()::run);
        // The number before the log: whoever opens a view in between takes this transaction for active, which it will be.
        long writer = transactions.beginWriting();
        boolean begun = false;
        try {
            boolean fromStart = segment.lastCommitNumber < transactions.purgeLimit();
            log = UndoLog.begin(store.pool(), store.spaces(), store.undoSpace(), workspace().undo, group, segment, fromStart, writer, id);
            begun = true;
        } finally {
            if (!begun) {
                transactions.withdraw(writer);
                segment.owner.giveCached(segment);
            }
        }
        undo = log;
        return log;
    }

    // ---- undoing

    /** A savepoint is the height of the undo log. */
    @Override
    public long mark() {
        UndoLog log = undo;
        return log == null ? 0 : log.records();
    }

    @Override
    public void rollbackTo(long mark) {
        UndoLog log = undo;
        if (log != null) {
            undoUntil(log, mark);
        }
    }

    @Override
    public void rollback() {
        UndoLog log = undo;
        if (log != null) {
            undoUntil(log, 0);
            endUndo(log);
        }
        release();
    }

    private void undoUntil(UndoLog log, long mark) {
        store.failure().check();
        try {
            while (log.records() > mark) {
                undoOne(log);
            }
        } catch (Throwable cause) {
            // Half undone, and the locks cannot be kept: recovery must finish it.
            throw store.failure().fail("rolling back transaction " + id + " failed", cause);
        }
    }

    /** A rollback has nobody to pass an error on to: it waits until others have closed pages. It keeps none open itself. */
    private void undoOne(UndoLog log) {
        while (true) {
            try {
                log.undoLast(workspace().group);
                return;
            } catch (CacheExhaustedException othersKeepAllFrames) {
                Thread.onSpinWait(); // the pool has waited for some seconds, and waits again
            }
        }
    }

    private void endUndo(UndoLog log) {
        try {
            while (true) {
                try {
                    log.end(workspace().group);
                    break;
                } catch (CacheExhaustedException othersKeepAllFrames) {
                    Thread.onSpinWait();
                }
            }
            store.transactions().rolledBack(log);
            undo = null;
        } catch (Throwable cause) {
            throw store.failure().fail("ending transaction " + id + " failed", cause);
        }
    }

    // ---- the end

    @Override
    public CommitTicket commit(Durability level) {
        store.failure().check();
        awaitedLevel = level;
        UndoLog log = undo;
        if (log == null) {
            // Reading is a promise too: what this transaction saw must be durable before it says so (rule D3).
            awaitedLsn = store.transactions().lastCommitLsn();
        } else {
            awaitedLsn = log.commit(workspace().group, store.transactions());
            undo = null;
            if (log.leftHistory()) {
                store.purge().wake();
            }
        }
        release();
        return this;
    }

    @Override
    public void await() {
        if (awaitedLsn != 0) { // 0: read only, and nothing was committed since the store was opened; recovery made the rest durable
            store.flushAtCommit().await(store.log(), awaitedLsn, awaitedLevel);
        }
    }

    private Frame pinExisting(long pageId) {
        Frame frame = store.pool().pin(store.spaces().pages(), pageId);
        if (!PageHeader.exists(frame.page())) {
            frame.unpin();
            throw new PageNotFoundException("page " + pageId + " does not exist: it was never created, or has been discarded");
        }
        return frame;
    }

    private Workspace workspace() {
        Workspace own = workspace;
        if (own == null) {
            throw new IllegalStateException("transaction " + id + " has ended");
        }
        return own;
    }

    private void release() {
        Workspace own = workspace();
        workspace = null;
        store.give(own);
    }
}
