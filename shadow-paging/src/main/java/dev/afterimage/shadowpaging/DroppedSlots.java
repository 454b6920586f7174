package dev.afterimage.shadowpaging;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Slots that the current table no longer reaches and that may not be written yet.
 *
 * <p>Flip {@code n} drops the slots that table {@code n - 1} reached and table {@code n} does not. They wait for two things:
 * <ol>
 *   <li><em>The disk</em> (W1, mutant S2): until root {@code n} is synced, a crash may leave root {@code n - 1} as the newest; and after that the older of the two roots on the disk
 *       is still {@code n - 1}, until root {@code n + 1} has taken its place and is synced. So they wait for flip {@code n + 1}: both
 *       roots on the disk are whole trees at all times.
 *   <li><em>Walks in memory</em> (mutant S5): somebody may have picked up root {@code n - 1} before root {@code n} was published; see {@link WalkEpochs}.
 * </ol>
 *
 * Used by the one thread that flips, but for {@link #count} and {@link #given}.
 */
final class DroppedSlots {
    private final WalkEpochs epochs;
    private final ArrayDeque<Dropped> waiting = new ArrayDeque<>();
    private final AtomicLong count = new AtomicLong();

    DroppedSlots(WalkEpochs epochs) {
        this.epochs = epochs;
    }

    /**
     * What one flip dropped.
     *
     * @param slots the slots
     * @param flip the flip's number
     * @param epoch the epoch in which its root was published
     */
    record Dropped(LongList slots, long flip, long epoch) {
    }

    /** So many slots will be {@linkplain #add added} by a flip whose root is not published yet: from now on they count, so that nobody who looks finds neither the flip under way nor them. */
    void announce(int slots) {
        count.addAndGet(slots);
    }

    /** Takes note of what a flip dropped, and announced; its root is published. */
    void add(LongList slots, long flip) {
        if (!slots.isEmpty()) {
            waiting.addLast(new Dropped(slots, flip, epochs.current()));
        }
    }

    /**
     * The oldest drop that neither the disk nor a walk needs any more, which is then the caller's; null if there is none. A snapshot may still need it ({@link PinnedRoots}).
     *
     * @param durableFlip number of the newest flip known to be durable
     */
    @Nullable Dropped takeReusable(long durableFlip) {
        Dropped oldest = waiting.peekFirst();
        if (oldest == null || oldest.flip() >= durableFlip) {
            return null;
        }
        while (epochs.current() < oldest.epoch() + 2) {
            if (!epochs.tryAdvance()) {
                return null;
            }
        }
        waiting.removeFirst();
        return oldest;
    }

    /** So many that {@link #takeReusable} answered are free, or kept for a snapshot; for any thread. */
    void given(int slots) {
        count.addAndGet(-slots);
    }

    /** Slots that wait, or are not {@link #given} yet; for any thread. */
    long count() {
        return count.get();
    }
}
