package dev.afterimage.postgresstyle;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategyTransaction;

/**
 * A transaction works on private copies of the pages it writes, and nobody hears of them before its commit; so a rollback, or a crash, has nothing to undo.
 *
 * <p>It is its own ticket. Once the engine gives it back it becomes another one ({@link #again}). Everything else comes from a {@link WriteSet}, which goes on to the next transaction when this one ends.
 */
final class PostgresStyleTransaction implements StrategyTransaction, CommitTicket {
    private final OpenStore store;
    private long id;
    private @Nullable WriteSet writeSet;
    /** Once committed: what the ticket stands for. */
    private long awaitedLsn;
    private Durability awaitedLevel = Durability.RELAXED;

    PostgresStyleTransaction(OpenStore store, long id) {
        this.store = store;
        this.id = id;
        this.writeSet = store.writeSets().take();
    }

    /** Becomes another transaction of the same store; it has ended, and nobody refers to it. */
    PostgresStyleTransaction again(long transactionId) {
        assert writeSet == null : "transaction " + id + " is not over";
        id = transactionId;
        awaitedLsn = 0;
        writeSet = store.writeSets().take();
        return this;
    }

    boolean isOf(OpenStore someStore) {
        return store == someStore;
    }

    @Override
    public PageAccess read(long pageId) {
        WriteSet writes = writes();
        Frame frame = writes.pages.pin(pageId);
        if (frame == null) {
            return writes.takeAccess().open(pageId, pinHome(writes, pageId), null);
        }
        PrivateVersion version = (PrivateVersion) Objects.requireNonNull(writes.pages.attachment(pageId), "a version without notes");
        return writes.takeAccess().open(pageId, frame, version);
    }

    @Override
    public PageAccess write(long pageId) {
        WriteSet writes = writes();
        Frame frame = writes.pages.pinForWrite(pageId);
        if (frame == null) {
            return copyFromHome(writes, pageId);
        }
        PrivateVersion version = (PrivateVersion) writes.pages.attachment(pageId);
        if (version == null) {
            // The private page is older than the last savepoint and has just been copied, so that rolling back to the savepoint finds the old one.
            PrivateVersion older = (PrivateVersion) Objects.requireNonNull(writes.pages.olderAttachment(pageId), "a version without notes");
            version = writes.newVersion().copyOf(older);
            writes.pages.attach(pageId, version);
        }
        return writes.takeAccess().open(pageId, frame, version);
    }

    @Override
    public PageAccess create(long pageId) {
        WriteSet writes = writes();
        // The home's room first: a commit must find it, and redo must find it even on a full disk (rule F2).
        store.reservation().reserve(pageId);
        PrivateVersion version = writes.newVersion().created();
        Frame frame = writes.pages.add(pageId);
        writes.pages.attach(pageId, version);
        frame.latchExclusive();
        try {
            PageHeader.setExists(frame.page(), true);
            frame.markDirty(Frame.NO_RECOVERY_LSN);
        } finally {
            frame.unlatchExclusive();
        }
        return writes.takeAccess().open(pageId, frame, version);
    }

    @Override
    public void discard(long pageId) {
        WriteSet writes = writes();
        if (!writes.pages.contains(pageId)) {
            pinHome(writes, pageId).unpin(); // throws where there is no such page
        } else if (writes.pages.isDiscarded(pageId)) {
            throw notFound(pageId);
        }
        writes.pages.discard(pageId);
    }

    @Override
    public void changed(PageAccess access, PageChange change) {
        FrameAccess open = (FrameAccess) access;
        Frame frame = open.frame();
        int limit = frame.usable().length() / 2;
        for (int range = 0; range < change.ranges(); range++) {
            open.version().changed(change.offset(range), change.length(range), limit);
        }
        // The bytes were changed without the latch: a copy that was spilled meanwhile may be half old. Marking the frame afterwards has it spilled
        // again before it can be evicted, for it is pinned until the access is closed.
        frame.markChangedByOwner();
    }

    @Override
    public long mark() {
        return writes().pages.mark();
    }

    @Override
    public void rollbackTo(long mark) {
        writes().pages.rollbackTo(mark);
    }

    @Override
    public CommitTicket commit(Durability level) {
        WriteSet writes = writes();
        awaitedLevel = level;
        // Reading is a promise too: what this transaction saw must be durable before it says so (rule D3).
        awaitedLsn = writes.pages.isEmpty() ? store.commits().lastCommitLsn() : store.commits().commit(id, writes);
        release(writes);
        return this;
    }

    @Override
    public void rollback() {
        release(writes());
    }

    @Override
    public void await() {
        store.await(awaitedLsn, awaitedLevel);
    }

    private PageAccess copyFromHome(WriteSet writes, long pageId) {
        Frame home = pinHome(writes, pageId);
        boolean stays = false;
        try {
            PrivateVersion version = writes.newVersion();
            Frame frame = writes.pages.addToOverwrite(pageId, version);
            OffHeapBytes page = frame.page();
            // Nobody changes the home page meanwhile: only commits do, and the engine's lock keeps theirs away. Its header comes along: the page LSN is what
            // the change will build on, and the image LSN tells the commit whether to log an image.
            stays = writes.keepPinned(home);
            if (stays) {
                home.page().copyTo(0, page, 0, PageHeader.BYTES);
                version.copyWhereTouched(home);
            } else {
                home.page().copyTo(0, page, 0, page.length());
            }
            frame.markChangedByOwner();
            return writes.takeAccess().open(pageId, frame, version);
        } finally {
            if (!stays) {
                home.unpin();
            }
        }
    }

    /** Pins the home page of a page that this transaction neither wrote nor discarded. */
    private Frame pinHome(WriteSet writes, long pageId) {
        if (writes.pages.isDiscarded(pageId)) {
            throw notFound(pageId);
        }
        BufferPool pool = store.pool();
        Frame frame = pool.pin(store.homeSpace(), pageId);
        if (!PageHeader.exists(frame.page())) {
            frame.unpin();
            throw notFound(pageId);
        }
        return frame;
    }

    private static PageNotFoundException notFound(long pageId) {
        return new PageNotFoundException("page " + pageId + " does not exist: it was never created, or has been discarded");
    }

    private WriteSet writes() {
        WriteSet writes = writeSet;
        if (writes == null) {
            throw new IllegalStateException("transaction " + id + " has ended");
        }
        return writes;
    }

    private void release(WriteSet writes) {
        writeSet = null;
        writes.clear();
        store.writeSets().give(writes);
    }
}
