package dev.afterimage.innodbstyle;

import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PartialCopy;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.PageBytes;

/**
 * A private copy of a page: what a writer writes to, or what a snapshot sees. Given back to its {@link PageCopies} when its last user lets go. One thread.
 */
final class PageCopy {
    private final PageCopies owner;
    private final PageMemory memory;
    private final OffHeapBytes page;
    private final OffHeapBytes usable;
    private final PartialCopy partial;
    private long pageId;
    private int users;

    PageCopy(PageCopies owner, PageMemory memory) {
        this.owner = owner;
        this.memory = memory;
        this.page = memory.page(0);
        this.usable = page.window(VersionHeader.BYTES, page.length() - VersionHeader.BYTES);
        this.partial = new PartialCopy(usable.length());
        partial.into(usable, null);
    }

    /** Becomes that page, with one user; its bytes are still the caller's to copy. */
    PageCopy of(long number) {
        assert users == 0;
        pageId = number;
        users = 1;
        partial.beginComplete();
        return this;
    }

    /**
     * Becomes a copy of the usable part of a page that its writer keeps pinned, and that nobody else changes, made where it is touched: {@link #page()} is not to be looked at.
     */
    void copyWhereTouched(Frame home) {
        partial.begin(home.usable());
    }

    /** The writer lets go of the page: whoever else reads the copy has to find all of it here. */
    void endsWriting() {
        if (users > 1) {
            partial.complete();
        }
    }

    long pageId() {
        return pageId;
    }

    /** The whole page. */
    OffHeapBytes page() {
        return page;
    }

    /** What the engine gets. */
    PageBytes usable() {
        return partial.isComplete() ? usable : partial;
    }

    PageCopy use() {
        users++;
        return this;
    }

    void letGo() {
        assert users > 0;
        if (--users == 0) {
            owner.give(this);
        }
    }

    void free() {
        memory.close();
    }
}
