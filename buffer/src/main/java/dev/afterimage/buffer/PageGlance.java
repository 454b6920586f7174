package dev.afterimage.buffer;

/**
 * Has the processor fetch pages that are about to be changed into its caches, many at a time, so that waits for memory overlap.
 *
 * <pre>{@code
 * for (each change) {
 *     glance.add(number, offset, length);
 * }
 * glance.look();
 * for (each change) {
 *     ...pin, latch, change, unlatch, unpin...
 * }
 * }</pre>
 *
 * <p>Every pin and latch is an atomic operation, and the processor begins no later load before it is done; so going from page to page, each cache miss is waited for by itself. Here the same memory is only read, without any
 * atomic operation, in steps that do not depend on each other: first the frames, then the pages' headers, then the bytes to be changed (group prefetching: Chen, Ailamaki, Gibbons and Mowry, <i>Improving Hash Join Performance through
 * Prefetching</i>, ICDE 2004).
 *
 * <p>A hint, and nothing else: it pins nothing, counts as no use of a page, and a page that is not resident is passed over. A frame may be given to another page meanwhile; what is read there means nothing to anybody. One thread, and the
 * pool must be open all the while.
 */
public final class PageGlance {
    /** More than this at once would drive each other out of the nearest caches. */
    private static final int MOST = 256;

    private final BufferPool pool;
    private final PageSpace space;
    private final Frame[] frames = new Frame[MOST];
    private final int[] firsts = new int[MOST];
    private final int[] lasts = new int[MOST];
    private int count;
    /** Where what was read goes, lest the compiler leave the reading out. */
    private long seen;

    /** For pages of one space. */
    public PageGlance(BufferPool pool, PageSpace space) {
        this.pool = pool;
        this.space = space;
    }

    /**
     * A page is about to be changed.
     *
     * @param offset first byte to be changed, in {@link Frame#usable()}; any number: what lies outside is passed over
     * @param length bytes to be changed there; 0 where only the header is known to be needed
     */
    public void add(long number, int offset, int length) {
        if (count == MOST) {
            look();
        }
        Frame frame = pool.glance(space, number);
        if (frame != null) {
            boolean inside = offset >= 0 && length > 0 && length <= frame.usable().length() - offset;
            frames[count] = frame;
            firsts[count] = inside ? offset : 0;
            lasts[count] = inside ? offset + length - 1 : 0;
            count++;
        }
    }

    /** Fetches all that were added since the last time. */
    public void look() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += frames[i].touchHeader();
        }
        for (int i = 0; i < count; i++) {
            sum += frames[i].touchBytes(firsts[i], lasts[i]);
        }
        seen += sum;
        count = 0;
    }
}
