package dev.afterimage.buffer;

import dev.afterimage.api.StoreClosedException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which page is in which frame: hash chains through the frames, changed under a lock per stripe, read without any.
 *
 * <p>A hit walks the chain without a lock and pins by one compare-and-swap; the state word of {@link Frame} makes sure that it pins the page that it looked
 * for. A walk that meets a change may lose its way into another chain, and then finds nothing: only a walk under the stripe's lock may say "not resident".
 *
 * <p>A page is in exactly one of these states:
 * <pre>
 *   absent --begin--> loading --publish--> resident --(owned by an evictor)--> leaving --remove--> absent
 *                        '------fail-----> absent
 * </pre>
 * While it loads, and while it leaves, others that want it wait on the stripe's condition; so one thread loads a page, and nobody reads from the disk what a
 * frame still holds. A dirty page does not leave: it is written first, resident all the while, and only then may it leave. Waits do not end by interrupts (rule
 * F3).
 */
final class PageTable {
    private static final int STRIPES_MAX = 256;
    /** A walk longer than this has lost its way; chains hold one frame on average. */
    private static final int WALK_MAX = 64;

    private final AtomicReferenceArray<Frame> buckets;
    private final Stripe[] stripes;
    private volatile boolean closed;

    PageTable(int frames) {
        int size = Integer.highestOneBit(Math.max(2, frames) * 2 - 1);
        buckets = new AtomicReferenceArray<>(size);
        stripes = new Stripe[Math.min(size, STRIPES_MAX)];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** A hash of the identity that is the same in every run. */
    static long key(PageSpace space, long number) {
        long hash = (number + ((long) space.name().hashCode() << 32)) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ hash >>> 32) * 0xD6E8FEB86659FD93L;
        return hash ^ hash >>> 32;
    }

    /** Pins without a lock; null says nothing but "look again under the lock". */
    @Nullable Frame tryPin(long key, PageSpace space, long number) {
        Frame frame = buckets.get(bucket(key));
        for (int steps = 0; frame != null && steps < WALK_MAX; steps++) {
            switch (frame.tryPin(space, number)) {
                case PINNED:
                    return frame;
                case OWNED_BY_SOMEBODY:
                    return null;
                default:
                    frame = frame.chained;
            }
        }
        return null;
    }

    /**
     * Pins a page if it is resident at this moment, and neither loading nor leaving.
     */
    @Nullable Frame pinResident(long key, PageSpace space, long number) {
        Stripe stripe = stripe(key);
        stripe.lock.lock();
        try {
            Frame frame = find(key, space, number);
            return frame != null && frame.tryPin(space, number) == Frame.Pinning.PINNED ? frame : null;
        } finally {
            stripe.lock.unlock();
        }
    }

    /**
     * Pins a page, waiting for somebody else's load of it; or makes the load the caller's own.
     *
     * @return null if the caller has to load, and to end with {@link #publish} or {@link #fail}
     * @throws RuntimeException or an Error, that of the load waited for
     */
    @Nullable Frame pinOrBegin(PageLoad load) {
        Stripe stripe = stripe(load.key);
        stripe.lock.lock();
        try {
            while (true) {
                checkOpen();
                Frame frame = find(load.key, load.space, load.number);
                if (frame != null) {
                    if (frame.tryPin(load.space, load.number) == Frame.Pinning.PINNED) {
                        return frame;
                    }
                    stripe.settled.awaitUninterruptibly();
                    continue;
                }
                PageLoad other = stripe.load(load);
                if (other == null) {
                    stripe.begin(load);
                    return null;
                }
                Frame loaded = join(stripe, other, load.makes);
                if (loaded != null) {
                    return loaded;
                }
            }
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Null if the load failed and the caller, who makes the page anew, does not care. */
    private static @Nullable Frame join(Stripe stripe, PageLoad other, boolean makes) {
        // The loader pins once for each that waits, so that nobody finds the page gone again.
        other.waiting++;
        while (!other.done) {
            stripe.settled.awaitUninterruptibly();
        }
        if (other.failure != null && !makes) {
            other.rethrow();
        }
        return other.frame;
    }

    /** Makes a loaded, owned frame findable: pinned once for its loader and once for each that waits. */
    void publish(PageLoad load, Frame frame) {
        assert frame.isOwned() && frame.holds(load.space, load.number) : frame;
        Stripe stripe = stripe(load.key);
        stripe.lock.lock();
        try {
            assert find(load.key, load.space, load.number) == null : frame + " is in the page table twice";
            int bucket = bucket(load.key);
            frame.chained = buckets.get(bucket);
            buckets.set(bucket, frame);
            frame.publish(1 + load.waiting);
            load.frame = frame;
            stripe.end(load);
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Ends a load that came to nothing; the page is absent again, and all that wait get the failure. */
    void fail(PageLoad load, Throwable failure) {
        Stripe stripe = stripe(load.key);
        stripe.lock.lock();
        try {
            load.failure = failure;
            stripe.end(load);
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Takes an owned frame out of its chain. */
    void remove(Frame frame) {
        assert frame.isOwned() && !frame.isDirty() : frame;
        Stripe stripe = stripe(frame.key());
        stripe.lock.lock();
        try {
            unlink(frame);
            stripe.settled.signalAll();
        } finally {
            stripe.lock.unlock();
        }
    }

    /**
     * Takes a page out, dirty or not, waiting for whoever loads or writes it.
     *
     * @return its frame, owned by the caller; null if the page is absent
     * @throws IllegalStateException if it is pinned
     */
    @Nullable Frame removeUnpinned(long key, PageSpace space, long number) {
        Stripe stripe = stripe(key);
        stripe.lock.lock();
        try {
            while (true) {
                Frame frame = find(key, space, number);
                if (frame == null) {
                    if (stripe.load(space, number) == null) {
                        return null;
                    }
                } else if (frame.isPinned()) {
                    throw new IllegalStateException(frame + " is pinned and cannot be discarded");
                } else if (frame.tryOwn()) {
                    unlink(frame);
                    return frame;
                }
                // Loading, leaving, or being written: a write that is still under way could hit the disk after the page's number was given to somebody else.
                if (frame == null || frame.isOwned() || frame.isBeingWritten()) {
                    stripe.settled.awaitUninterruptibly();
                }
            }
        } finally {
            stripe.lock.unlock();
        }
    }

    /**
     * Claims a dirty page for writing, waiting for whoever writes it already.
     *
     * @return null if the page is absent or clean: then every change of it made before this call has been written
     */
    @Nullable Frame claimDirty(long key, PageSpace space, long number) {
        Stripe stripe = stripe(key);
        stripe.lock.lock();
        try {
            while (true) {
                Frame frame = find(key, space, number);
                if (frame == null || !frame.isDirty()) {
                    return null;
                }
                if (frame.tryStartWriting()) {
                    return frame;
                }
                if (frame.isOwned() || frame.isBeingWritten()) {
                    stripe.settled.awaitUninterruptibly();
                }
            }
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Ends being the one that writes a frame, and wakes those that wait for it. */
    void endWriting(Frame frame) {
        // The identity stands still while the frame is being written, not after.
        Stripe stripe = stripe(frame.key());
        stripe.lock.lock();
        try {
            frame.endWriting();
            stripe.settled.signalAll();
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Forgets everything; later pins say that the store is closed. */
    void close() {
        closed = true;
        for (int i = 0; i < buckets.length(); i++) {
            buckets.set(i, null);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreClosedException("the page cache is closed");
        }
    }

    private @Nullable Frame find(long key, PageSpace space, long number) {
        Frame frame = buckets.get(bucket(key));
        while (frame != null && !frame.holds(space, number)) {
            frame = frame.chained;
        }
        return frame;
    }

    private void unlink(Frame frame) {
        int bucket = bucket(frame.key());
        Frame before = null;
        Frame at = buckets.get(bucket);
        while (at != frame) {
            before = at;
            assert at != null : frame + " is not in the page table";
            at = at.chained;
        }
        // The frame keeps its own link, so that a walk standing on it gets on.
        if (before == null) {
            buckets.set(bucket, frame.chained);
        } else {
            before.chained = frame.chained;
        }
    }

    private int bucket(long key) {
        return (int) key & buckets.length() - 1;
    }

    private Stripe stripe(long key) {
        return stripes[(int) key & stripes.length - 1];
    }

    /** A share of the buckets, their lock, and the loads under way in them. */
    private static final class Stripe {
        final ReentrantLock lock = new ReentrantLock();
        final Condition settled = lock.newCondition();
        private @Nullable PageLoad loads;

        @Nullable PageLoad load(PageLoad like) {
            return load(like.space, like.number);
        }

        @Nullable PageLoad load(PageSpace space, long number) {
            PageLoad load = loads;
            while (load != null && (load.number != number || load.space != space)) {
                load = load.next;
            }
            return load;
        }

        void begin(PageLoad load) {
            load.next = loads;
            loads = load;
        }

        void end(PageLoad load) {
            load.done = true;
            if (loads == load) {
                loads = load.next;
            } else {
                PageLoad before = loads;
                while (before != null && before.next != load) {
                    before = before.next;
                }
                assert before != null : "this load was never begun";
                before.next = load.next;
            }
            settled.signalAll();
        }
    }
}
