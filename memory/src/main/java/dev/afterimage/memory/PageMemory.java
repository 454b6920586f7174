package dev.afterimage.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Many pages of one size in a few native allocations, zeroed.
 *
 * <pre>{@code
 * try (PageMemory memory = PageMemory.allocate(8192, 1024)) {
 *     memory.page(0).putInt(0, 42);
 * }
 * }</pre>
 *
 * <p>All memory is allocated and zeroed at once, so that after {@link #allocate} no page access can fail for lack of memory; zeroing costs
 * about 0.4 seconds per GiB. Safe for many threads, except {@link #close()}, which must not run while another thread uses a page: the memory under it would be gone.
 */
public final class PageMemory implements AutoCloseable {
    /** Bytes of one allocation, unless a single page is larger. */
    static final int SLAB_BYTES = 4 << 20;

    /** The largest page. */
    public static final int MAX_PAGE_SIZE = 1 << 20;

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(PageMemory.class, "closed", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final int pageSize;
    private final Slab[] slabs;
    private final OffHeapBytes[] pages;
    private volatile boolean closed;

    private PageMemory(int pageSize, int count) {
        this.pageSize = pageSize;
        int pagesPerSlab = SLAB_BYTES / pageSize;
        pages = new OffHeapBytes[count];
        slabs = new Slab[(count + pagesPerSlab - 1) / pagesPerSlab];
        String owner = "PageMemory of " + count + " pages of " + pageSize + " bytes";
        try {
            for (int s = 0; s < slabs.length; s++) {
                int first = s * pagesPerSlab;
                int pagesHere = Math.min(pagesPerSlab, count - first);
                slabs[s] = new Slab(pagesHere * pageSize, owner);
                for (int p = 0; p < pagesHere; p++) {
                    pages[first + p] = new OffHeapBytes(slabs[s], p * pageSize, pageSize);
                }
            }
        } catch (Throwable notEnough) {
            releaseAll();
            throw notEnough;
        }
    }

    /**
     * Allocates pages, all zero.
     *
     * @param pageSize bytes per page: 8 to {@link #MAX_PAGE_SIZE}, a multiple of 8
     * @param count pages, at least 0
     * @throws OutOfMemoryError if the machine has not that much memory; nothing is left allocated
     */
    public static PageMemory allocate(int pageSize, int count) {
        if (pageSize < 8 || pageSize > MAX_PAGE_SIZE || pageSize % 8 != 0) {
            throw new IllegalArgumentException("pageSize: expected a multiple of 8 from 8 to " + MAX_PAGE_SIZE + ", found " + pageSize);
        }
        if (count < 0) {
            throw new IllegalArgumentException("count: expected at least 0, found " + count);
        }
        return new PageMemory(pageSize, count);
    }

    /**
     * One whole page; the same object each time.
     *
     * @param index 0 to {@link #count()} (exclusive)
     * @throws IndexOutOfBoundsException for any other index
     * @throws IllegalStateException after {@link #close()}
     */
    public OffHeapBytes page(int index) {
        if (index < 0 || index >= pages.length) {
            throw new IndexOutOfBoundsException("page " + index + " is not among the " + pages.length + " pages of this memory");
        }
        if (closed) {
            throw slabs[0].released();
        }
        return pages[index];
    }

    /** Bytes per page. */
    public int pageSize() {
        return pageSize;
    }

    /** Number of pages. */
    public int count() {
        return pages.length;
    }

    /** Gives all memory back; from then on every window of it throws {@link IllegalStateException}. Closing twice is harmless. */
    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, false, true)) {
            releaseAll();
        }
    }

    private void releaseAll() {
        for (Slab slab : slabs) {
            if (slab != null) {
                slab.release();
            }
        }
    }

    @Override
    public String toString() {
        return "PageMemory[" + pages.length + " pages of " + pageSize + " bytes" + (closed ? ", closed]" : "]");
    }
}
