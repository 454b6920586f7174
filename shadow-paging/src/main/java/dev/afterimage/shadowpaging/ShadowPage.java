package dev.afterimage.shadowpaging;

import dev.afterimage.buffer.Frame;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A page held by a transaction or a snapshot; reused by it.
 *
 * <p>A writer changes its private slot's frame without the frame's latch: nobody else reads that slot before commit, so it does not matter if the pool, short of frames, writes it half changed.
 * It matters that it is written again then, which is what closing sees to ({@link Frame#markChangedByOwner}).
 */
final class ShadowPage implements PageAccess {
    private final Deque<ShadowPage> idle;
    private @Nullable Frame frame;
    private long pageId;
    private boolean writing;

    /** @param idle where it goes when it is closed */
    ShadowPage(Deque<ShadowPage> idle) {
        this.idle = idle;
    }

    ShadowPage open(long id, Frame pinned, boolean forWriting) {
        assert frame == null;
        pageId = id;
        frame = pinned;
        writing = forWriting;
        return this;
    }

    @Override
    public long pageId() {
        return pageId;
    }

    @Override
    public PageBytes bytes() {
        return held().page();
    }

    @Override
    public void close() {
        Frame held = held();
        frame = null;
        if (writing) {
            held.markChangedByOwner();
        }
        held.unpin();
        idle.push(this);
    }

    private Frame held() {
        Frame held = frame;
        if (held == null) {
            throw new IllegalStateException("this page access is closed");
        }
        return held;
    }
}
