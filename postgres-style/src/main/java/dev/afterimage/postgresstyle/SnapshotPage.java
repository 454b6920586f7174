package dev.afterimage.postgresstyle;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;

/** A page in the hands of a snapshot: a copy of its home, which commits may overwrite meanwhile, or a kept version, which nobody changes. Reused; one thread at a time. */
final class SnapshotPage implements PageAccess {
    private final Snapshots owner;
    private final PageMemory memory;
    private final OffHeapBytes usable;
    private long pageId;
    private @Nullable Frame kept;

    SnapshotPage(Snapshots owner, int pageSize) {
        this.owner = owner;
        this.memory = PageMemory.allocate(pageSize, 1);
        this.usable = memory.page(0).window(PageHeader.BYTES, pageSize - PageHeader.BYTES);
    }

    /** The whole of its own memory. */
    OffHeapBytes copy() {
        return memory.page(0);
    }

    /** Opens it: the page is what its own memory holds. */
    SnapshotPage openCopy(long number) {
        pageId = number;
        return this;
    }

    /** Opens it: the page is in a pinned frame. */
    SnapshotPage openKept(long number, Frame version) {
        pageId = number;
        kept = version;
        return this;
    }

    @Override
    public long pageId() {
        return pageId;
    }

    @Override
    public PageBytes bytes() {
        Frame version = kept;
        return version == null ? usable : version.usable();
    }

    @Override
    public void close() {
        Frame version = kept;
        if (version != null) {
            kept = null;
            version.unpin();
        }
        owner.givePage(this);
    }

    /** Lets go of the memory. */
    void free() {
        memory.close();
    }
}
