package dev.afterimage.buffer;

import org.jspecify.annotations.Nullable;

/** A page on its way into memory: made by the first that misses it, found by the others that want it. Guarded by the lock of its stripe of the page table. */
final class PageLoad {
    final long key;
    final PageSpace space;
    final long number;
    /** Whether the page is made anew, whatever is on the disk. */
    final boolean makes;

    int waiting;
    boolean done;
    @Nullable Frame frame;
    @Nullable Throwable failure;
    @Nullable PageLoad next;

    PageLoad(long key, PageSpace space, long number, boolean makes) {
        this.key = key;
        this.space = space;
        this.number = number;
        this.makes = makes;
    }

    /** Throws what the load failed with; the same object for all that waited. */
    void rethrow() {
        if (failure instanceof RuntimeException) {
            throw (RuntimeException) failure;
        }
        if (failure instanceof Error) {
            throw (Error) failure;
        }
        throw new IllegalStateException(failure);
    }
}
