package dev.afterimage.engine;

import java.util.concurrent.locks.LockSupport;

import dev.afterimage.api.DeadlockException;
import dev.afterimage.api.LockTimeoutException;
import dev.afterimage.spi.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Shared and exclusive locks on pages, held to the end of a transaction (strict two-phase locking; Bernstein, Hadzilacos and Goodman 1987, ch. 3).
 *
 * <p>Requests are served in the order they come; only a holder that wants to go from shared to exclusive goes first, because the others wait for it anyway.
 * A lock that becomes free while somebody who holds nothing waits to have it exclusively is not handed over but left free, and the waiter is <em>called</em>: until its thread runs, which takes longer than most transactions, others
 * may have the lock, {@value LockEntry#PASSES_MAX} times at most. Handing over would make a page that many want as slow as the waking of threads; after so many times it is handed over all the same, so none starves. Before a request waits it looks for a deadlock ({@link DeadlockSearch}). The table is split into stripes, more than there are pages in use at most
 * moments, each with a {@linkplain StripeLatch latch} that is held for a few dozen instructions and never across a wait: taking a lock that is free is one compare-and-set, on a
 * cache line that holds all there is to say about it. Entries and requests are reused.
 *
 * <p>An interrupt does not end a wait; it is pending again afterwards (rule F3).
 */
final class PageLocks {
    private static final int STRIPES = 1024;
    private static final long HASH = 0x9E3779B97F4A7C15L;
    /** How often a waiter that was called and then passed looks whether the lock is free, and how long between two looks, before it parks again: some tens of microseconds in all, the price of a wake-up. */
    private static final int TRIES = 20;
    private static final int LOOKS = 200;

    private final Stripe[] stripes;
    private final int stripeShift;
    private final TimeSource time;
    private final DeadlockSearch search = new DeadlockSearch(this);
    private volatile boolean cancelled;

    PageLocks(TimeSource time) {
        this(time, STRIPES);
    }

    /** With so many stripes, a power of two. */
    PageLocks(TimeSource time, int stripeCount) {
        this.time = time;
        stripes = new Stripe[stripeCount];
        stripeShift = Long.SIZE - Integer.numberOfTrailingZeros(stripeCount);
        for (int i = 0; i < stripeCount; i++) {
            stripes[i] = new Stripe();
        }
    }

    /**
     * Takes a lock, or makes a held one exclusive, waiting up to {@code timeoutNanos}.
     *
     * @return what the owner now holds; null if the store stopped serving meanwhile
     * @throws DeadlockException if the owner was chosen to break a deadlock: it must roll back
     * @throws LockTimeoutException if it took too long: it must roll back
     */
    @Nullable LockRequest acquire(LockOwner owner, long page, boolean exclusive, long timeoutNanos) {
        LockRequest request = owner.find(page);
        if (request != null && (request.exclusive || !exclusive)) {
            return request;
        }
        if (request == null) {
            request = owner.request(page);
            if (takeAtOnce(request, exclusive)) {
                owner.remember(request);
                return request;
            }
        }
        if (!takeOrEnqueue(request, exclusive, timeoutNanos)) {
            long began = time.nanos();
            search.run(owner, request);
            await(request, began, timeoutNanos);
        }
        return settled(request, exclusive, timeoutNanos);
    }

    /** Takes an exclusive lock if that needs no waiting; null if it does. */
    @Nullable LockRequest tryExclusive(LockOwner owner, long page) {
        LockRequest held = owner.find(page);
        if (held != null && held.exclusive) {
            return held;
        }
        LockRequest request = held == null ? owner.request(page) : held;
        boolean taken = takeAtOnce(request, true);
        if (held == null) {
            if (taken) {
                owner.remember(request);
            } else {
                owner.spare(request);
            }
        }
        return taken ? request : null;
    }

    private boolean takeAtOnce(LockRequest request, boolean exclusive) {
        Stripe stripe = stripe(request.page);
        stripe.lock();
        try {
            return stripe.take(request, exclusive);
        } finally {
            stripe.unlock();
        }
    }

    /** Frees all an owner holds, and lets those have it that come next. */
    void releaseAll(LockOwner owner) {
        assert owner.waiting == null;
        owner.releaseAll(this);
    }

    /** Ends every wait, now and from now on: the store stopped serving. */
    void cancelWaits() {
        cancelled = true;
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                stripe.cancelWaits();
            } finally {
                stripe.unlock();
            }
        }
    }

    private boolean takeOrEnqueue(LockRequest request, boolean exclusive, long timeoutNanos) {
        Stripe stripe = stripe(request.page);
        stripe.lock();
        try {
            if (stripe.take(request, exclusive)) {
                return true;
            }
            if (timeoutNanos <= 0 || cancelled) {
                request.state = cancelled ? LockRequest.CANCELLED : LockRequest.WAITING;
                return true;
            }
            // Seen by searches from here on: they look at `waiting` first and at the queue under the stripe's lock.
            stripe.entry(request.page).enqueue(request, exclusive);
            request.owner.waiting = request;
            return false;
        } finally {
            stripe.unlock();
        }
    }

    private void await(LockRequest request, long began, long timeoutNanos) {
        boolean interrupted = false;
        try {
            while (request.state == LockRequest.WAITING) {
                long left = timeoutNanos - (time.nanos() - began);
                if (left <= 0) {
                    withdraw(request);
                    break;
                }
                comeIfCalled(request); // before each park: a call may have come while this thread was parked for a latch, and its permit is gone then
                if (request.state == LockRequest.WAITING) {
                    LockSupport.parkNanos(this, left);
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            request.owner.waiting = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Takes the lock if this request was called and finds it free. Where others have passed it looks again for a while, for they are running and soon done; then it takes the call back, so that the next release calls
     * again, and may park.
     */
    private void comeIfCalled(LockRequest request) {
        Stripe stripe = stripe(request.page);
        for (int tries = 0; request.state == LockRequest.WAITING; tries++) {
            LockEntry entry;
            stripe.lock();
            try {
                entry = request.entry;
                if (request.state != LockRequest.WAITING || entry == null || entry.firstWaiter != request || !entry.called || entry.grantFirst() != null) {
                    return;
                }
                if (tries >= TRIES) {
                    entry.called = false;
                    return;
                }
            } finally {
                stripe.unlock();
            }
            for (int look = 0; look < LOOKS && entry.holders != null; look++) {
                Thread.onSpinWait();
            }
        }
    }

    /** Takes a request out of its queue unless it was served in the last moment. It keeps the state WAITING: it waited in vain. */
    private void withdraw(LockRequest request) {
        Stripe stripe = stripe(request.page);
        stripe.lock();
        try {
            if (request.state == LockRequest.WAITING) {
                stripe.leaveQueue(request, LockRequest.WAITING);
            }
        } finally {
            stripe.unlock();
        }
    }

    /** The end of a request: held, or given back and the reason thrown. */
    private @Nullable LockRequest settled(LockRequest request, boolean exclusive, long timeoutNanos) {
        int state = request.state;
        LockOwner owner = request.owner;
        boolean known = owner.find(request.page) == request;
        if (state == LockRequest.GRANTED) {
            assert request.holds && (request.exclusive || !exclusive);
            if (!known) {
                owner.remember(request);
            }
            return request;
        }
        long page = request.page;
        String circle = request.circle;
        if (!known) {
            owner.spare(request);
        }
        request.state = LockRequest.GRANTED;
        if (state == LockRequest.VICTIM) {
            throw new DeadlockException("transaction " + owner.transactionId + " was rolled back to break a deadlock: " + circle + "; run it again");
        }
        if (state == LockRequest.WAITING) {
            throw new LockTimeoutException("transaction " + owner.transactionId + " could not have the " + (exclusive ? "exclusive" : "shared")
                    + " lock on page " + page + " within " + timeoutNanos / 1_000_000 + " ms: " + holdersOf(page)
                    + "; it was rolled back, run it again");
        }
        return null;
    }

    private String holdersOf(long page) {
        Stripe stripe = stripe(page);
        stripe.lock();
        try {
            LockEntry entry = stripe.find(page);
            if (entry == null || entry.holders == null) {
                return "it has just become free";
            }
            LockRequest holder = entry.holders;
            if (holder.owner.recovered) {
                return "page " + page + " is held by transaction " + holder.owner.transactionId + ", which is being rolled back after recovery";
            }
            Thread thread = holder.owner.thread;
            return "transaction " + holder.owner.transactionId + (thread == null ? "" : " of thread \"" + thread.getName() + "\"") + " holds it"
                    + (entry.holderCount > 1 ? ", and " + (entry.holderCount - 1) + " more" : "");
        } finally {
            stripe.unlock();
        }
    }

    /** Frees one lock; for {@link LockOwner#releaseAll}. */
    void release(LockRequest request) {
        Stripe stripe = stripe(request.page);
        Thread wake = null; // outside the latch: it is a system call
        stripe.lock();
        try {
            LockEntry entry = request.entry;
            assert entry != null && entry.page == request.page;
            entry.removeHolder(request);
            if (entry.mayCallFirst()) {
                wake = entry.called ? null : entry.firstWaiter.owner.thread;
                entry.called = true;
            } else {
                stripe.serve(entry);
            }
        } finally {
            stripe.unlock();
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
    }

    /** Takes a waiting request out of its queue to break a deadlock; the caller holds every stripe. */
    void sacrifice(LockRequest request, String circle) {
        request.circle = circle;
        stripe(request.page).leaveQueue(request, LockRequest.VICTIM);
        LockSupport.unpark(request.owner.thread);
    }

    void lockStripe(long page) {
        stripe(page).lock();
    }

    void unlockStripe(long page) {
        stripe(page).unlock();
    }

    /** In rising order, as everybody who takes more than one does. */
    void lockAllStripes() {
        for (Stripe stripe : stripes) {
            stripe.lock();
        }
    }

    void unlockAllStripes() {
        for (Stripe stripe : stripes) {
            stripe.unlock();
        }
    }

    /** How many pages are locked or waited for; for tests. */
    int lockedPages() {
        int count = 0;
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                count += stripe.lockedPages();
            } finally {
                stripe.unlock();
            }
        }
        return count;
    }

    /** How many requests stand in queues; for tests. */
    int waiting() {
        int count = 0;
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                count += stripe.waiting();
            } finally {
                stripe.unlock();
            }
        }
        return count;
    }

    private Stripe stripe(long page) {
        return stripes[(int) ((page * HASH) >>> stripeShift)];
    }

    /**
     * A part of the table. It is the entry of one page itself, which is all that most stripes ever have to hold; further ones are in a hash map with chains. All is guarded by the latch.
     */
    private static final class Stripe extends StripeLatch {
        private static final int SPARES_MAX = 256;
        private static final int BUCKETS_MIN = 4;
        /** The stripe is chosen by bits above those that choose the bucket. */
        private static final int BUCKET_SHIFT = 24;
        private static final LockEntry[] NONE = new LockEntry[0];

        private @Nullable LockEntry[] buckets = NONE;
        /** Entries in the map. */
        private int used;
        private @Nullable LockEntry spares;
        private int spareCount;

        /** Lets a request hold the lock if it may at once. */
        boolean take(LockRequest request, boolean exclusive) {
            LockEntry entry = entry(request.page);
            if (request.holds) {
                if (!entry.soleHolder(request)) {
                    return false;
                }
                request.exclusive = true;
            } else {
                if (!entry.freeFor(exclusive)) {
                    return false;
                }
                entry.addPassing(request, exclusive);
            }
            if (request.state != LockRequest.GRANTED) {
                request.state = LockRequest.GRANTED;
            }
            return true;
        }

        void leaveQueue(LockRequest request, int newState) {
            LockEntry entry = request.entry;
            assert entry != null;
            entry.dequeue(request, newState);
            serve(entry);
        }

        /** Lets waiters have what has become free, and drops the entry if nobody is left. */
        void serve(LockEntry entry) {
            for (LockRequest granted = entry.grantFirst(); granted != null; granted = entry.grantFirst()) {
                LockSupport.unpark(granted.owner.thread);
            }
            if (entry != this && entry.unused()) {
                remove(entry);
            }
        }

        int lockedPages() {
            return used + (unused() ? 0 : 1);
        }

        void cancelWaits() {
            cancelWaits(this);
            for (LockEntry head : buckets) {
                for (LockEntry entry = head; entry != null; entry = entry.next) {
                    // Only waiters go: an entry with waiters has holders too, so none is dropped while we walk.
                    assert entry.holders != null;
                    cancelWaits(entry);
                }
            }
        }

        private static void cancelWaits(LockEntry entry) {
            for (LockRequest waiter = entry.firstWaiter; waiter != null; waiter = entry.firstWaiter) {
                entry.dequeue(waiter, LockRequest.CANCELLED);
                LockSupport.unpark(waiter.owner.thread);
            }
        }

        int waiting() {
            int count = waiters();
            for (LockEntry head : buckets) {
                for (LockEntry entry = head; entry != null; entry = entry.next) {
                    count += entry.waiters();
                }
            }
            return count;
        }

        @Nullable LockEntry find(long page) {
            if (this.page == page && !unused()) {
                return this;
            }
            if (used == 0) {
                return null;
            }
            LockEntry entry = buckets[bucket(page)];
            while (entry != null && entry.page != page) {
                entry = entry.next;
            }
            return entry;
        }

        LockEntry entry(long page) {
            LockEntry entry = find(page);
            if (entry != null) {
                return entry;
            }
            if (unused()) {
                this.page = page;
                return this;
            }
            return add(page);
        }

        private LockEntry add(long page) {
            LockEntry entry = spares;
            if (entry == null) {
                entry = new LockEntry();
            } else {
                spares = entry.next;
                spareCount--;
            }
            assert entry.unused();
            entry.page = page;
            if (used >= buckets.length) {
                grow();
            }
            insert(entry);
            used++;
            return entry;
        }

        private void insert(LockEntry entry) {
            int bucket = bucket(entry.page);
            entry.next = buckets[bucket];
            buckets[bucket] = entry;
        }

        private void grow() {
            LockEntry[] old = buckets;
            buckets = new LockEntry[Math.max(BUCKETS_MIN, old.length * 2)];
            for (LockEntry head : old) {
                LockEntry entry = head;
                while (entry != null) {
                    LockEntry next = entry.next;
                    insert(entry);
                    entry = next;
                }
            }
        }

        private void remove(LockEntry entry) {
            int bucket = bucket(entry.page);
            LockEntry before = null;
            for (LockEntry each = buckets[bucket]; each != entry; each = each.next) {
                assert each != null : "an entry that is not in the table";
                before = each;
            }
            if (before == null) {
                buckets[bucket] = entry.next;
            } else {
                before.next = entry.next;
            }
            used--;
            entry.next = null;
            if (spareCount < SPARES_MAX) {
                entry.next = spares;
                spares = entry;
                spareCount++;
            }
        }

        private int bucket(long page) {
            return (int) ((page * HASH) >>> BUCKET_SHIFT) & (buckets.length - 1);
        }
    }
}
