package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Dirty pages that their space writes back together, where {@link BufferPool#writeBack} would have it write one at a time.
 *
 * <pre>{@code
 * OffHeapBytes page = run.claim(space, 7);    // null if there is nothing to write
 * ... copy it; claim more; write the copies with one call ...
 * run.end(true);                              // only now may the pages leave memory
 * }</pre>
 *
 * <p>From {@link #claim} to {@link #end} a page stays resident, and can be pinned and read but not latched exclusively; nobody else writes it. So claim pages that nobody is about to latch, in rising order (who claims waits for
 * whoever writes the page, perhaps for another run), and do nothing in between that may wait for a frame of the pool. For one thread at a time.
 */
public final class FrameRun {
    private final BufferPool pool;
    private Frame[] frames = new Frame[8];
    private long[] changes = new long[8];
    private int size;

    /** An empty run. */
    public FrameRun(BufferPool pool) {
        this.pool = pool;
    }

    /** Claims a page if it is resident and dirty; its bytes stand still until {@link #end}. Null if it is not: then every change of it made before this call has been written, by whomever. */
    public @Nullable OffHeapBytes claim(PageSpace space, long number) {
        if (size == frames.length) {
            frames = Arrays.copyOf(frames, 2 * size);
            changes = Arrays.copyOf(changes, 2 * size);
        }
        Frame frame = pool.claimDirty(space, number);
        if (frame == null) {
            return null;
        }
        frames[size] = frame;
        changes[size] = frame.changes();
        size++;
        return frame.page();
    }

    /** Lets go of all that was claimed. @param written whether all of it was written; if not, it is as dirty as before */
    public void end(boolean written) {
        while (size > 0) {
            size--;
            pool.endClaim(frames[size], changes[size], written);
            frames[size] = null;
        }
    }
}
