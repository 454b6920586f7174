package dev.afterimage.buffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.memory.DirectBuffers;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a store at home: page {@code n} is the bytes from {@code n * pageSize} on of one file, overwritten in place.
 *
 * <p>Each page opens with a {@link PageHeader}. Its checksum is computed on the copy that goes to the disk, when the page LSN is in it already, and verified on
 * every read. A page of zeros, and a page beyond the end of the file, was never written and does not exist: no checksum can be asked of it, for a crash may
 * keep the length of a new page and lose its bytes.
 *
 * <p>A crash may tear a page that was being overwritten: {@link #read} then throws, {@link #readForRedo} says so, and a full-page image in the log has to repair it. Or a
 * {@link DoublewriteBuffer} guards these homes: then a page that is written joins its batch, is read from there until it is at home, and is at home by the next
 * {@link #sync()} at the latest. Safe for many threads, under the rules of {@link PageSpace}.
 */
public final class HomePages implements PageSpace, AutoCloseable {
    private static final long STEP_BYTES_MIN = 1L << 20;
    private static final long STEP_BYTES_MAX = 64L << 20;

    private final DiskFile file;
    private final String name;
    private final int pageSize;
    private final long storeId;
    private final WriteBarrier barrier;
    private final DirectBuffers buffers;
    private final ReentrantLock growing = new ReentrantLock();
    private volatile long reservedBytes;
    private volatile @Nullable SyncFailedException failure;
    private volatile @Nullable DoublewriteBuffer guard;
    private int space;

    /**
     * Pages whose checksums do not name their store.
     *
     * @param file where they live; closed with this
     * @param pageSize bytes of a page, more than {@link PageHeader#BYTES}
     * @param barrier waited for before each write (rule W2)
     */
    public HomePages(DiskFile file, int pageSize, WriteBarrier barrier) {
        this(file, pageSize, 0, barrier);
    }

    /**
     * Pages whose checksums name their store, so that what another store left on the disk is not taken for them.
     *
     * @param file where they live; closed with this
     * @param pageSize bytes of a page, more than {@link PageHeader#BYTES}
     * @param storeId goes into every checksum
     * @param barrier waited for before each write (rule W2)
     */
    public HomePages(DiskFile file, int pageSize, long storeId, WriteBarrier barrier) {
        if (pageSize <= PageHeader.BYTES) {
            throw new IllegalArgumentException("pageSize: expected more than the header's " + PageHeader.BYTES + " bytes, found " + pageSize);
        }
        this.file = file;
        this.name = file.name();
        this.pageSize = pageSize;
        this.storeId = storeId;
        this.barrier = barrier;
        this.buffers = new DirectBuffers(pageSize);
        this.reservedBytes = file.size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void read(long number, OffHeapBytes page) {
        ByteBuffer copy = buffers.take();
        try {
            fill(number, copy);
            if (!isWhole(number, copy)) {
                throw new StoreDamagedException("page " + number + " of file " + file.name() + " is damaged: expected checksum "
                        + hex(copy.getInt(PageHeader.CHECKSUM_OFFSET)) + ", found "
                        + hex(PageChecksum.ofPageWithHeader(copy, number, storeId)) + "; restore the store from a backup");
            }
            page.put(0, copy);
        } finally {
            buffers.give(copy);
        }
    }

    /**
     * Reads a page that redo is about to bring up to date, and that the crash may have torn.
     *
     * @return whether the checksum is right; if not, {@code page} is all zeros, and only a full-page image may be applied to it
     * @throws DiskException if the device fails, which is not to be taken for a torn page
     */
    public boolean readForRedo(long number, OffHeapBytes page) {
        ByteBuffer copy = buffers.take();
        try {
            fill(number, copy);
            if (isWhole(number, copy)) {
                page.put(0, copy);
                return true;
            }
            page.fill(0, pageSize, (byte) 0);
            return false;
        } finally {
            buffers.give(copy);
        }
    }

    /** The bytes as they were written last. */
    private void fill(long number, ByteBuffer copy) {
        DoublewriteBuffer through = guard;
        if (through != null && through.find(space, checked(number), copy)) {
            copy.flip();
        } else {
            readHome(number, copy);
        }
    }

    /** The bytes as they are in the file, zeros beyond its end; from position to limit when it returns. */
    void readHome(long number, ByteBuffer copy) {
        assert copy.position() == 0 && copy.limit() == pageSize;
        int read = file.read(copy, position(number));
        assert read == copy.position() : "read " + read + " bytes, moved " + copy.position();
        while (copy.hasRemaining()) {
            copy.put((byte) 0);
        }
        copy.flip();
    }

    /** Whether the bytes are those of a page that was once written, whole, or zeros. */
    boolean isWhole(long number, ByteBuffer copy) {
        return copy.getInt(PageHeader.CHECKSUM_OFFSET) == PageChecksum.ofPageWithHeader(copy, number, storeId) || isZero(copy);
    }

    private static boolean isZero(ByteBuffer copy) {
        int i = copy.position();
        for (; i + Long.BYTES <= copy.limit(); i += Long.BYTES) {
            if (copy.getLong(i) != 0) {
                return false;
            }
        }
        for (; i < copy.limit(); i++) {
            if (copy.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void write(long number, OffHeapBytes page) {
        checkNotFailed();
        DoublewriteBuffer through = guard;
        if (through == null) {
            awaitBarrier(PageHeader.pageLsn(page));
        }
        ByteBuffer copy = buffers.take();
        try {
            page.get(0, copy);
            copy.flip();
            copy.putInt(PageHeader.CHECKSUM_OFFSET, PageChecksum.ofPageWithHeader(copy, number, storeId));
            assert isWhole(number, copy) : "page " + number;
            if (through == null) {
                writeHome(number, copy);
            } else {
                through.write(space, checked(number), copy);
            }
        } finally {
            buffers.give(copy);
        }
    }

    // ---- for the doublewrite buffer

    /** From now on writes go through it, as those of a home file with that number; directly if it is null. */
    void guardBy(@Nullable DoublewriteBuffer through, int number) {
        space = number;
        guard = through;
    }

    /** Log before data: this is rule W2. */
    void awaitBarrier(long pageLsn) {
        barrier.beforeWrite(pageLsn);
    }

    /** Overwrites a home with bytes that {@link #write} made ready. */
    void writeHome(long number, ByteBuffer copy) {
        checkNotFailed();
        file.write(copy, position(number));
    }

    /** Whether the bytes are those of a page that was once written, whole. */
    boolean isWritten(long number, ByteBuffer copy) {
        return isWhole(number, copy) && !isZero(copy);
    }

    /**
     * Sees to it that there is room on the disk for a page, so that no later write of it finds the disk full. Grows the file in big steps, less when the disk
     * is nearly full. The length is durable with the next {@link #sync()}.
     *
     * @param pageNumber a page that is going to be written
     * @throws DiskFullException if there is no room; nothing has changed
     */
    public void reserve(long pageNumber) {
        long needed = position(pageNumber) + pageSize;
        if (needed <= reservedBytes) {
            return;
        }
        growing.lock();
        try {
            if (needed > reservedBytes) {
                reservedBytes = grow(needed);
            }
        } finally {
            growing.unlock();
        }
    }

    private long grow(long needed) {
        long step = Math.min(STEP_BYTES_MAX, Math.max(STEP_BYTES_MIN, reservedBytes / 8));
        long wanted = (Math.max(needed, reservedBytes + step) + pageSize - 1) / pageSize * pageSize;
        try {
            file.preallocate(wanted);
            return wanted;
        } catch (DiskFullException noRoomForTheStep) {
            file.preallocate(needed);
            return needed;
        }
    }

    /**
     * Makes every page written before this call durable.
     *
     * @throws SyncFailedException which is final: every later sync and write throws {@link StoreFailedException}, for none could say what reached the disk
     *        (rule F1)
     */
    public void sync() {
        DoublewriteBuffer through = guard;
        if (through == null) {
            syncHome();
        } else {
            checkNotFailed();
            through.sync(space);
        }
    }

    /** Syncs the file as it is. */
    void syncHome() {
        checkNotFailed();
        try {
            file.syncData();
        } catch (SyncFailedException failed) {
            failure = failed;
            throw failed;
        }
    }

    private void checkNotFailed() {
        SyncFailedException failed = failure;
        if (failed != null) {
            throw new StoreFailedException("an earlier sync of file " + file.name() + " failed, so nobody knows which pages reached the disk;"
                    + " open the store again to recover", failed);
        }
    }

    private long position(long number) {
        return checked(number) * pageSize;
    }

    private long checked(long number) {
        if (number < 0 || number > Long.MAX_VALUE / pageSize - 1) {
            throw new IllegalArgumentException("page number: expected 0 to " + (Long.MAX_VALUE / pageSize - 1) + ", found " + number);
        }
        return number;
    }

    private static String hex(int checksum) {
        return String.format("%08x", checksum);
    }

    /** Closes the file. Syncs nothing. */
    @Override
    public void close() {
        file.close();
    }
}
