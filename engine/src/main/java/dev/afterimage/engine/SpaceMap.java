package dev.afterimage.engine;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyTransaction;
import org.jspecify.annotations.Nullable;

/**
 * Which pages are allocated: one bit for each, in ordinary pages that change by ordinary transactions.
 *
 * <p>Pages form groups of {@value #GROUP_PAGES}; the first page of each group is its map.
 *
 * <table>
 *   <caption>A map page, little-endian</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>8</td><td>magic, the letters {@code SPACEMAP}</td></tr>
 *   <tr><td>8</td><td>8</td><td>number of the group</td></tr>
 *   <tr><td>16</td><td>{@value #GROUP_PAGES} / 8</td><td>a bit for each page of the group: set while allocated; the map's own is always set</td></tr>
 *   <tr><td>the last 8</td><td>8</td><td>the magic again</td></tr>
 * </table>
 *
 * <p>The magic stands at both ends so that no sector holds all of a map that is not zero. Strategies take a home of zeros for a page that was never written: a map in one sector would, with that sector, be lost without
 * a trace, and the pages of its group with it. So what is left of it belies the page's checksum.
 *
 * <p>Who allocates or frees in a group holds its map page's exclusive lock to the end of the transaction, so a page freed by one transaction is not given to another before the
 * first has committed, and a rollback undoes the map like any page. An allocator never waits for a map: it passes by the groups others hold, and where all are
 * held or full it makes a new group. That happens in a transaction of its own, ordered at once, so that groups exist without a gap whatever becomes of the transaction that needed one.
 *
 * <p>What this object remembers beside the pages is the number of groups, and hints which groups are full; a hint may say "not full" wrongly, never "full".
 */
final class SpaceMap {
    /** Pages of a group. */
    static final int GROUP_PAGES = 1024;
    /** The largest page number a store may ever have: 8 PiB of pages of 8 KiB. */
    static final long PAGE_MAX = (1L << 40) - 1;

    private static final long GROUPS_MAX = (PAGE_MAX + 1) / GROUP_PAGES;
    private static final long MAGIC = 0x50414D4543415053L;
    private static final int GROUP_OFFSET = 8;
    private static final int BITS_OFFSET = 16;
    private static final int HELD_GROUPS_TRIED = 8;
    private static final int WORDS = GROUP_PAGES / Long.SIZE;

    private final OpenStore store;
    private final ReentrantLock growth = new ReentrantLock();
    private final GroupHints full = new GroupHints();
    private volatile long groups;

    SpaceMap(OpenStore store) {
        this.store = store;
    }

    static boolean isMapPage(long pageId) {
        return (pageId & (GROUP_PAGES - 1)) == 0;
    }

    private static long mapPage(long group) {
        return group * GROUP_PAGES;
    }

    private static int markOffset(int usableBytes) {
        return usableBytes - Long.BYTES;
    }

    // ---- numbers

    /** Refuses numbers that can never be an application's page. */
    void requireApplicationPage(long pageId) {
        if (pageId < 0 || pageId > PAGE_MAX) {
            throw new PageNotFoundException("page " + pageId + " does not exist; " + range());
        }
        if (isMapPage(pageId)) {
            throw new PageNotFoundException("page " + pageId + " is one of the store's own; " + range());
        }
    }

    /** Refuses numbers beyond the groups there are, so that a strategy is never asked for them. */
    void requireInside(long pageId) {
        if (pageId >= mapPage(groups)) {
            throw new PageNotFoundException("page " + pageId + " is not allocated; " + range());
        }
    }

    /** The numbers pages may have now, for messages. */
    String range() {
        return "pages have the numbers 1 to " + (mapPage(groups) - 1) + ", without the multiples of " + GROUP_PAGES;
    }

    // ---- opening

    /** Makes the first group, with the root page in it, in a transaction of a store that is being made. */
    static void createFirst(StrategyTransaction transaction, ChangeDetail detail, int usableBytes) {
        makeGroup(transaction, 0, 0b11, detail, usableBytes);
        transaction.create(OpenStore.ROOT_PAGE).close();
    }

    private static void makeGroup(StrategyTransaction transaction, long group, long firstWord, ChangeDetail detail, int usableBytes) {
        PageAccess access = transaction.create(mapPage(group));
        try {
            ChangeCapture capture = new ChangeCapture(detail, usableBytes);
            capture.open(mapPage(group), access.bytes());
            capture.note(0, BITS_OFFSET + Long.BYTES);
            capture.note(markOffset(access.bytes().length()), Long.BYTES);
            access.bytes().putLong(0, MAGIC);
            access.bytes().putLong(markOffset(access.bytes().length()), MAGIC);
            access.bytes().putLong(GROUP_OFFSET, group);
            access.bytes().putLong(BITS_OFFSET, firstWord);
            transaction.changed(access, capture.report());
        } finally {
            access.close();
        }
    }

    /** Counts the groups of a store that is being opened: they exist without a gap, so doubling and halving finds the last. */
    void countGroups(RecoveryStrategy strategy, long transactionId) {
        StrategyTransaction transaction = strategy.begin(transactionId);
        try {
            if (!exists(transaction, 0)) {
                throw new StoreDamagedException("page 0, the first map of the store's space, is not there; expected it in every store that was made to the end");
            }
            long there = 0;
            long beyond = 1;
            while (beyond < GROUPS_MAX && exists(transaction, beyond)) {
                there = beyond;
                beyond = Math.min(beyond * 2, GROUPS_MAX);
            }
            while (beyond - there > 1) {
                long middle = (there + beyond) >>> 1;
                if (exists(transaction, middle)) {
                    there = middle;
                } else {
                    beyond = middle;
                }
            }
            groups = there + 1;
        } finally {
            transaction.rollback();
        }
    }

    private static boolean exists(StrategyTransaction transaction, long group) {
        try {
            PageAccess access = transaction.read(mapPage(group));
            try {
                check(access.bytes().getLong(0), access.bytes().getLong(GROUP_OFFSET), group);
                check(access.bytes().getLong(markOffset(access.bytes().length())), group, group);
            } finally {
                access.close();
            }
            return true;
        } catch (PageNotFoundException e) {
            return false;
        }
    }

    private static void check(long magic, long number, long group) {
        if (magic != MAGIC || number != group) {
            throw new StoreDamagedException("page " + mapPage(group) + ": expected the space map of group " + group + " (0x" + Long.toHexString(MAGIC)
                    + "), found 0x" + Long.toHexString(magic) + " of group " + number);
        }
    }

    // ---- allocating

    /** Takes a free page for a transaction and opens it for writing. */
    WriteHandle allocate(OpenTransaction transaction, AllocationTrail trail) {
        // First where it holds the map already: that costs nobody anything, and new groups are made only for those who find nothing.
        for (int i = trail.count() - 1; i >= Math.max(0, trail.count() - HELD_GROUPS_TRIED); i--) {
            WriteHandle page = full.contains(trail.group(i)) ? null : takeFrom(transaction, trail.group(i), trail);
            if (page != null) {
                return page;
            }
        }
        for (long group = 0;; group++) {
            group = full.nextAbsent(group);
            if (group >= groups) {
                makeNextGroup(transaction, group);
            }
            WriteHandle page = takeFrom(transaction, group, trail);
            if (page != null) {
                return page;
            }
        }
    }

    /** Takes a page of one group; null if another transaction holds its map, or nothing in it is free. */
    private @Nullable WriteHandle takeFrom(OpenTransaction transaction, long group, AllocationTrail trail) {
        LockRequest mapLock = transaction.tryLockExclusive(mapPage(group));
        if (mapLock == null) {
            return null;
        }
        trail.add(group);
        // Looked at for reading first, because a strategy may pay for every page that is opened for writing.
        LockRequest lock = lockFree(transaction, mapLock, group);
        if (lock == null) {
            return null;
        }
        WriteHandle map = transaction.openForWriting(mapLock);
        try {
            // The page first, the bit then: if making the page fails, the map is as it was.
            WriteHandle page = transaction.create(lock);
            map.putLong(wordOffset(lock.page), map.getLong(wordOffset(lock.page)) | 1L << lock.page);
            transaction.closeInside(map);
            return page;
        } finally {
            transaction.closeInside(map);
        }
    }

    /** Locks the first free page of a group that nobody else has locked; null if there is none. */
    private @Nullable LockRequest lockFree(OpenTransaction transaction, LockRequest mapLock, long group) {
        ReadHandle map = transaction.openForReading(mapLock);
        try {
            check(map.getLong(0), map.getLong(GROUP_OFFSET), group);
            boolean passedBy = false;
            for (int word = 0; word < WORDS; word++) {
                for (long free = ~map.getLong(BITS_OFFSET + word * Long.BYTES); free != 0; free &= free - 1) {
                    LockRequest lock = transaction.tryLockExclusive(mapPage(group) + word * Long.SIZE + Long.numberOfTrailingZeros(free));
                    if (lock != null) {
                        return lock;
                    }
                    passedBy = true; // somebody holds a lock on the fact that this page is not there
                }
            }
            if (!passedBy) {
                full.add(group);
            }
            return null;
        } finally {
            transaction.closeInside(map);
        }
    }

    /** Where a page's bit is in its group's map: in the word at this offset, at the page's number modulo 64. */
    private static int wordOffset(long page) {
        return BITS_OFFSET + (int) (page % GROUP_PAGES) / Long.SIZE * Long.BYTES;
    }

    /** Gives a page back that the transaction has locked. */
    void free(OpenTransaction transaction, LockRequest lock, AllocationTrail trail) {
        long group = lock.page / GROUP_PAGES;
        int at = wordOffset(lock.page);
        long bit = 1L << lock.page;
        WriteHandle map = transaction.openForWriting(transaction.lock(mapPage(group), true));
        try {
            check(map.getLong(0), map.getLong(GROUP_OFFSET), group);
            if ((map.getLong(at) & bit) == 0) {
                throw new PageNotFoundException("page " + lock.page + " cannot be freed: it is not allocated; " + range());
            }
            transaction.discard(lock);
            map.putLong(at, map.getLong(at) & ~bit);
            transaction.closeInside(map);
            trail.add(group);
            full.remove(group);
        } finally {
            transaction.closeInside(map);
        }
    }

    // ---- pages that are not found

    /**
     * Whether a page is allocated that the strategy has not found for a transaction which holds its lock, or sees a moment at which nothing changes.
     *
     * <p>Who asks may not know the map, and is not to hold its lock to the end for that: others allocate there. So it is looked at in a transaction of its own, which ends at once. Where somebody else holds
     * the map, nobody can say without waiting; then the answer is no.
     */
    boolean hasAllocated(long pageId, OpenTransaction transaction) {
        long map = mapPage(pageId / GROUP_PAGES);
        try {
            PageAccess known = transaction.lookInside(map);
            return known == null ? hasAllocated(pageId, map) : isSet(known, pageId);
        } catch (PageNotFoundException mapIsLost) {
            return !transaction.isSnapshot(); // groups are never unmade; but a snapshot may be older than its group
        }
    }

    private boolean hasAllocated(long pageId, long map) {
        LockOwner looks = new LockOwner();
        long id = store.nextTransactionId();
        looks.begin(Thread.currentThread(), id, id);
        if (store.locks().tryExclusive(looks, map) == null) {
            return false;
        }
        try {
            StrategyTransaction look = store.strategy().begin(id);
            try {
                return isSet(look.read(map), pageId);
            } finally {
                look.rollback();
            }
        } finally {
            store.locks().releaseAll(looks);
        }
    }

    private static boolean isSet(PageAccess map, long pageId) {
        try {
            return (map.bytes().getLong(wordOffset(pageId)) & 1L << pageId) != 0;
        } finally {
            map.close();
        }
    }

    /** A transaction has undone what it did in these groups: what it found full may have been filled by itself. It still holds the maps' locks. */
    void undone(AllocationTrail trail) {
        for (int i = 0; i < trail.count(); i++) {
            full.remove(trail.group(i));
        }
    }

    /**
     * Makes group number {@code group}, unless somebody has done so meanwhile. Its map needs no lock: no application may lock a map page, and no allocator looks at a
     * group before it is counted. It need not be durable: whoever uses the group is ordered behind it (rule D2).
     */
    private void makeNextGroup(OpenTransaction needy, long group) {
        growth.lock();
        try {
            if (groups > group) {
                return;
            }
            assert groups == group;
            if (group >= GROUPS_MAX) {
                throw needy.errors().givenUp(new StoreFullException("transaction " + needy.id() + " was rolled back: all pages up to " + PAGE_MAX + " are allocated"));
            }
            orderNextGroup(group);
            groups = group + 1;
        } catch (StoreFullException e) {
            throw e;
        } catch (RuntimeException e) {
            throw needy.errors().changeRefused(e, "making page group " + group);
        } finally {
            growth.unlock();
        }
    }

    private void orderNextGroup(long group) {
        StrategyTransaction transaction = store.strategy().begin(store.nextTransactionId());
        CommitTicket ticket = null;
        try {
            makeGroup(transaction, group, 1, store.traits().changeDetail(), store.usablePageBytes());
            ticket = transaction.commit(Durability.RELAXED);
        } finally {
            if (ticket == null) {
                transaction.rollback();
            }
        }
        ticket.await();
    }

    long groups() {
        return groups;
    }

    /** A growing set of group numbers; reading takes no lock. Numbers added while another thread looks may be missed: they are hints. */
    static final class GroupHints {
        private final ReentrantLock writing = new ReentrantLock();
        private volatile long[] words = new long[1];

        boolean contains(long group) {
            long[] seen = words;
            int word = (int) (group >>> 6);
            return word < seen.length && (seen[word] & 1L << group) != 0;
        }

        /** The first number at or behind {@code group} that is not in the set. */
        long nextAbsent(long group) {
            long[] seen = words;
            long at = group;
            while (at >>> 6 < seen.length) {
                long absent = ~seen[(int) (at >>> 6)] >>> at;
                if (absent != 0) {
                    return at + Long.numberOfTrailingZeros(absent);
                }
                at = (at | 63) + 1;
            }
            return at;
        }

        void add(long group) {
            change(group, true);
        }

        void remove(long group) {
            if (contains(group)) {
                change(group, false);
            }
        }

        /** Copies, so that readers see each state whole; groups become full rarely. */
        private void change(long group, boolean present) {
            writing.lock();
            try {
                int word = (int) (group >>> 6);
                long[] next = Arrays.copyOf(words, Math.max(words.length, word + 1));
                if (present) {
                    next[word] |= 1L << group;
                } else {
                    next[word] &= ~(1L << group);
                }
                words = next;
            } finally {
                writing.unlock();
            }
        }
    }
}
