package dev.afterimage.engine;

import org.jspecify.annotations.Nullable;

/**
 * The lock of one page: who holds it and who waits, first come first served.
 *
 * <p>Guarded by its stripe; reused for another page once nobody holds or wants it. Invariant: either one exclusive holder, or any number of shared ones;
 * and the first waiter is never one that could be granted.
 */
class LockEntry {
    /** Who waits is passed so often at most: some hundred microseconds for transactions as short as those that profit from it. */
    static final int PASSES_MAX = 256;

    long page;
    @Nullable LockRequest holders;
    int holderCount;
    @Nullable LockRequest firstWaiter;
    @Nullable LockRequest lastWaiter;
    /** In the stripe's bucket, or in its list of entries to reuse. */
    @Nullable LockEntry next;

    /** The first waiter has been woken and takes the lock if it finds it free; until it has come, others may pass it. */
    boolean called;
    /** How often the first waiter was passed. */
    private int passed;

    /**
     * Whether a lock that is free may be left to whoever comes first, instead of to a thread that does not run yet. Not where readers wait, who may be many; nor where it was passed too often; nor where the first waiter
     * holds anything, on this page or another: nobody can wait for one that holds nothing, so passing it closes no circle.
     */
    boolean mayCallFirst() {
        LockRequest first = firstWaiter;
        return first != null && holders == null && first.wantsExclusive && first.owner.held() == 0 && passed < PASSES_MAX;
    }

    private boolean mayPass() {
        return called && holders == null && passed < PASSES_MAX;
    }

    boolean unused() {
        return holders == null && firstWaiter == null;
    }

    boolean heldExclusively() {
        return holders != null && holders.exclusive;
    }

    /** Whether a request that is not in the queue may have the lock at once. Nobody passes a waiter but one that is called, and that not for ever, so that none starves. */
    boolean freeFor(boolean exclusive) {
        return (firstWaiter == null || mayPass()) && (exclusive ? holders == null : !heldExclusively());
    }

    /** Whether a holder may make its shared lock exclusive at once: it passes all waiters, for they wait for it anyway. */
    boolean soleHolder(LockRequest request) {
        return holderCount == 1 && holders == request;
    }

    /** Lets a request hold the lock that is not in the queue; it may pass who is. */
    void addPassing(LockRequest request, boolean exclusive) {
        if (firstWaiter != null) {
            passed++;
        }
        addHolder(request, exclusive);
    }

    private void addHolder(LockRequest request, boolean exclusive) {
        assert !request.holds && (exclusive ? holders == null : !heldExclusively());
        request.entry = this;
        request.holds = true;
        request.exclusive = exclusive;
        request.previousHolder = null;
        request.nextHolder = holders;
        if (holders != null) {
            holders.previousHolder = request;
        }
        holders = request;
        holderCount++;
    }

    void removeHolder(LockRequest request) {
        assert request.holds && request.entry == this;
        if (request.previousHolder == null) {
            holders = request.nextHolder;
        } else {
            request.previousHolder.nextHolder = request.nextHolder;
        }
        if (request.nextHolder != null) {
            request.nextHolder.previousHolder = request.previousHolder;
        }
        request.nextHolder = null;
        request.previousHolder = null;
        request.holds = false;
        request.exclusive = false;
        holderCount--;
    }

    /** How many wait. */
    int waiters() {
        int count = 0;
        for (LockRequest waiter = firstWaiter; waiter != null; waiter = waiter.nextWaiter) {
            count++;
        }
        return count;
    }

    /** Puts a request at the end of the queue; one that holds already goes before all that hold nothing, behind others of its kind. */
    void enqueue(LockRequest request, boolean exclusive) {
        request.entry = this;
        request.wantsExclusive = exclusive;
        LockRequest before = lastWaiter;
        if (request.holds) {
            before = null;
            for (LockRequest waiter = firstWaiter; waiter != null && waiter.holds; waiter = waiter.nextWaiter) {
                before = waiter;
            }
        }
        insertAfter(before, request);
        request.state = LockRequest.WAITING;
    }

    private void insertAfter(@Nullable LockRequest before, LockRequest request) {
        LockRequest after = before == null ? firstWaiter : before.nextWaiter;
        request.previousWaiter = before;
        request.nextWaiter = after;
        if (before == null) {
            firstWaiter = request;
            called = false;
        } else {
            before.nextWaiter = request;
        }
        if (after == null) {
            lastWaiter = request;
        } else {
            after.previousWaiter = request;
        }
    }

    /** Takes a request out of the queue, and says why. */
    void dequeue(LockRequest request, int newState) {
        assert request.state == LockRequest.WAITING && request.entry == this;
        if (request.previousWaiter == null) {
            firstWaiter = request.nextWaiter;
            called = false;
            passed = 0;
        } else {
            request.previousWaiter.nextWaiter = request.nextWaiter;
        }
        if (request.nextWaiter == null) {
            lastWaiter = request.previousWaiter;
        } else {
            request.nextWaiter.previousWaiter = request.previousWaiter;
        }
        request.previousWaiter = null;
        request.nextWaiter = null;
        request.state = newState;
    }

    /** Takes the first waiter out of the queue and lets it hold, if it may; null if it may not, or there is none. */
    @Nullable LockRequest grantFirst() {
        LockRequest first = firstWaiter;
        if (first == null) {
            return null;
        }
        boolean grantable = first.holds ? soleHolder(first) : first.wantsExclusive ? holders == null : !heldExclusively();
        if (!grantable) {
            return null;
        }
        if (first.holds) {
            first.exclusive = true;
        } else {
            addHolder(first, first.wantsExclusive);
        }
        dequeue(first, LockRequest.GRANTED);
        return first;
    }
}
