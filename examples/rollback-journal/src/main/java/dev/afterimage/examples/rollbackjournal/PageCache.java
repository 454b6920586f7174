package dev.afterimage.examples.rollbackjournal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.CacheExhaustedException;
import org.jspecify.annotations.Nullable;

/**
 * Pages in memory: at most as many as the store's share allows. Where room is needed, a page that is as it is at home just goes; if there is none, changed pages are <em>stolen</em>: written home although their
 * transaction is unfinished, after their journal was made durable. Safe for many threads.
 *
 * <p>One lock guards the table and the state of each frame, and is never held while the disk works: a frame that is being read or written is {@code busy} meanwhile, and who wants it waits. A thread at the disk
 * waits for no frame, so nobody waits for ever.
 */
final class PageCache {
    /** Pages stolen at a time: one journal sync pays for all of them. */
    private static final int STEAL_MAX = 32;

    private final HomePages homes;
    private final int framesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stateChanged = lock.newCondition();
    private final Map<Long, Frame> table = new HashMap<>();
    private final List<Frame> frames = new ArrayList<>();
    private final ArrayDeque<Frame> free = new ArrayDeque<>();
    private int hand;
    private long hits;
    private long misses;
    private long evictions;

    PageCache(HomePages homes, int framesMax) {
        this.homes = homes;
        this.framesMax = framesMax;
    }

    /** The page's frame, pinned; read from home if need be. A page that does not exist has one, too. */
    Frame pin(long page) {
        return pin(page, true);
    }

    /** The page's frame, pinned, for someone who overwrites all of it: it may hold anything. */
    Frame pinToOverwrite(long page) {
        return pin(page, false);
    }

    private Frame pin(long page, boolean read) {
        Frame frame;
        lock.lock();
        try {
            while (true) {
                Frame resident = table.get(page);
                if (resident == null) {
                    frame = takeFrame();
                    if (frame != null) {
                        break;
                    }
                } else if (resident.busy) {
                    stateChanged.awaitUninterruptibly();
                } else {
                    hits++;
                    resident.pins++;
                    resident.used = true;
                    return resident;
                }
            }
            misses++;
            frame.page = page;
            frame.pins = 1;
            frame.used = true;
            frame.busy = read;
            table.put(page, frame);
        } finally {
            lock.unlock();
        }
        if (read) {
            read(frame);
        }
        return frame;
    }

    private void read(Frame frame) {
        boolean complete = false;
        try {
            homes.read(frame.page, frame.whole());
            complete = true;
        } finally {
            lock.lock();
            frame.busy = false;
            if (!complete) {
                frame.pins = 0;
                table.remove(frame.page);
                free.push(frame);
            }
            stateChanged.signalAll();
            lock.unlock();
        }
    }

    void unpin(Frame frame) {
        lock.lock();
        try {
            assert frame.pins > 0;
            if (--frame.pins == 0) {
                stateChanged.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock: a frame that is nobody's, or null if the lock was let go of meanwhile and the caller has to look again. */
    private @Nullable Frame takeFrame() {
        if (!free.isEmpty()) {
            return free.pop();
        }
        if (frames.size() < framesMax) {
            Frame frame = new Frame(this, homes.newBuffer());
            frames.add(frame);
            return frame;
        }
        Frame changed = null;
        boolean anyBusy = false;
        // Second chance: the hand passes each frame at most twice; the first time it only takes away the mark of use.
        for (int step = 0; step < 2 * frames.size(); step++) {
            Frame frame = frames.get(hand);
            hand = (hand + 1) % frames.size();
            anyBusy |= frame.busy;
            if (frame.busy || frame.pins > 0) {
                continue;
            }
            if (frame.used) {
                frame.used = false;
            } else if (frame.changedBy != null) {
                changed = changed == null ? frame : changed;
            } else {
                evictions++;
                table.remove(frame.page);
                return frame;
            }
        }
        if (changed != null) {
            steal(Objects.requireNonNull(changed.changedBy).journal);
        } else if (anyBusy) {
            stateChanged.awaitUninterruptibly();
        } else {
            throw new CacheExhaustedException("all " + framesMax + " pages of the cache are in use at once; close page handles sooner, or give the store a larger cache");
        }
        return null;
    }

    /** Under the lock, which it lets go of: writes some changed pages of one transaction home, unfinished as they are. */
    private void steal(Journal journal) {
        List<Frame> stolen = new ArrayList<>();
        for (int index = 0; index < frames.size() && stolen.size() < STEAL_MAX; index++) {
            Frame frame = frames.get((hand + index) % frames.size());
            if (!frame.busy && frame.pins == 0 && frame.changedBy != null && frame.changedBy.journal == journal) {
                frame.busy = true;
                stolen.add(frame);
            }
        }
        writeHome(stolen);
    }

    /** Writes a page of a transaction that commits home, if it is here and changed; else it is home already. */
    void writeHome(TouchedPage touched) {
        lock.lock();
        try {
            Frame frame = whenIdle(touched.page);
            if (frame != null && frame.changedBy != null) {
                assert frame.changedBy == touched : "page " + touched.page + " was changed by two transactions at once";
                frame.busy = true;
                writeHome(List.of(frame));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock, which it lets go of; the frames are busy. */
    private void writeHome(List<Frame> changed) {
        int written = 0;
        lock.unlock();
        try {
            for (Frame frame : changed) {
                TouchedPage touched = Objects.requireNonNull(frame.changedBy);
                touched.journal.makeDurable(touched.baseEntry); // rule W1; a sync for the first of them, nothing for the others
                touched.stolen = true;
                homes.write(frame.page, frame.whole(), touched.journal.transactionId());
                written++;
            }
        } finally {
            lock.lock();
            for (Frame frame : changed) {
                frame.busy = false;
            }
            for (Frame frame : changed.subList(0, written)) {
                frame.changedBy = null;
            }
            stateChanged.signalAll();
        }
    }

    /** Forgets a page of a transaction that rolls back, with whatever it did to it. */
    void drop(long page) {
        lock.lock();
        try {
            Frame frame = whenIdle(page);
            if (frame != null) {
                assert frame.pins == 0 : "page " + page + " is open in a transaction that rolls back";
                frame.changedBy = null;
                table.remove(page);
                free.push(frame);
                stateChanged.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock: the page's frame when nobody reads or writes it, or null. */
    private @Nullable Frame whenIdle(long page) {
        Frame frame = table.get(page);
        while (frame != null && frame.busy) {
            stateChanged.awaitUninterruptibly();
            frame = table.get(page);
        }
        return frame;
    }

    /** Hits, misses and evictions. */
    long[] counters() {
        lock.lock();
        try {
            return new long[] {hits, misses, evictions};
        } finally {
            lock.unlock();
        }
    }
}
