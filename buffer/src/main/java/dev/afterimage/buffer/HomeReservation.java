package dev.afterimage.buffer;

import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;

/**
 * Room for home pages, made durable before a page is created there: redo after a crash then writes each page where there is room already, and so needs none on a disk that has become full (rule F2).
 * It costs one sync per step by which the file grows (a mebibyte at least, an eighth of the file at most), not one per page.
 */
public final class HomeReservation {
    private final HomePages homes;
    private final DiskFile file;
    private final FailureLatch failure;
    private final ReentrantLock growing = new ReentrantLock();
    private volatile long durableBytes;
    private final int pageSize;

    /** The file's length is durable now. */
    public HomeReservation(HomePages homes, DiskFile file, int pageSize, FailureLatch failure) {
        this(homes, file, pageSize, failure, file.size());
    }

    private HomeReservation(HomePages homes, DiskFile file, int pageSize, FailureLatch failure, long durableBytes) {
        this.homes = homes;
        this.file = file;
        this.pageSize = pageSize;
        this.failure = failure;
        this.durableBytes = durableBytes;
    }

    /**
     * Nobody has synced the file since it was opened: a process that was killed may have made it longer than a power failure would leave it. The first reservation syncs it, whatever its length.
     */
    public static HomeReservation ofUnknownLength(HomePages homes, DiskFile file, int pageSize, FailureLatch failure) {
        return new HomeReservation(homes, file, pageSize, failure, 0);
    }

    /**
     * Returns when there is durable room for a page.
     *
     * @throws DiskFullException if there is none; nothing has changed then
     * @throws dev.afterimage.api.StoreFailedException if the sync failed
     */
    public void reserve(long pageId) {
        if (pageId < durableBytes / pageSize) {
            return;
        }
        growing.lock();
        try {
            if (pageId >= durableBytes / pageSize) {
                homes.reserve(pageId);
                long grownTo = file.size();
                sync();
                durableBytes = grownTo;
            }
        } finally {
            growing.unlock();
        }
    }

    private void sync() {
        try {
            homes.sync();
        } catch (SyncFailedException cause) {
            throw failure.fail("syncing the home pages failed", cause);
        }
    }
}
