package dev.afterimage.innodbstyle;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;

/**
 * A private copy of a page: what a writer writes to, or what a snapshot sees. Given back to its {@link PageCopies} when its last user lets go. One thread.
 */
final class PageCopy {
    private final PageCopies owner;
    private final PageMemory memory;
    private final OffHeapBytes page;
    private final OffHeapBytes usable;
    private long pageId;
    private int users;

    PageCopy(PageCopies owner, PageMemory memory) {
        this.owner = owner;
        this.memory = memory;
        this.page = memory.page(0);
        this.usable = page.window(VersionHeader.BYTES, page.length() - VersionHeader.BYTES);
    }

    /** Becomes that page, with one user; its bytes are still the caller's to copy. */
    PageCopy of(long number) {
        assert users == 0;
        pageId = number;
        users = 1;
        return this;
    }

    long pageId() {
        return pageId;
    }

    /** The whole page. */
    OffHeapBytes page() {
        return page;
    }

    /** What the engine gets. */
    OffHeapBytes usable() {
        return usable;
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
