package dev.afterimage.innodbstyle;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import dev.afterimage.api.StoreFullException;
import dev.afterimage.buffer.BufferPool;

/** All rollback segments: writers take them in turn, and another is made when the slots of all are taken. Safe for many threads. */
final class RollbackSegments {
    /** Made with the store. */
    private static final int FIRST_COUNT = 2;

    private final BufferPool pool;
    private final Spaces spaces;
    private final UndoSpace space;
    private final List<RollbackSegment> segments = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final ReentrantLock growing = new ReentrantLock();

    private RollbackSegments(BufferPool pool, Spaces spaces, UndoSpace space) {
        this.pool = pool;
        this.spaces = spaces;
        this.space = space;
    }

    /** Makes the first ones. */
    static RollbackSegments create(BufferPool pool, Spaces spaces, UndoSpace space, PageGroup group) {
        RollbackSegments made = new RollbackSegments(pool, spaces, space);
        for (int number = 0; number < FIRST_COUNT; number++) {
            made.add(group);
        }
        return made;
    }

    /**
     * Reads them.
     *
     * @param active told of undo segments of unfinished transactions
     */
    static RollbackSegments open(BufferPool pool, Spaces spaces, UndoSpace space, Consumer<UndoSegment> active) {
        RollbackSegments opened = new RollbackSegments(pool, spaces, space);
        long[] pages = space.rollbackSegmentPages();
        for (int number = 0; number < pages.length; number++) {
            opened.segments.add(new RollbackSegment(pool, spaces, space, number, pages[number]).open(active));
        }
        return opened;
    }

    private void add(PageGroup group) {
        int number = segments.size();
        segments.add(new RollbackSegment(pool, spaces, space, number, space.addRollbackSegment(group, number)));
    }

    /**
     * An undo segment for one transaction: a cached one, or else a new one.
     *
     * @param room called before the tablespace is made larger: it may free pages
     * @throws StoreFullException if as many transactions write at once as there can be undo segments
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no room for a page
     */
    UndoSegment take(PageGroup group, Runnable room) {
        int first = Math.floorMod(turn.getAndIncrement(), segments.size());
        for (int index = 0; index < segments.size(); index++) {
            UndoSegment cached = segments.get((first + index) % segments.size()).takeCached();
            if (cached != null) {
                return cached;
            }
        }
        if (space.mustGrow()) {
            room.run();
        }
        while (true) {
            int count = segments.size();
            for (int index = 0; index < count; index++) {
                UndoSegment made = segments.get((first + index) % count).make(group);
                if (made != null) {
                    return made;
                }
            }
            grow(group, count);
        }
    }

    private void grow(PageGroup group, int seen) {
        growing.lock();
        try {
            if (segments.size() > seen) {
                return;
            }
            if (seen == UndoSpace.ROLLBACK_SEGMENTS_MAX) {
                throw new StoreFullException("all undo slots of " + seen + " rollback segments are taken: fewer transactions can write at the same time", null);
            }
            add(group);
        } finally {
            growing.unlock();
        }
    }

    /** Takes the undo tablespace back to what {@link #create} made; returns its pages. See {@link UndoSpace#empty}. */
    long empty(PageGroup group) {
        return space.empty(group, FIRST_COUNT);
    }

    /** All of them. */
    List<RollbackSegment> all() {
        return segments;
    }

    /** Undo segments waiting for purge (the history list length, as it were, but in segments). */
    long historyLength() {
        long length = 0;
        for (RollbackSegment segment : segments) {
            length += segment.historyLength();
        }
        return length;
    }
}
