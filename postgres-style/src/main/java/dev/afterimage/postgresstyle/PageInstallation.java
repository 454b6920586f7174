package dev.afterimage.postgresstyle;

import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.buffer.PrivatePages;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;

/**
 * Puts the private pages of a committed transaction in the place of their home pages: one after the other, each home in the cache, marked dirty, and not read before, for all of it is
 * overwritten.
 *
 * <p>It runs behind the commit record, where nothing may fail for want of something that can be had in advance. Room on the disk was reserved when the pages were created and copied. A frame cannot be
 * reserved for each of any number of pages; so where others keep the whole cache pinned, it goes on without: by way of two pages of memory of its own, straight to the home.
 */
final class PageInstallation implements AutoCloseable {
    private final BufferPool pool;
    private final HomeSpace homes;
    private final PageSpace spill;
    private final PageMemory ownPages;
    private final ReentrantLock ownPagesInUse = new ReentrantLock();

    PageInstallation(BufferPool pool, HomeSpace homes, PageSpace spill) {
        this.pool = pool;
        this.homes = homes;
        this.spill = spill;
        this.ownPages = PageMemory.allocate(pool.pageSize(), 2);
    }

    /**
     * Installs all pages that changed.
     *
     * @throws RuntimeException if the device fails: some pages are in place and some are not, and the store must fail
     */
    void install(PrivatePages pages, long commitLsn) {
        boolean framesToBeHad = true;
        PrivatePages.Cursor cursor = pages.inPageOrder();
        while (cursor.next()) {
            if (PrivateVersion.isUntouched(cursor)) {
                continue;
            }
            if (framesToBeHad) {
                try {
                    installByCache(cursor, commitLsn);
                    continue;
                } catch (CacheExhaustedException e) {
                    // The pool waited for some seconds. It does not have to for each page.
                    framesToBeHad = false;
                }
            }
            installWithoutFrames(cursor, commitLsn);
        }
    }

    private void installByCache(PrivatePages.Cursor cursor, long commitLsn) {
        if (cursor.isDiscarded()) {
            putInto(pinHome(cursor.pageId()), null, 0, commitLsn);
            return;
        }
        Frame source = cursor.pin();
        try {
            putInto(pinHome(cursor.pageId()), source.page(), PrivateVersion.at(cursor).imageLsn(), commitLsn);
        } finally {
            source.unpin();
        }
    }

    private Frame pinHome(long pageId) {
        Frame resident = pool.pinResident(homes, pageId);
        return resident != null ? resident : pool.pinNew(homes, pageId);
    }

    private static void putInto(Frame home, @Nullable OffHeapBytes source, long imageLsn, long commitLsn) {
        home.latchExclusive();
        try {
            fill(home.page(), source, imageLsn, commitLsn);
            home.markDirty(commitLsn);
        } finally {
            home.unlatchExclusive();
            home.unpin();
        }
    }

    /**
     * Fills a home page.
     *
     * @param source the private page; null if the page ceases to exist
     * @param imageLsn the image that was logged of it, 0 if the one that the page names is recent enough
     */
    private static void fill(OffHeapBytes page, @Nullable OffHeapBytes source, long imageLsn, long commitLsn) {
        if (source == null) {
            // The LSN below stays behind: it tells redo that all before it is settled. Whoever creates the page again logs an image, for the image LSN is 0.
            page.fill(0, page.length(), (byte) 0);
        } else {
            source.copyTo(0, page, 0, page.length());
            if (imageLsn != 0) {
                PageHeader.setImageLsn(page, imageLsn);
            }
            assert PageHeader.exists(page) && PageHeader.imageLsn(page) != 0 : "a page that was written exists, and has an image";
        }
        PageHeader.setPageLsn(page, commitLsn);
    }

    /**
     * The same when no frame is to be had. A page that is in the cache is used there. One that is not is on the disk only, and nobody brings it into the cache meanwhile: its home is locked for this
     * transaction, its slot is this transaction's. So writing behind the pool's back conflicts with nothing.
     */
    private void installWithoutFrames(PrivatePages.Cursor cursor, long commitLsn) {
        ownPagesInUse.lock();
        try {
            OffHeapBytes source = cursor.isDiscarded() ? null : copyOfPrivatePage(cursor.slot());
            long imageLsn = source == null ? 0 : PrivateVersion.at(cursor).imageLsn();
            Frame resident = pool.pinResident(homes, cursor.pageId());
            if (resident != null) {
                putInto(resident, source, imageLsn, commitLsn);
            } else {
                OffHeapBytes page = ownPages.page(1);
                fill(page, source, imageLsn, commitLsn);
                homes.write(cursor.pageId(), page);
            }
        } finally {
            ownPagesInUse.unlock();
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
