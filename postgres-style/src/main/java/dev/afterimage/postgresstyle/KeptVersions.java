package dev.afterimage.postgresstyle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The moments of open snapshots, and which replaced versions of pages are kept for them (rules V1 and V3).
 *
 * <p>A moment is a position of the log: seen are the commits whose records lie before it. A version that commit {@code born} wrote and commit {@code replaced} overwrites is seen by the moments in
 * {@code (born, replaced]}; if there is none, it is not kept. A kept version belongs to the newest moment that sees it. When that one ends, the version passes to the next older moment that sees it, or is
 * dropped. So of each page there is at most one version per open moment, however many commits pass, and ending a snapshot costs no more than what belonged to it. (ZFS keeps its dead lists by the same rule.)
 *
 * <p><b>Why no version is missed.</b> {@link #open} first announces that a moment is being chosen, then asks where the log ends, then publishes the moment. A commit appends its record and then looks here. If its
 * record lies at or behind the moment, it was appended after the log's end was read, so the commit looks after the announcement: it finds the moment, or the announcement, and waits for the few instructions
 * until the moment is there. If its record lies before the moment, the snapshot sees that commit and waits for it ({@link CommitProcess#settleBefore}).
 *
 * <p>Safe for many threads. Versions of one page are added in the order of their commits. A crash takes all of it.
 */
final class KeptVersions {
    private static final long[] NONE = new long[0];
    /** Another array than {@link #NONE}, and told from it by identity. */
    private static final long[] CHOOSING = new long[0];

    private final ReentrantLock lock = new ReentrantLock();
    /** Rising by position. */
    private final List<Moment> open = new ArrayList<>();
    /** What {@link #open} holds, for commits to look at. */
    private volatile long[] moments = NONE;
    /** By page, the newest version that is kept; changed under the lock. */
    private final Map<Long, KeptVersion> newest = new ConcurrentHashMap<>();

    /** A moment that some snapshots hold still. */
    static final class Moment {
        private final long lsn;
        private int readers;
        private List<KeptVersion> kept = new ArrayList<>();

        private Moment(long lsn) {
            this.lsn = lsn;
        }

        /** Commits whose records lie before this are seen. */
        long lsn() {
            return lsn;
        }
    }

    /**
     * Holds the present moment still, until the matching {@link #close}.
     *
     * @param logEnd where the log ends; what it answers never falls
     */
    Moment open(LongSupplier logEnd) {
        lock.lock();
        try {
            moments = CHOOSING; // before the log's end is read
            long lsn = logEnd.getAsLong();
            Moment last = open.isEmpty() ? null : open.get(open.size() - 1);
            assert last == null || last.lsn <= lsn;
            if (last == null || last.lsn != lsn) {
                last = new Moment(lsn);
                open.add(last);
            }
            last.readers++;
            return last;
        } finally {
            publish();
            lock.unlock();
        }
    }

    /** Ends one holding of a moment; answers the versions that nobody needs any more, and that are kept no longer. */
    List<KeptVersion> close(Moment moment) {
        lock.lock();
        try {
            assert moment.readers > 0;
            if (--moment.readers > 0) {
                return List.of();
            }
            int place = open.indexOf(moment);
            open.remove(place);
            publish();
            List<KeptVersion> ownerless = moment.kept;
            moment.kept = new ArrayList<>();
            return place == 0 ? unlinked(ownerless) : unlinked(passOn(ownerless, open.get(place - 1)));
        } finally {
            lock.unlock();
        }
    }

    /** Older moments than that one see nothing that it does not see either, of what newer ones had; answers what it does not see. */
    private static List<KeptVersion> passOn(List<KeptVersion> versions, Moment heir) {
        List<KeptVersion> unneeded = new ArrayList<>();
        for (KeptVersion version : versions) {
            (version.isSeenAt(heir.lsn) ? heir.kept : unneeded).add(version);
        }
        return unneeded;
    }

    private List<KeptVersion> unlinked(List<KeptVersion> versions) {
        for (KeptVersion version : versions) {
            newest.compute(version.pageId(), (page, head) -> without(version, head));
        }
        return versions;
    }

    private static @Nullable KeptVersion without(KeptVersion version, @Nullable KeptVersion head) {
        if (head == version) {
            return version.older;
        }
        KeptVersion newer = head;
        while (newer != null && newer.older != version) {
            newer = newer.older;
        }
        assert newer != null : "a version of page " + version.pageId() + " was not in its chain";
        newer.older = version.older;
        return head;
    }

    private void publish() {
        moments = open.isEmpty() ? NONE : open.stream().mapToLong(Moment::lsn).toArray();
    }

    /** Whether there may be a moment that a commit has to look after. One volatile read; to be asked behind the commit record. */
    boolean anyOpen() {
        return moments != NONE;
    }

    /** Whether a snapshot sees what that page was between two commits; to be asked behind the second one's record. May become false later, and never true. */
    boolean needs(long birth, long replaced) {
        for (long moment : chosen()) {
            if (birth < moment && moment <= replaced) {
                return true;
            }
        }
        return false;
    }

    private long[] chosen() {
        long[] seen = moments;
        if (seen != CHOOSING) {
            return seen;
        }
        lock.lock();
        try {
            return moments;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a version until nobody needs it; false if that is so already. */
    boolean keep(KeptVersion version) {
        lock.lock();
        try {
            for (int place = open.size() - 1; place >= 0; place--) {
                Moment moment = open.get(place);
                if (version.isSeenAt(moment.lsn)) {
                    version.older = newest.get(version.pageId());
                    assert version.older == null || version.older.replaced() < version.replaced();
                    newest.put(version.pageId(), version);
                    moment.kept.add(version);
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** What a moment sees of a page, where that has been replaced; null if it is still the newest. */
    @Nullable KeptVersion find(long pageId, Moment moment) {
        if (!newest.containsKey(pageId)) {
            return null;
        }
        lock.lock();
        try {
            // The oldest of those that were replaced behind the moment. It was born before the moment: had another been there in between, its being replaced would have been kept, too.
            KeptVersion found = null;
            for (KeptVersion version = newest.get(pageId); version != null && moment.lsn <= version.replaced(); version = version.older) {
                found = version;
            }
            assert found == null || found.isSeenAt(moment.lsn) : "page " + pageId + " was replaced behind " + moment.lsn + " and not kept";
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Versions that are kept. */
    long count() {
        lock.lock();
        try {
            return open.stream().mapToLong(moment -> moment.kept.size()).sum();
        } finally {
            lock.unlock();
        }
    }
}
