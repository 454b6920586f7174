package dev.afterimage.postgresstyle;

import java.util.concurrent.locks.ReentrantReadWriteLock;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.buffer.PrivatePages;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.storage.DiskException;

/**
 * Puts the private pages of a committed transaction in the place of their home pages: one after the other, each home in the cache, marked dirty. Where the home is in the cache already, the ranges that changed are
 * copied; where it is not, it is not read, for all of it is overwritten.
 *
 * <p>It runs behind the commit record, where nothing may fail for want of something that can be had in advance. Room on the disk was reserved when the pages were created and copied. A frame cannot be
 * reserved for each of any number of pages; so where others keep the whole cache pinned, it goes on without: by way of two pages of memory of its own, straight to the home.
 *
 * <p><b>Beside snapshots</b> ({@link OverwrittenPages}) there are readers that no lock keeps away. Then what is overwritten is kept first; a home that is not in the cache is read, so that no frame ever shows zeros
 * that nobody wrote; and while a home is written behind the pool's back, no snapshot brings one into the cache. Whether there are any is asked once per commit, behind the commit record: a snapshot that opens later has a
 * moment behind this commit, and waits for it before it reads.
 */
final class PageInstallation implements AutoCloseable {
    private final BufferPool pool;
    private final HomeSpace homes;
    private final PageSpace spill;
    private final PageMemory ownPages;
    private final OverwrittenPages overwritten;
    /** Exclusively for who uses the own pages and writes homes behind the pool's back; shared by snapshots that bring homes into the cache. */
    private final ReentrantReadWriteLock besideThePool = new ReentrantReadWriteLock();

    PageInstallation(BufferPool pool, HomeSpace homes, PageSpace spill, OverwrittenPages overwritten) {
        this.pool = pool;
        this.homes = homes;
        this.spill = spill;
        this.overwritten = overwritten;
        this.ownPages = PageMemory.allocate(pool.pageSize(), 2);
    }

    /**
     * Installs all pages that changed.
     *
     * @throws RuntimeException if the device fails: some pages are in place and some are not, and the store must fail
     */
    void install(PrivatePages pages, long commitLsn) {
        boolean snapshots = overwritten.anySnapshot();
        boolean framesToBeHad = true;
        PrivatePages.Cursor cursor = pages.inPageOrder();
        while (cursor.next()) {
            if (PrivateVersion.isUntouched(cursor)) {
                continue;
            }
            if (snapshots) {
                framesToBeHad = overwritten.keep(cursor.pageId(), commitLsn, framesToBeHad);
            }
            if (framesToBeHad) {
                try {
                    installByCache(cursor, commitLsn, snapshots);
                    continue;
                } catch (CacheExhaustedException e) {
                    // The pool waited for some seconds. It does not have to for each page.
                    framesToBeHad = false;
                } catch (StoreDamagedException | DiskException e) {
                    if (!snapshots) {
                        throw e;
                    }
                    // The home cannot be read, and does not have to be: it is overwritten.
                }
            }
            installWithoutFrames(cursor, commitLsn);
        }
    }

    private void installByCache(PrivatePages.Cursor cursor, long commitLsn, boolean snapshots) {
        if (cursor.isDiscarded()) {
            putIntoAndUnpin(pinHome(cursor.pageId(), snapshots), null, null, commitLsn);
            return;
        }
        PrivateVersion version = PrivateVersion.at(cursor);
        Frame source = cursor.pin();
        try {
            Frame pinned = version.pinnedHome();
            if (pinned != null) {
                putInto(pinned, source.page(), version, commitLsn);
            } else {
                putIntoAndUnpin(pinHome(cursor.pageId(), snapshots), source.page(), version, commitLsn);
            }
        } finally {
            source.unpin();
        }
    }

    private Frame pinHome(long pageId, boolean snapshots) {
        Frame resident = pool.pinResident(homes, pageId);
        if (resident != null) {
            return resident;
        }
        return snapshots ? pool.pin(homes, pageId) : pool.pinNew(homes, pageId);
    }

    /** Pins a home page for a snapshot, which may find any committed version there, and looks at it under the latch. */
    Frame pinForSnapshot(long pageId) {
        Frame resident = pool.pinResident(homes, pageId);
        if (resident != null) {
            return resident;
        }
        besideThePool.readLock().lock();
        try {
            return pool.pin(homes, pageId);
        } finally {
            besideThePool.readLock().unlock();
        }
    }

    private static void putIntoAndUnpin(Frame home, @Nullable OffHeapBytes source, @Nullable PrivateVersion version, long commitLsn) {
        try {
            putInto(home, source, version, commitLsn);
        } finally {
            home.unpin();
        }
    }

    private static void putInto(Frame home, @Nullable OffHeapBytes source, @Nullable PrivateVersion version, long commitLsn) {
        home.latchExclusive();
        try {
            fill(home.page(), source, version, commitLsn);
            home.markDirty(commitLsn);
        } finally {
            home.unlatchExclusive();
        }
    }

    /**
     * Fills a home page.
     *
     * @param source the private page; null if the page ceases to exist
     * @param version what is known of the private page; null with it
     */
    private static void fill(OffHeapBytes page, @Nullable OffHeapBytes source, @Nullable PrivateVersion version, long commitLsn) {
        if (source == null || version == null) {
            // The LSN below stays behind: it tells redo that all before it is settled. Whoever creates the page again logs an image, for the image LSN is 0.
            page.fill(0, page.length(), (byte) 0);
        } else {
            if (!version.whole() && PageHeader.exists(page) && PageHeader.pageLsn(page) == PageHeader.pageLsn(source)) {
                // The very version that the private page was copied from: all but the ranges is the same.
                version.ranges().copy(source, page);
            } else if (version.isPartial()) {
                // Its home is pinned and locked for this transaction, so it can be no other version.
                throw new StoreDamagedException("a page that was copied in part is at LSN " + PageHeader.pageLsn(page) + ", expected " + PageHeader.pageLsn(source));
            } else {
                source.copyTo(0, page, 0, page.length());
            }
            if (version.imageLsn() != 0) {
                PageHeader.setImageLsn(page, version.imageLsn());
            }
            assert PageHeader.exists(page) && PageHeader.imageLsn(page) != 0 : "a page that was written exists, and has an image";
        }
        PageHeader.setPageLsn(page, commitLsn);
    }

    /**
     * The same when no frame is to be had. A page that is in the cache is used there. One that is not is on the disk only, and nobody brings it into the cache meanwhile: its home is locked for this
     * transaction, its slot is this transaction's, and snapshots are held off. So writing behind the pool's back conflicts with nothing.
     */
    private void installWithoutFrames(PrivatePages.Cursor cursor, long commitLsn) {
        besideThePool.writeLock().lock();
        try {
            OffHeapBytes source = cursor.isDiscarded() ? null : copyOfPrivatePage(cursor.slot());
            PrivateVersion version = source == null ? null : PrivateVersion.at(cursor);
            Frame resident = pool.pinResident(homes, cursor.pageId());
            if (resident != null) {
                putIntoAndUnpin(resident, source, version, commitLsn);
            } else {
                OffHeapBytes page = ownPages.page(1);
                PageHeader.setExists(page, false); // so that nothing is taken for the same
                fill(page, source, version, commitLsn);
                homes.write(cursor.pageId(), page);
            }
        } finally {
            besideThePool.writeLock().unlock();
        }
    }

    private OffHeapBytes copyOfPrivatePage(long slot) {
        OffHeapBytes copy = ownPages.page(0);
        Frame resident = pool.pinResident(spill, slot);
        if (resident != null) {
            resident.page().copyTo(0, copy, 0, copy.length());
            resident.unpin();
        } else {
            spill.read(slot, copy);
        }
        return copy;
    }

    @Override
    public void close() {
        ownPages.close();
    }
}
