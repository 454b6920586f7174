package dev.afterimage.innodbstyle;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.afterimage.memory.PageMemory;

/**
 * Memory for {@link PageCopy}s: as many pages as were ever open for writing, or by snapshots, at the same time. It comes on top of the cache. Safe for many threads, except {@link #close()}.
 */
final class PageCopies implements AutoCloseable {
    private final int pageSize;
    private final Queue<PageCopy> spare = new ConcurrentLinkedQueue<>();
    private final Queue<PageCopy> all = new ConcurrentLinkedQueue<>();

    PageCopies(int pageSize) {
        this.pageSize = pageSize;
    }

    /** A copy to fill, for one user. */
    PageCopy take(long pageId) {
        PageCopy copy = spare.poll();
        if (copy == null) {
            copy = new PageCopy(this, PageMemory.allocate(pageSize, 1));
            all.add(copy);
        }
        return copy.of(pageId);
    }

    void give(PageCopy copy) {
        spare.add(copy);
    }

    /** Lets go of the memory; nobody uses a copy any more. */
    @Override
    public void close() {
        all.forEach(PageCopy::free);
        all.clear();
    }
}
