package dev.afterimage.shadowpaging;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PrivatePages;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategyTransaction;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** A transaction: its own versions of pages, each in a fresh slot that no root reaches, over what is committed. */
final class ShadowTransaction implements StrategyTransaction {
    private final Flips flips;
    private final CommittedPages committed;
    private final ShadowParts parts;
    private final PrivatePages own;
    private final PageTable.Entry entry = new PageTable.Entry();
    private final ArrayDeque<ShadowPage> idle = new ArrayDeque<>(4);
    private final LongList pageIds = new LongList();
    private final LongList places = new LongList();
    private final LongList scratch = new LongList();

    ShadowTransaction(Flips flips, ShadowParts parts) {
        this.flips = flips;
        committed = flips.committed();
        this.parts = parts;
        own = new PrivatePages(parts.pool(), parts.space(), parts.slots());
    }

    @Override
    public PageAccess read(long pageId) {
        flips.checkUsable();
        Frame frame = own.pin(pageId);
        if (frame == null) {
            frame = pinCommitted(pageId);
        }
        return access().open(pageId, frame, false);
    }

    @Override
    public PageAccess write(long pageId) {
        flips.checkUsable();
        Frame frame = own.pinForWrite(pageId);
        if (frame == null) {
            frame = copyCommitted(pageId);
        }
        return access().open(pageId, frame, true);
    }

    @Override
    public PageAccess create(long pageId) {
        flips.checkUsable();
        if (pageId < 0) {
            throw new IllegalArgumentException("pageId: expected at least 0, found " + pageId);
        }
        assert own.contains(pageId) ? own.isDiscarded(pageId) : !committed.exists(pageId, entry) : "page " + pageId + " exists already";
        return access().open(pageId, own.add(pageId), true);
    }

    @Override
    public void discard(long pageId) {
        flips.checkUsable();
        boolean exists = own.contains(pageId) ? !own.isDiscarded(pageId) : pageId >= 0 && committed.exists(pageId, entry);
        if (!exists) {
            throw notFound(pageId);
        }
        own.discard(pageId);
    }

    /** Nothing to do: the whole page is written anyway. */
    @Override
    public void changed(PageAccess access, PageChange change) {
    }

    @Override
    public long mark() {
        return own.mark();
    }

    @Override
    public void rollbackTo(long mark) {
        own.rollbackTo(mark);
    }

    /**
     * Commits. {@link Durability#PROCESS_SAFE} is given as {@link Durability#POWER_SAFE}: without a log there is no cheaper safe way. A root that was merely handed to the operating
     * system, and its pages too, may reach the disk before them, and would lead a power loss within the window to a tree that is not there.
     */
    @Override
    public CommitTicket commit(Durability level) {
        flips.checkUsable();
        CommitBatch batch = own.isEmpty() ? flips.newestUndurable() : commitOwn(level);
        return batch == null || level == Durability.RELAXED ? CommitTicket.DONE : batch;
    }

    @Override
    public void rollback() {
        own.clear();
    }

    private CommitBatch commitOwn(Durability level) {
        try {
            PrivatePages.Cursor cursor = own.inPageOrder();
            while (cursor.next()) {
                pageIds.add(cursor.pageId());
                places.add(cursor.isDiscarded() ? PageOverlay.DISCARDED : cursor.slot());
            }
            if (level != Durability.RELAXED && flips.isWritingAheadWorthwhile()) {
                writeAhead();
            }
            CommitBatch batch = flips.commit(pageIds, places, scratch);
            try {
                own.clearKeepingFinal();
                return batch;
            } catch (RuntimeException | Error afterTheLine) {
                throw flips.fail(afterTheLine);
            }
        } finally {
            pageIds.clear();
            places.clear();
            scratch.clear();
        }
    }

    /** Writes what the flip would write, while another flip is on its way; nobody but this transaction reaches these slots yet. */
    private void writeAhead() {
        SlotRun run = parts.takeRun();
        if (run == null) {
            return; // enough of others do so
        }
        try {
            for (int i = 0; i < places.size(); i++) {
                if (places.get(i) >= 0) {
                    scratch.add(places.get(i));
                }
            }
            scratch.sort();
            run.writeAll(scratch);
        } finally {
            scratch.clear();
            parts.giveRun(run);
        }
    }

    private Frame copyCommitted(long pageId) {
        Frame source = pinCommitted(pageId);
        try {
            Frame copy = own.addToOverwriteAtOnce(pageId);
            if (copy != null) {
                source.page().copyTo(0, copy.page(), 0, copy.page().length());
                copy.markChangedByOwner();
                return copy;
            }
        } finally {
            source.unpin();
        }
        return copyByWayOfBuffer(pageId);
    }

    /** One page is pinned at a time: threads that hold one and wait for another could exhaust a small pool. */
    private Frame copyByWayOfBuffer(long pageId) {
        ByteBuffer bytes = parts.copies().take();
        try {
            Frame source = pinCommitted(pageId);
            try {
                source.page().get(0, bytes);
            } finally {
                source.unpin();
            }
            Frame copy = own.addToOverwrite(pageId, null);
            copy.page().put(0, bytes.flip());
            copy.markChangedByOwner();
            return copy;
        } finally {
            parts.copies().give(bytes);
        }
    }

    private Frame pinCommitted(long pageId) {
        if (pageId >= 0 && !own.isDiscarded(pageId)) {
            Frame frame = committed.pin(pageId, entry);
            if (frame != null) {
                return frame;
            }
        }
        throw notFound(pageId);
    }

    private ShadowPage access() {
        ShadowPage page = idle.poll();
        return page == null ? new ShadowPage(idle) : page;
    }

    private static PageNotFoundException notFound(long pageId) {
        return new PageNotFoundException("page " + pageId + " does not exist: it was never allocated, or was freed");
    }
}
