package dev.afterimage.buffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.SyncFailedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A guard against torn pages: every page is written, and synced, to a second place before its home is overwritten. A crash can then tear the copy or the home, never both.
 *
 * <pre>{@code
 * HomePages pages = new HomePages(pagesFile, pageSize, storeId, barrier);
 * DoublewriteBuffer doublewrite = DoublewriteBuffer.open(areaFile, pageSize, storeId, failure);
 * doublewrite.guard(0, pages);             // from here on, what is written to these homes goes through the area
 * long repaired = doublewrite.repair();    // before redo looks at any page
 * ...
 * pages.write(7, page);                    // joins a batch
 * pages.sync();                            // the batch goes to the area and home; everything written before is durable at home
 * }</pre>
 *
 * <p>The scheme is InnoDB's, in the shape it has since MySQL 8.0.20: files of its own, batches, one sync for each. A page that is written joins the batch in memory and is read
 * from there while it waits. A batch goes out when there is no room in it, or at a {@link HomePages#sync()}:
 *
 * <pre>
 *   1  sync the homes that the batch before went to       its copies have served: their region may be overwritten (D2)
 *   2  wait for the log, up to the newest change           (rule W2: a copy may become the page, so it counts as the page)
 *   3  write the batch to its region of the area, sync     one large write for all its pages (D1: without this sync a crash may tear both)
 *   4  write the pages home, in page order                 not synced: step 1 of the next batch does, or whoever calls sync()
 * </pre>
 *
 * <p>So a page costs two syncs divided by the pages of a batch, evicted alone or with others. While a batch is on its way, the next one fills; who finds both full waits.
 *
 * <p><b>The two regions take turns</b>, and 1 comes before 3. Hence there is never more than one region whose copies may still be needed: that of the newest batch that is in
 * the area as a whole. The other region is free for the next batch, be it that of a {@link #repair()}.
 *
 * <p>Room for the area is taken when it is made, and never again (rule F2). A failed sync, of the area or of a home, is final (rule F1). After another error pages stay in the
 * batch, readable, and the next one that comes tries again; nothing is lost by it but by a crash, after which redo has them.
 *
 * <p>Safe for many threads, except where a method says otherwise. Lock order: {@code sending}, then {@code entering}; input and output only under the former.
 */
public final class DoublewriteBuffer implements AutoCloseable {
    /** Fewest pages of a batch. */
    public static final int BATCH_PAGES_MIN = 2;

    private static final int REGIONS = 2;

    private final DiskFile area;
    private final int pageSize;
    private final long storeId;
    private final FailureLatch failure;
    private final int slots;

    /** Held for as long as it takes to copy a page. */
    private final ReentrantLock entering = new ReentrantLock();
    /** Held while a batch goes out, and while homes are synced. */
    private final ReentrantLock sending = new ReentrantLock();

    /** Under {@code entering}: takes pages in. */
    private DoublewriteBatch filling;
    /** Changed under both locks, written out under {@code sending}: empty, or on its way. */
    private DoublewriteBatch leaving;

    // Under sending.
    private @Nullable HomePages[] homes = new HomePages[1];
    private boolean[] homesInDoubt = new boolean[1];
    private long lastBatch;
    private long pagesWritten;
    private volatile long bytesWritten;

    private DoublewriteBuffer(DiskFile area, int pageSize, long storeId, FailureLatch failure, int slots) {
        this.area = area;
        this.pageSize = pageSize;
        this.storeId = storeId;
        this.failure = failure;
        this.slots = slots;
        this.filling = new DoublewriteBatch(pageSize, slots);
        this.leaving = new DoublewriteBatch(pageSize, slots);
    }

    /**
     * The least that an area may measure.
     *
     * @param pageSize bytes of a page
     */
    public static long areaBytesMin(int pageSize) {
        return (long) REGIONS * BATCH_PAGES_MIN * DoublewriteSlot.bytes(pageSize);
    }

    /**
     * Makes an empty area in an empty file, with room for good, and makes it durable. The file's name is the caller's to sync.
     *
     * @param area where the copies live; closed with this
     * @param areaBytes most bytes that it may take, at least {@link #areaBytesMin}
     * @param pageSize bytes of a page
     * @param storeId goes into every copy
     * @param failure told of a failed sync
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no room
     */
    public static DoublewriteBuffer create(DiskFile area, long areaBytes, int pageSize, long storeId, FailureLatch failure) {
        int slots = slots(areaBytes, pageSize);
        if (slots < BATCH_PAGES_MIN) {
            throw new IllegalArgumentException("areaBytes: expected at least " + areaBytesMin(pageSize) + ", found " + areaBytes);
        }
        if (area.size() != 0) {
            throw new IllegalArgumentException("file " + area.name() + ": expected an empty file, found " + area.size() + " bytes");
        }
        area.preallocate((long) REGIONS * slots * DoublewriteSlot.bytes(pageSize));
        area.sync();
        return new DoublewriteBuffer(area, pageSize, storeId, failure, slots);
    }

    /**
     * Opens an area that {@link #create} made. Unless the store was closed in good order, {@link #guard} all homes and then call {@link #repair()}, before anything else.
     *
     * @throws StoreDamagedException if the file is too short to be one
     */
    public static DoublewriteBuffer open(DiskFile area, int pageSize, long storeId, FailureLatch failure) {
        int slots = slots(area.size(), pageSize);
        if (slots < BATCH_PAGES_MIN) {
            throw new StoreDamagedException("file " + area.name() + ": expected at least " + areaBytesMin(pageSize) + " bytes, found " + area.size()
                    + "; restore the store from a backup");
        }
        throw new UnsupportedOperationException("to come");
    }

    private static int slots(long areaBytes, int pageSize) {
        return Math.toIntExact(areaBytes / REGIONS / DoublewriteSlot.bytes(pageSize));
    }

    /**
     * Takes a home file under guard: what is written to it from now on goes through the area. For one thread, before the homes are used.
     *
     * @param space a number for the file, 0 or a little more, always the same for the same file: it goes into every copy
     */
    public void guard(int space, HomePages guarded) {
        throw new UnsupportedOperationException("to come");
    }

    /**
     * Sends home what waits, makes it durable, and lets all home files out of guard: from now on they are written directly. For one thread, while nobody else writes.
     */
    public void release() {
        throw new UnsupportedOperationException("to come");
    }

    /**
     * Makes torn homes whole, and makes sure of those that may not be durable. Durable when it returns; may be cut short by a crash, and done again, any number of times. For
     * one thread, after all homes are under guard and before they are used.
     *
     * @return homes that were torn, or missing, and now are what their copies say
     */
    public long repair() {
        throw new UnsupportedOperationException("to come");
    }

    /** Bytes written to the area so far. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Pages of a batch. */
    public int batchPages() {
        return slots;
    }

    /** Closes the file. Writes nothing: pages that wait are lost, as those in memory are. */
    @Override
    public void close() {
        area.close();
    }
}
