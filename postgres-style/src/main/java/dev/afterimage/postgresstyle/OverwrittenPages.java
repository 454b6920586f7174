package dev.afterimage.postgresstyle;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.buffer.SlotSource;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;

/**
 * Copies of home pages that commits are about to overwrite, for the snapshots that see them: pages of slots of the spill space, in the cache as any page is, and spilled by ordinary eviction.
 *
 * <p>The committer makes the copy. It holds the page's lock, so nobody changes the home meanwhile; and the copy can be found before the home changes, so a reader finds one or the other. What fails here never fails the
 * commit, which is behind its record already: the version is then marked lost, and a snapshot that asks for it is told so, never given another one. The usual reason is a disk without room for one slot more.
 *
 * <p>Safe for many threads, except {@link #close()}.
 */
final class OverwrittenPages implements AutoCloseable {
    private final BufferPool pool;
    private final HomeSpace homes;
    private final PageSpace spill;
    private final SlotSource slots;
    private final KeptVersions kept = new KeptVersions();
    private final PageMemory ownPage;
    private final ReentrantLock ownPageInUse = new ReentrantLock();

    OverwrittenPages(BufferPool pool, HomeSpace homes, PageSpace spill, SlotSource slots) {
        this.pool = pool;
        this.homes = homes;
        this.spill = spill;
        this.slots = slots;
        this.ownPage = PageMemory.allocate(pool.pageSize(), 1);
    }

    /** Whether commits have to keep anything; one volatile read. */
    boolean anySnapshot() {
        return kept.anyOpen();
    }

    /** Holds the present moment still. */
    KeptVersions.Moment openMoment(LongSupplier logEnd) {
        return kept.open(logEnd);
    }

    /** Lets go of a moment, and of what was kept for it alone. */
    void closeMoment(KeptVersions.Moment moment) {
        List<KeptVersion> unneeded = kept.close(moment);
        unneeded.forEach(this::giveBack);
    }

    /** What a moment sees of a page, where that has been replaced; null if it is still at home. */
    @Nullable KeptVersion find(long pageId, KeptVersions.Moment moment) {
        return kept.find(pageId, moment);
    }

    /** Pins a version that {@link #find} gave. Its bytes stand still, and need no latch. */
    Frame pin(KeptVersion version) {
        return pool.pin(spill, version.slot());
    }

    /** Versions that are kept. */
    long count() {
        return kept.count();
    }

    /**
     * Keeps what a page is now, if a snapshot sees it. To be called by the commit that is about to replace it, once per page. Never fails, but for a lack of memory.
     *
     * @param framesToBeHad false where the cache was found exhausted before: then it goes by memory of its own, straight from home to slot
     * @return the same, as it was found now
     */
    boolean keep(long pageId, long commitLsn, boolean framesToBeHad) {
        boolean frames = framesToBeHad;
        try {
            if (frames) {
                try {
                    keepByCache(pageId, commitLsn);
                    return true;
                } catch (CacheExhaustedException e) {
                    frames = false;
                }
            }
            keepWithoutFrames(pageId, commitLsn);
        } catch (RuntimeException e) {
            kept.keep(KeptVersion.lost(pageId, commitLsn, e));
        }
        return frames;
    }

    private void keepByCache(long pageId, long commitLsn) {
        Frame home = pool.pin(homes, pageId);
        try {
            if (isToBeCopied(pageId, home.page(), commitLsn)) {
                long slot = slots.take();
                try {
                    copyToFrame(home.page(), slot);
                } catch (RuntimeException | Error e) {
                    slots.give(slot);
                    throw e;
                }
                register(KeptVersion.in(slot, pageId, PageHeader.pageLsn(home.page()), commitLsn));
            }
        } finally {
            home.unpin();
        }
    }

    /** Whether a snapshot sees these bytes; that there is no such page needs no bytes. */
    private boolean isToBeCopied(long pageId, OffHeapBytes page, long commitLsn) {
        long birth = PageHeader.pageLsn(page);
        if (!kept.needs(birth, commitLsn)) {
            return false;
        }
        if (!PageHeader.exists(page)) {
            register(KeptVersion.noPage(pageId, birth, commitLsn));
            return false;
        }
        return true;
    }

    private void copyToFrame(OffHeapBytes page, long slot) {
        Frame copy = pool.pinNew(spill, slot);
        copy.latchExclusive();
        try {
            page.copyTo(0, copy.page(), 0, page.length());
            copy.markDirty(Frame.NO_RECOVERY_LSN);
        } finally {
            copy.unlatchExclusive();
            copy.unpin();
        }
    }

    private void keepWithoutFrames(long pageId, long commitLsn) {
        ownPageInUse.lock();
        try {
            OffHeapBytes page = ownPage.page(0);
            Frame resident = pool.pinResident(homes, pageId);
            if (resident != null) {
                resident.page().copyTo(0, page, 0, page.length());
                resident.unpin();
            } else {
                homes.read(pageId, page);
            }
            if (isToBeCopied(pageId, page, commitLsn)) {
                long slot = slots.take();
                try {
                    spill.write(slot, page);
                } catch (RuntimeException | Error e) {
                    slots.give(slot);
                    throw e;
                }
                register(KeptVersion.in(slot, pageId, PageHeader.pageLsn(page), commitLsn));
            }
        } finally {
            ownPageInUse.unlock();
        }
    }

    private void register(KeptVersion version) {
        if (!kept.keep(version)) {
            giveBack(version); // the snapshot that saw it ended meanwhile
        }
    }

    private void giveBack(KeptVersion version) {
        if (version.hasSlot()) {
            pool.discard(spill, version.slot());
            slots.give(version.slot());
        }
    }

    @Override
    public void close() {
        ownPage.close();
    }
}
