package dev.afterimage.buffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.SyncFailedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
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
    private volatile long pagesWritten;
    private volatile long bytesWritten;
    /** What the area held when it was opened, in the memory of the two batches, until one of them is used. */
    private DoublewriteRegion @Nullable [] found;
    private volatile boolean used;

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
        DoublewriteBuffer opened = new DoublewriteBuffer(area, pageSize, storeId, failure, slots);
        DoublewriteRegion even = opened.read(0, opened.filling);
        DoublewriteRegion odd = opened.read(1, opened.leaving);
        opened.lastBatch = Math.max(even.newestBatch(), odd.newestBatch());
        opened.found = new DoublewriteRegion[] {even, odd};
        return opened;
    }

    private DoublewriteRegion read(int region, DoublewriteBatch into) {
        ByteBuffer image = into.image();
        area.read(image, regionPosition(region));
        while (image.hasRemaining()) {
            image.put((byte) 0);
        }
        return new DoublewriteRegion(image.clear(), slots, pageSize, regionPosition(region), storeId);
    }

    private long regionPosition(long batch) {
        return (batch & 1) * slots * DoublewriteSlot.bytes(pageSize);
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
        sending.lock();
        try {
            if (space >= homes.length) {
                homes = Arrays.copyOf(homes, space + 1);
                homesInDoubt = Arrays.copyOf(homesInDoubt, space + 1);
            }
            if (homes[space] != null) {
                throw new IllegalArgumentException("space " + space + " is file " + homes[space].name() + " already");
            }
            homes[space] = guarded;
            guarded.guardBy(this, space);
        } finally {
            sending.unlock();
        }
    }

    /**
     * Sends home what waits, makes it durable, and lets all home files out of guard: from now on they are written directly. For one thread, while nobody else writes.
     *
     * @throws SyncFailedException which is final
     */
    public void release() {
        sending.lock();
        try {
            sendAll();
            syncHomesInDoubt();
            for (HomePages guarded : homes) {
                if (guarded != null) {
                    guarded.guardBy(null, 0);
                }
            }
            Arrays.fill(homes, null);
        } finally {
            sending.unlock();
        }
    }

    /**
     * Makes torn homes whole, and makes sure of those that may not be durable. Durable when it returns; may be cut short by a crash, and done again, any number of times. For
     * one thread, after all homes are under guard and before they are used.
     *
     * <pre>
     *   1  the newest batch that is whole in the area makes a batch of its own: of each of its pages     a torn copy says nothing (D4), and a whole home stays, newer or not; after a failed
     *      the home, and where that is torn, or was never written, the copy                              sync a home may look whole that the device does not have
     *   2  it goes the ordinary way: to the other region, synced, home, synced                           what was found in the area may be only seen, and not durable, so no home is
     *                                                                                                    overwritten from there; and the copies found are let go only now (D5)
     * </pre>
     *
     * <p>A crash before the sync of the area leaves homes as they were, and the copies found; one after it finds the new copies. The other region held none that was needed, and where rot makes that untrue, what can be
     * restored from there is, first. Only the last batch of each region counts: older copies behind it are of pages whose homes have been synced, and may be older than those.
     *
     * @return homes that were torn, or missing, and now are what their copies say
     * @throws SyncFailedException which is final
     * @throws StoreDamagedException if a copy is of a file that is not under guard
     * @throws IllegalStateException if something has been written already
     */
    public long repair() {
        sending.lock();
        try {
            if (used) {
                throw new IllegalStateException("file " + area.name() + ": repair() comes before the first page is written, which takes the place of what the area held");
            }
            DoublewriteRegion[] regions = found;
            if (regions == null) {
                return 0; // just made
            }
            DoublewriteRepair repair = new DoublewriteRepair(regions, homes, pageSize);
            long repaired = repair.restoreFromOtherRegion(homesInDoubt);
            syncHomesInDoubt();
            int kept = repair.regionToKeep();
            int free = 1 - kept;
            if ((lastBatch + 1 & 1) != free) {
                lastBatch++; // a batch that did not get to the area as a whole; its region is taken again
            }
            // Both buffers hold what was read from the area; the one of the region to keep tells the pages, the other one takes them.
            DoublewriteBatch pages = free == 0 ? filling : leaving;
            repaired += repair.gather(pages);
            send(pages);
            syncHomesInDoubt();
            found = null;
            return repaired;
        } finally {
            sending.unlock();
        }
    }

    /**
     * Makes every home durable, and then forgets all copies: the area is as it was when it was made. So a {@link #repair()} brings back no page that was cut off a home file since. For one thread, while nobody else writes.
     *
     * @throws SyncFailedException which is final
     */
    public void forgetCopies() {
        sending.lock();
        try {
            sendAll();
            syncHomesInDoubt();
            long end = (long) REGIONS * slots * DoublewriteSlot.bytes(pageSize);
            for (long position = 0; position < end; position += pageSize) {
                area.write(ByteBuffer.allocate((int) Math.min(pageSize, end - position)), position);
            }
            try {
                area.syncData();
            } catch (SyncFailedException cause) {
                failure.failed(cause);
                throw cause;
            }
        } finally {
            sending.unlock();
        }
    }

    // ---- what home pages call

    /** Takes a page in; returns when it is in a batch. Its checksum is right. */
    void write(int space, long number, ByteBuffer page) {
        failure.check();
        while (!enter(space, number, page)) {
            sending.lock();
            try {
                // Somebody else may have made room meanwhile.
                if (isFull()) {
                    sendAll();
                }
            } finally {
                sending.unlock();
            }
        }
    }

    private boolean enter(int space, long number, ByteBuffer page) {
        entering.lock();
        try {
            used = true;
            return filling.put(space, number, page);
        } finally {
            entering.unlock();
        }
    }

    private boolean isFull() {
        entering.lock();
        try {
            return filling.isFull();
        } finally {
            entering.unlock();
        }
    }

    /** Copies the newest version of a page that is not at home yet to the target, which moves; false if it is at home. */
    boolean find(int space, long number, ByteBuffer target) {
        entering.lock();
        try {
            return filling.find(space, number, target) || leaving.find(space, number, target);
        } finally {
            entering.unlock();
        }
    }

    /** Makes every page of that home file durable that was written before this call. */
    void sync(int space) {
        sending.lock();
        try {
            sendAll();
            syncHome(space);
        } finally {
            sending.unlock();
        }
    }

    // ---- a batch on its way, under sending

    /** Everything that was written before this call goes home. */
    private void sendAll() {
        failure.check();
        if (!leaving.isEmpty()) {
            send(leaving); // an earlier attempt met an error
        }
        entering.lock();
        try {
            DoublewriteBatch empty = leaving;
            leaving = filling;
            filling = empty;
        } finally {
            entering.unlock();
        }
        send(leaving);
    }

    private void send(DoublewriteBatch batch) {
        if (batch.isEmpty()) {
            return;
        }
        if (!batch.isInArea()) {
            syncHomesInDoubt();
            if (used) {
                awaitLog(batch); // a repair need not: its copies were let out by the log before the crash, and now is no log to ask
            }
            writeToArea(batch);
        }
        for (int place = 0; place < batch.pages(); place++) {
            int space = batch.space(place);
            homesInDoubt[space] = true;
            homes(space).writeHome(batch.number(place), batch.page(place));
        }
        pagesWritten += batch.pages();
        entering.lock();
        try {
            batch.clear();
        } finally {
            entering.unlock();
        }
    }

    private void awaitLog(DoublewriteBatch batch) {
        for (int space = 0; space < homes.length; space++) {
            long highestLsn = batch.highestLsn(space);
            if (highestLsn > 0) {
                homes(space).awaitBarrier(highestLsn);
            }
        }
    }

    private void writeToArea(DoublewriteBatch batch) {
        long position = regionPosition(lastBatch + 1);
        ByteBuffer image = batch.stamped(lastBatch + 1, position, storeId);
        bytesWritten += image.remaining();
        area.write(image, position);
        try {
            area.syncData();
        } catch (SyncFailedException cause) {
            failure.failed(cause);
            throw cause;
        }
        lastBatch++;
        batch.becameDurableInArea();
    }

    private void syncHomesInDoubt() {
        for (int space = 0; space < homes.length; space++) {
            if (homesInDoubt[space]) {
                syncHome(space);
            }
        }
    }

    private void syncHome(int space) {
        try {
            homes(space).syncHome();
        } catch (SyncFailedException cause) {
            failure.failed(cause);
            throw cause;
        }
        homesInDoubt[space] = false;
    }

    private HomePages homes(int space) {
        return Objects.requireNonNull(homes[space], "no such space is under guard");
    }

    /** Bytes written to the area so far. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Pages written home so far; of versions that followed each other within a batch, only the last was. */
    public long pagesWritten() {
        return pagesWritten;
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
