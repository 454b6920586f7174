package dev.afterimage.aries;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.DoublewriteBuffer;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/**
 * What guards the home pages, from the files' point of view: under {@link TornPages#DOUBLEWRITE} a doublewrite buffer, otherwise nothing.
 *
 * <p>A store may be opened with another guard than it was written with. <b>Until the control file says otherwise, the former guard is at work, restart's own writes included</b>: a crash in the midst of restart is
 * followed by a restart that trusts it. When restart is done, all homes are durable and nothing is under way; the control file names the new guard, and only then does it begin. The area of a
 * guard to come is made before; that of one that is gone is deleted after. What such a file holds when the control file does not name it means nothing.
 */
final class TornPageGuard implements AutoCloseable {
    /** The doublewrite area. */
    static final String FILE = "doublewrite";

    private static final int PAGES_SPACE = 0;

    private final Disk disk;
    private final boolean inUse;
    private @Nullable DoublewriteBuffer now;
    private @Nullable DoublewriteBuffer next;

    private TornPageGuard(Disk disk, @Nullable DoublewriteBuffer now, @Nullable DoublewriteBuffer next) {
        this.disk = disk;
        this.inUse = now != null;
        this.now = now;
        this.next = next;
    }

    /** Of a store in the making. The name of its file is the caller's to sync. */
    static TornPageGuard create(StrategyContext context, AriesOptions options, FailureLatch failure) {
        DoublewriteBuffer made = options.tornPages() == TornPages.DOUBLEWRITE ? make(context, options, failure) : null;
        return new TornPageGuard(context.disk(), made, made);
    }

    /**
     * Of a store that is there.
     *
     * @param was what guarded it until now
     * @throws StoreDamagedException if its file is missing
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no room for the area of another guard than there was
     */
    static TornPageGuard open(StrategyContext context, TornPages was, AriesOptions options, FailureLatch failure) {
        DoublewriteBuffer former = was == TornPages.DOUBLEWRITE ? find(context, failure) : null;
        if (options.tornPages() != TornPages.DOUBLEWRITE) {
            return new TornPageGuard(context.disk(), former, null);
        }
        if (former != null) {
            return new TornPageGuard(context.disk(), former, former);
        }
        DoublewriteBuffer made = make(context, options, failure);
        try {
            context.disk().syncNames();
        } catch (Throwable t) {
            made.close();
            throw t;
        }
        return new TornPageGuard(context.disk(), null, made);
    }

    private static DoublewriteBuffer make(StrategyContext context, AriesOptions options, FailureLatch failure) {
        Disk disk = context.disk();
        if (disk.exists(FILE)) {
            disk.delete(FILE);
        }
        return orClosed(disk.create(FILE), area -> DoublewriteBuffer.create(area, options.doublewriteBytes(), context.pageSize(), context.storeId(), failure));
    }

    private static DoublewriteBuffer find(StrategyContext context, FailureLatch failure) {
        if (!context.disk().exists(FILE)) {
            throw new StoreDamagedException("file " + FILE + " of the store is missing on " + context.disk().description());
        }
        return orClosed(context.disk().open(FILE), area -> DoublewriteBuffer.open(area, context.pageSize(), context.storeId(), failure));
    }

    /** The buffer in a file; if there is none, the file is closed again. */
    private static DoublewriteBuffer orClosed(DiskFile area, Function<DiskFile, DoublewriteBuffer> opening) {
        try {
            return opening.apply(area);
        } catch (Throwable t) {
            area.close();
            throw t;
        }
    }

    /** Takes the homes under the guard that the store was written with. */
    void begin(HomePages homes) {
        DoublewriteBuffer buffer = now;
        if (buffer != null) {
            buffer.guard(PAGES_SPACE, homes);
        }
    }

    /** Whether homes have to be repaired before redo looks at them. */
    boolean isRepairing() {
        return inUse;
    }

    /** Makes torn homes whole, durably; returns how many. */
    long repair() {
        DoublewriteBuffer buffer = now;
        return buffer == null ? 0 : buffer.repair();
    }

    /** The control file names the guard to come: it takes over. All homes are durable. */
    void takeOver(HomePages homes) {
        DoublewriteBuffer former = now;
        DoublewriteBuffer coming = next;
        if (former != coming) {
            if (former != null) {
                former.release();
                former.close();
            }
            if (coming != null) {
                coming.guard(PAGES_SPACE, homes);
            }
            now = coming;
        }
        if (coming == null && disk.exists(FILE)) {
            disk.delete(FILE); // its return after a crash would do no harm, so nobody waits for it
        }
    }

    /** Bytes of copies written. */
    long bytesWritten() {
        DoublewriteBuffer buffer = now;
        return buffer == null ? 0 : buffer.bytesWritten();
    }

    /** Homes written, if they go through the area; otherwise as many as the pool wrote. */
    long pagesWritten(long byThePool) {
        DoublewriteBuffer buffer = now;
        return buffer == null ? byThePool : buffer.pagesWritten();
    }

    @Override
    public void close() {
        DoublewriteBuffer buffer = now;
        DoublewriteBuffer coming = next;
        if (buffer != null) {
            buffer.close();
        }
        if (coming != null && coming != buffer) {
            coming.close();
        }
    }
}
