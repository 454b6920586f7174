package dev.afterimage.examples.rollbackjournal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;

/**
 * Where each page lives: page {@code n} at {@code n * pageSize} of the file {@code pages}. A page is overwritten in place, so a crash may tear it; whoever writes one has made sure that the page as it was is
 * durable in a hot journal ({@link Journal#makeDurable}). Safe for many threads.
 *
 * <table>
 *   <caption>A home; numbers are little-endian</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>4</td><td>CRC-32C of all that follows</td></tr>
 *   <tr><td>4</td><td>4</td><td>magic: the page exists</td></tr>
 *   <tr><td>8</td><td>8</td><td>number of the transaction that wrote it, or of a later one that used the same journal</td></tr>
 *   <tr><td>16</td><td>pageSize - 24</td><td>what the engine and the application see</td></tr>
 *   <tr><td>pageSize - 8</td><td>8</td><td>the page's number, all bits turned, so that it is never 0</td></tr>
 * </table>
 * A home full of zeros, or beyond those in use, is that of a page that does not exist. There is something that is not zero in the first sector and in the last, so one lost sector never makes a page vanish.
 *
 * <p>The number of the writer is in the header of its journal, durably, before the home is written, and headers keep the highest they had. So a home that names a transaction which the store has never begun does not belong to it: it comes from
 * a later copy.
 */
final class HomePages {
    static final String FILE = "pages";
    /** First byte that is not ours. */
    static final int USABLE_FROM = 16;
    /** Bytes of each page that are ours, in front and behind. */
    static final int RESERVED_BYTES = 24;
    private static final int MAGIC = 0x6567_6170;
    private static final long STEP_MIN = 16;
    private static final long STEP_MAX = 1024;

    private final DiskFile file;
    private final ControlBlock control;
    private final int pageSize;
    private final StoreFailure failure;
    private final AtomicLong highestTransactionId;
    private final ByteBuffer zeros;
    private final ReentrantLock growing = new ReentrantLock();
    private volatile long inUse;
    private final LongAdder writes = new LongAdder();

    private final ReentrantLock syncing = new ReentrantLock();
    private final Condition syncEnded = syncing.newCondition();
    private long syncsBegun;
    private long syncsDone;
    private boolean syncRuns;

    HomePages(DiskFile file, ControlBlock control, int pageSize, AtomicLong highestTransactionId, StoreFailure failure) {
        this.file = file;
        this.control = control;
        this.pageSize = pageSize;
        this.highestTransactionId = highestTransactionId;
        this.failure = failure;
        zeros = ByteBuffer.allocate(pageSize);
        inUse = control.homes();
    }

    /** A buffer for one page. */
    ByteBuffer newBuffer() {
        return ByteBuffer.allocate(pageSize).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Fills {@code target} with the page, or with zeros if it does not exist; refuses what is neither (rule T1). */
    void read(long page, ByteBuffer target) {
        if (!readUnverified(page, target)) {
            throw new StoreDamagedException("page " + page + " is damaged: its checksum, its number or its writer's number is wrong, and no journal has it as it was; restore the store from a copy");
        }
    }

    /** The same for recovery, which is about to overwrite it: whether what was found is whole. */
    boolean readUnverified(long page, ByteBuffer target) {
        target.clear();
        int bytes = page < inUse ? file.read(target.duplicate(), page * pageSize) : 0;
        target.put(bytes, zeros, 0, pageSize - bytes);
        return isZero(target) || exists(target) && target.getLong(pageSize - 8) == ~page && target.getLong(8) <= highestTransactionId.get() && target.getInt(0) == checksum(target);
    }

    /** Writes a page home, sealed with its number, its writer's and its checksum; not synced. One that does not exist is written as zeros. */
    void write(long page, ByteBuffer source, long writer) {
        if (exists(source)) {
            source.putLong(pageSize - 8, ~page);
            source.putLong(8, writer);
            source.putInt(0, checksum(source));
        }
        putBack(page, source);
    }

    /** Writes a page home as it was kept, with the seal it had; not synced. */
    void putBack(long page, ByteBuffer image) {
        assert page < inUse : "page " + page + " has no home: " + inUse + " are in use";
        writes.increment();
        file.write(image.duplicate().clear(), page * pageSize);
    }

    /** Marks a zeroed page as one that exists. */
    static void makeExist(ByteBuffer page) {
        page.putInt(4, MAGIC);
    }

    static boolean exists(ByteBuffer page) {
        return page.getInt(4) == MAGIC;
    }

    private boolean isZero(ByteBuffer page) {
        return page.mismatch(zeros) < 0;
    }

    private int checksum(ByteBuffer page) {
        CRC32C checksum = new CRC32C();
        checksum.update(page.slice(4, pageSize - 4));
        return (int) checksum.getValue();
    }

    /**
     * Sees to it that a page has a home with room on the disk, so that nothing that comes later finds the disk full: not stealing, not commit, not rollback (rule F2).
     *
     * <p>First the file grows and is synced, then the control block says so and is synced. A crash in between leaves homes that nobody counts, with whatever in them; recovery cuts them off.
     *
     * @throws DiskFullException if there is no room
     */
    void reserve(long page) {
        if (page < inUse) {
            return;
        }
        growing.lock();
        try {
            long homes = inUse;
            if (page < homes) {
                return;
            }
            long step = Math.max(STEP_MIN, Math.min(STEP_MAX, homes / 8));
            long grown = page + step;
            try {
                file.preallocate(grown * pageSize);
            } catch (DiskFullException e) {
                grown = page + 1;
                file.preallocate(grown * pageSize);
            }
            failure.syncWithLength(file);
            control.writeHomes(grown);
            failure.sync(control.file());
            inUse = grown;
        } finally {
            growing.unlock();
        }
    }

    /**
     * Returns when all that was written here before the call is durable. Commits that come together share a sync: one that begins after both have written covers both, and it does not matter who calls it.
     */
    void sync() {
        syncing.lock();
        try {
            long needed = syncsBegun + 1; // the one that may be running began too early
            while (syncsDone < needed) {
                failure.check();
                if (syncRuns) {
                    syncEnded.awaitUninterruptibly();
                } else {
                    leadSync();
                }
            }
        } finally {
            syncing.unlock();
        }
    }

    private void leadSync() {
        long mine = ++syncsBegun;
        boolean synced = false;
        syncRuns = true;
        syncing.unlock();
        try {
            failure.sync(file);
            synced = true;
        } finally {
            syncing.lock();
            syncRuns = false;
            if (synced) {
                syncsDone = mine;
            }
            syncEnded.signalAll();
        }
    }

    /** In recovery, before anything is written: a file that is shorter than what is in use has lost something. */
    void requireWholeFile() {
        if (file.size() < inUse * pageSize) {
            throw new StoreDamagedException("the file " + FILE + " is too short: expected " + inUse * pageSize + " bytes, found " + file.size() + "; restore the store from a copy");
        }
    }

    /** In recovery: gives back what lies behind the homes in use, and makes all that was written durable, the length included. */
    void cutAndSync() {
        if (file.size() > inUse * pageSize) {
            file.resize(inUse * pageSize);
        }
        file.sync();
    }

    long inUse() {
        return inUse;
    }

    long bytesWritten() {
        return writes.sum() * pageSize;
    }

    void close() {
        file.close();
    }
}
