package dev.afterimage.buffer;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which frame is free, and which page has to leave next: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP 2023).
 *
 * <p>New pages enter a <em>small</em> queue of a tenth of the frames. Those used again before they reach its end move to the <em>main</em> queue, the others
 * leave and are remembered by the <em>ghost</em> queue; a page that comes back while remembered enters main at once. Main is a FIFO whose used pages get
 * another round. A scan passes through small and touches nothing in main.
 *
 * <p>Two differences from the paper. A pin is not a request: a transaction that reads ten records of a page pins it ten times, and counting each would promote
 * every page of a scan. Hits therefore count at most once per {@link #period()} admissions (the "correlated reference period" of LRU-K, O'Neil et al. 1993),
 * and in return one counted hit promotes, where the paper asks for two. And a pinned page at the end of its queue goes back to its head, for it is in use.
 *
 * <p>A hit takes no lock here; admission and eviction take one, briefly, never during input or output.
 */
final class EvictionQueues {
    /** Uses that are counted at most; each is worth one round of the main queue. */
    static final int FREQUENCY_MAX = 3;

    private static final int PROMOTION_FREQUENCY = 1;
    private static final int NONE = -1;
    private static final byte NOWHERE = 0;
    private static final byte SMALL = 1;
    private static final byte MAIN = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private final Frame[] frames;
    private final int smallTarget;
    private final int period;
    private final GhostQueue ghosts;

    // Doubly linked lists over frame indexes: head is the newest, tail the next to leave.
    private final int[] newer;
    private final int[] older;
    private final byte[] place;
    private final int[] head = {NONE, NONE, NONE};
    private final int[] tail = {NONE, NONE, NONE};
    private final int[] count = new int[3];

    private final int[] free;
    private int freeCount;

    /** Admissions so far, wrapping around; the clock of {@link Frame#touch}. */
    private volatile int admissions;

    EvictionQueues(Frame[] frames) {
        this.frames = frames;
        // With few frames a tenth would be one or two, and pages would leave before anybody could come back to them.
        this.smallTarget = Math.max(frames.length / 10, Math.min(8, frames.length / 4));
        this.period = Math.max(1, smallTarget / 4);
        this.ghosts = new GhostQueue(frames.length - smallTarget);
        this.newer = new int[frames.length];
        this.older = new int[frames.length];
        this.place = new byte[frames.length];
        this.free = new int[frames.length];
        Arrays.fill(newer, NONE);
        Arrays.fill(older, NONE);
        // The stack hands out low indexes first.
        for (int i = frames.length - 1; i >= 0; i--) {
            free[freeCount++] = i;
        }
    }

    int admissions() {
        return admissions;
    }

    int period() {
        return period;
    }

    /** A free frame, owned by the caller; null if there is none. */
    @Nullable Frame takeFree() {
        lock.lock();
        try {
            return freeCount == 0 ? null : frames[free[--freeCount]];
        } finally {
            lock.unlock();
        }
    }

    /** Whether there seems to be a free frame; a hint, for it takes no lock. */
    boolean mayHaveFree() {
        return freeCount > 0;
    }

    /** Takes back a frame whose page was forgotten; the caller owns it, and no longer after this. */
    void release(Frame frame) {
        assert frame.isOwned() : frame;
        lock.lock();
        try {
            if (place[frame.index()] != NOWHERE) {
                unlink(frame.index());
            }
            assert freeCount < frames.length;
            free[freeCount++] = frame.index();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Enters an owned frame into the queues, before its page can be found: a frame that can be found is in a queue.
     *
     * @param made whether the page was made rather than read, so that what the ghost queue remembers of its number means nothing
     */
    void admit(Frame frame, boolean made) {
        assert frame.isOwned() : frame;
        lock.lock();
        try {
            assert place[frame.index()] == NOWHERE : frame;
            admissions++;
            frame.resetTouches(admissions);
            boolean remembered = ghosts.remove(frame.key()) && !made;
            link(frame.index(), remembered ? MAIN : SMALL);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds the page that should leave next. A clean one has left the queues and is owned by the caller. A dirty one is still in its queue, and it is the
     * caller that writes it (then {@link #leaveAfterWriting}).
     *
     * @param cleanOnly whether to pass over dirty pages
     * @return null if every page is pinned, owned or being written
     */
    @Nullable Frame choose(boolean cleanOnly) {
        lock.lock();
        try {
            // Enough looks for every frame to use up its rounds; then all that is left is in use.
            int looksAtSmall = count[SMALL];
            int looksAtMain = (FREQUENCY_MAX + 1) * frames.length;
            while (true) {
                boolean small = looksAtSmall > 0 && count[SMALL] > 0;
                boolean main = looksAtMain > 0 && count[MAIN] > 0;
                if (small && (count[SMALL] >= smallTarget || !main)) {
                    looksAtSmall--;
                } else if (main) {
                    small = false;
                    looksAtMain--;
                } else {
                    return null;
                }
                Frame frame = small ? lookAtSmall(cleanOnly) : lookAtMain(cleanOnly);
                if (frame != null) {
                    return frame;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets a page leave that {@link #choose} found dirty and the caller has written.
     *
     * @return whether the caller owns the frame now; otherwise somebody uses the page again, it stays, and the caller is still the one that writes it
     */
    boolean leaveAfterWriting(Frame frame) {
        lock.lock();
        try {
            if (!frame.tryOwnAfterWriting()) {
                return false;
            }
            if (frame.isDirty()) {
                // Changed and unpinned again since: it has to be written once more before it may leave.
                frame.ownToWriting();
                return false;
            }
            leave(frame);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Collects dirty, unused pages that are near the end of their queues, nearest first.
     *
     * @param target filled from 0; as many frames of each queue are looked at as half of it has room
     * @return frames found; 0 as well while there are that many free frames, for nothing has to leave then
     */
    int collectDirtyNearTheEnd(Frame[] target) {
        lock.lock();
        try {
            if (freeCount >= target.length) {
                return 0;
            }
            int found = 0;
            for (byte queue = SMALL; queue <= MAIN; queue++) {
                int looks = target.length / 2;
                for (int i = tail[queue]; i != NONE && looks > 0; i = newer[i], looks--) {
                    Frame frame = frames[i];
                    if (frame.frequency() == 0 && frame.isDirty() && !frame.isPinned()) {
                        target[found++] = frame;
                    }
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Frame lookAtSmall(boolean cleanOnly) {
        Frame frame = frames[tail[SMALL]];
        if (frame.frequency() >= PROMOTION_FREQUENCY) {
            frame.setFrequency(0);
            move(frame, MAIN);
            return null;
        }
        return claimOrMove(frame, SMALL, cleanOnly);
    }

    private @Nullable Frame lookAtMain(boolean cleanOnly) {
        Frame frame = frames[tail[MAIN]];
        if (frame.frequency() > 0) {
            frame.setFrequency(frame.frequency() - 1);
            move(frame, MAIN);
            return null;
        }
        return claimOrMove(frame, MAIN, cleanOnly);
    }

    private @Nullable Frame claimOrMove(Frame frame, byte queue, boolean cleanOnly) {
        if (cleanOnly && frame.isDirty() || !frame.tryOwn()) {
            move(frame, queue);
            return null;
        }
        // Only now can dirty be trusted: nobody can pin it any more, and who does not pin does not change.
        if (frame.isDirty()) {
            frame.ownToWriting();
            return frame;
        }
        leave(frame);
        return frame;
    }

    private void leave(Frame frame) {
        if (place[frame.index()] == SMALL) {
            ghosts.add(frame.key());
        }
        unlink(frame.index());
    }

    private void move(Frame frame, byte queue) {
        unlink(frame.index());
        link(frame.index(), queue);
    }

    private void link(int i, byte queue) {
        place[i] = queue;
        newer[i] = NONE;
        older[i] = head[queue];
        if (head[queue] == NONE) {
            tail[queue] = i;
        } else {
            newer[head[queue]] = i;
        }
        head[queue] = i;
        count[queue]++;
    }

    private void unlink(int i) {
        int queue = place[i];
        assert queue != NOWHERE;
        if (older[i] == NONE) {
            tail[queue] = newer[i];
        } else {
            newer[older[i]] = newer[i];
        }
        if (newer[i] == NONE) {
            head[queue] = older[i];
        } else {
            older[newer[i]] = older[i];
        }
        place[i] = NOWHERE;
        count[queue]--;
    }
}
