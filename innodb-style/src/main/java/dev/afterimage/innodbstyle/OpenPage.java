package dev.afterimage.innodbstyle;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.Frame;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;

/**
 * A page in the hands of the engine; reused.
 *
 * <p><b>Invariant: a shared page never holds a byte that no mini-transaction speaks of.</b> A reader looks at the shared frame. A writer gets a private copy, and {@code changed} brings what it changed to the
 * frame under a mini-transaction, with the frame's latch held for just so long. So no latch is ever held while an application thinks, and neither the page cleaner nor a snapshot waits for one.
 */
final class OpenPage implements PageAccess {
    private final Workspace owner;
    private @Nullable Frame frame;
    private @Nullable PageCopy copy;
    private boolean writing;

    OpenPage(Workspace owner) {
        this.owner = owner;
    }

    /** Takes over a pin, to read. */
    OpenPage read(Frame pinned) {
        assert frame == null && copy == null;
        frame = pinned;
        writing = false;
        return this;
    }

    /** Takes over a use of the copy that somebody writes to, to read. */
    OpenPage read(PageCopy used) {
        assert frame == null && copy == null;
        copy = used;
        writing = false;
        return this;
    }

    /** Takes over a pin and a use of a copy, to write. */
    OpenPage write(Frame pinned, PageCopy used) {
        assert frame == null && copy == null;
        frame = pinned;
        copy = used;
        writing = true;
        owner.beginsWriting(used);
        return this;
    }

    @Override
    public long pageId() {
        PageCopy own = copy;
        return own != null ? own.pageId() : frame().number();
    }

    @Override
    public PageBytes bytes() {
        PageCopy own = copy;
        return own != null ? own.usable() : frame().usable();
    }

    /** The shared frame. */
    Frame frame() {
        return Objects.requireNonNull(frame, "the access is closed");
    }

    @Override
    public void close() {
        Frame pinned = frame;
        PageCopy used = copy;
        frame = null;
        copy = null;
        if (used != null) {
            if (writing) {
                owner.endsWriting(used);
                used.endsWriting();
            }
            used.letGo();
        }
        if (pinned != null) {
            pinned.unpin();
        }
        owner.giveAccess(this);
    }
}
