package dev.afterimage.engine;

import org.jspecify.annotations.Nullable;

/**
 * One transaction's claim on one page: waiting for it, holding it, or both while a shared lock waits to become exclusive.
 *
 * <p>All but {@link #state} is guarded by the stripe of the page. The objects are reused, by the same {@link LockOwner}.
 */
final class LockRequest {
    /** Holds what it asked for. */
    static final int GRANTED = 0;
    /** Stands in the page's queue. */
    static final int WAITING = 1;
    /** Taken out of the queue to break a deadlock. */
    static final int VICTIM = 2;
    /** Taken out of the queue because the store stopped serving. */
    static final int CANCELLED = 3;

    final LockOwner owner;
    long page;
    @Nullable LockEntry entry;
    volatile int state;

    /** Whether it is among the holders. */
    boolean holds;
    /** If it holds: exclusively? */
    boolean exclusive;
    /** While it waits: for an exclusive lock? */
    boolean wantsExclusive;
    /** Why it became a victim: the circle, for people to read. */
    @Nullable String circle;

    @Nullable LockRequest nextHolder;
    @Nullable LockRequest previousHolder;
    @Nullable LockRequest nextWaiter;
    @Nullable LockRequest previousWaiter;
    /** In the owner's list of requests to reuse. */
    @Nullable LockRequest nextSpare;

    /** The page's handle open for writing, if there is one; only the owner's thread looks. */
    @Nullable WriteHandle writer;
    /** Handles open for reading on this page; only the owner's thread looks. */
    int readers;

    LockRequest(LockOwner owner) {
        this.owner = owner;
    }
}
