package dev.afterimage.postgresstyle;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.Frame;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;

/** A pinned frame in the hands of the engine; reused. */
final class FrameAccess implements PageAccess {
    private final WriteSet owner;
    private long pageId;
    private @Nullable Frame frame;
    private @Nullable PrivateVersion version;

    FrameAccess(WriteSet owner) {
        this.owner = owner;
    }

    /**
     * Opens it.
     *
     * @param ofVersion what is known of the private version in the frame; null for a home page, which is only read
     */
    FrameAccess open(long pageNumber, Frame pinned, @Nullable PrivateVersion ofVersion) {
        assert frame == null : "page " + pageId + " is still open here";
        pageId = pageNumber;
        frame = pinned;
        version = ofVersion;
        return this;
    }

    @Override
    public long pageId() {
        return pageId;
    }

    @Override
    public PageBytes bytes() {
        PrivateVersion ofVersion = version;
        return ofVersion == null ? frame().usable() : ofVersion.bytesIn(frame());
    }

    /** The frame. */
    Frame frame() {
        return Objects.requireNonNull(frame, "the access is closed");
    }

    /** What is known of the private version. */
    PrivateVersion version() {
        return Objects.requireNonNull(version, "the access is to a home page");
    }

    @Override
    public void close() {
        frame().unpin();
        frame = null;
        version = null;
        owner.giveAccess(this);
    }
}
