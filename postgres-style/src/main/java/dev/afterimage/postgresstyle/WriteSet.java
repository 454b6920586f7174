package dev.afterimage.postgresstyle;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.buffer.PrivatePages;
import dev.afterimage.buffer.SlotSource;

/**
 * All the memory that a transaction needs, handed from one transaction to the next, so that a page access makes no garbage: its private pages, what it knows of each
 * version, page accesses, record flyweights, and a few slots of the spill file.
 *
 * <p>One thread at a time. Between transactions it holds no private page.
 */
final class WriteSet {
    /** Slots kept between transactions; enough that small ones never ask the shared source. */
    private static final int SLOTS_KEPT = 64;
    /** Of those, slots whose pages stay in the cache: what a small transaction writes. */
    private static final int SLOTS_CACHED = 4;
    /** Version notes kept between transactions; a huge transaction must not hold on to its memory for ever. */
    private static final int VERSIONS_KEPT = 256;

    final PrivatePages pages;
    final RangesRecord ranges = new RangesRecord();
    final ImageRecord image = new ImageRecord();
    final GoneRecord gone = new GoneRecord();
    final CommitRecord commit = new CommitRecord();

    private final OwnSlots slots;
    private final List<PrivateVersion> versions = new ArrayList<>();
    private int versionsUsed;
    private final List<FrameAccess> idleAccesses = new ArrayList<>();
    private final HomePins homePins;
    private final int usableBytes;
    /** Homes of pages that are copied in part only: pinned until the transaction ends. */
    private final @Nullable Frame[] homes;
    private int homeCount;

    WriteSet(BufferPool pool, PageSpace spill, SlotSource sharedSlots, HomePins homePins) {
        this.homePins = homePins;
        usableBytes = pool.pageSize() - PageHeader.BYTES;
        homes = new Frame[homePins.take()];
        slots = new OwnSlots(sharedSlots, pool, spill);
        pages = new PrivatePages(pool, spill, slots);
    }

    /** Notes for one more version. */
    PrivateVersion newVersion() {
        if (versionsUsed == versions.size()) {
            versions.add(new PrivateVersion(usableBytes));
        }
        return versions.get(versionsUsed++).unchanged();
    }

    /** Whether the pin of a home page is this one's from now on, until the transaction ends; false if it has as many as it may. */
    boolean keepPinned(Frame home) {
        if (homeCount == homes.length) {
            return false;
        }
        homes[homeCount++] = home;
        return true;
    }

    /** A page access that is not in use. */
    FrameAccess takeAccess() {
        int last = idleAccesses.size() - 1;
        return last < 0 ? new FrameAccess(this) : idleAccesses.remove(last);
    }

    /** Takes one back. */
    void giveAccess(FrameAccess access) {
        idleAccesses.add(access);
    }

    /** Drops everything; works without room on the disk. */
    void clear() {
        while (homeCount > 0) {
            Frame home = Objects.requireNonNull(homes[--homeCount]);
            homes[homeCount] = null;
            home.unpin();
        }
        pages.clear();
        if (versions.size() > VERSIONS_KEPT) {
            versions.subList(VERSIONS_KEPT, versions.size()).clear();
        }
        versionsUsed = 0;
    }

    /** Gives up for good what it keeps between transactions; the pages of its slots leave the cache. */
    void retire() {
        slots.giveAll();
        homePins.give(homes.length);
    }

    /**
     * Stacks of slots in front of the shared source. The first holds those whose pages stay in the cache, so that the next transaction copies into a frame that is there already; whoever gets a slot from
     * the shared source finds none of it in the cache.
     */
    private static final class OwnSlots implements SlotSource {
        private final SlotSource shared;
        private final BufferPool pool;
        private final PageSpace spill;
        private final long[] cached = new long[SLOTS_CACHED];
        private int cachedCount;
        private final long[] kept = new long[SLOTS_KEPT];
        private int count;

        OwnSlots(SlotSource shared, BufferPool pool, PageSpace spill) {
            this.shared = shared;
            this.pool = pool;
            this.spill = spill;
        }

        @Override
        public boolean keep(long slot) {
            if (cachedCount == SLOTS_CACHED) {
                return false;
            }
            cached[cachedCount++] = slot;
            return true;
        }

        @Override
        public long take() {
            if (cachedCount > 0) {
                return cached[--cachedCount];
            }
            return count > 0 ? kept[--count] : shared.take();
        }

        @Override
        public void give(long slot) {
            if (count < SLOTS_KEPT) {
                kept[count++] = slot;
            } else {
                shared.give(slot);
            }
        }

        void giveAll() {
            while (cachedCount > 0) {
                long slot = cached[--cachedCount];
                pool.discard(spill, slot);
                shared.give(slot);
            }
            while (count > 0) {
                shared.give(kept[--count]);
            }
        }
    }
}
