package dev.afterimage.aries;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.Frame;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;

/**
 * A pinned frame in the hands of the engine; reused.
 *
 * <p><b>Invariant: a page never goes home with bytes that no log record speaks of.</b> A writer gets the shared frame itself (steal), and holds its latch exclusively from opening to closing; a
 * write-back holds it shared. In between, {@code changed} has logged what was changed and stamped the page, or the engine has put the bytes back. Nobody waits long for such a latch: the engine's page
 * lock keeps other transactions away, and the page cleaner and eviction pass over latched pages.
 */
final class FrameAccess implements PageAccess {
    private final Workspace owner;
    private @Nullable Frame frame;
    private boolean writing;

    FrameAccess(Workspace owner) {
        this.owner = owner;
    }

    /** Takes over a pin, and where it is for writing, the exclusive latch. */
    FrameAccess open(Frame pinned, boolean latched) {
        assert frame == null : "an access to " + frame + " is still open here";
        frame = pinned;
        writing = latched;
        return this;
    }

    @Override
    public long pageId() {
        return frame().number();
    }

    @Override
    public PageBytes bytes() {
        return frame().usable();
    }

    /** The frame. */
    Frame frame() {
        return Objects.requireNonNull(frame, "the access is closed");
    }

    @Override
    public void close() {
        Frame closing = frame();
        frame = null;
        if (writing) {
            closing.unlatchExclusive();
        }
        closing.unpin();
        owner.giveAccess(this);
    }
}
