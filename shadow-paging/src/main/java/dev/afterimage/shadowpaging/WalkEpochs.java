package dev.afterimage.shadowpaging;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Tells when nobody can still be walking an old page table.
 *
 * <p>Page locks keep a page's slot from being replaced under its readers, but not the nodes on the way to it: a commit of any page in the neighbourhood replaces those.
 * So each walk announces itself, and slots that a flip dropped are reused only when every walk that began before the flip was published has ended.
 *
 * <p>Epoch-based reclamation (Fraser, Practical lock-freedom, 2004), with two counters in place of three since a walker looks twice at the epoch before it starts.
 * The invariant: while the epoch is {@code e}, walkers are of epoch {@code e} or {@code e - 1} only. Advancing to {@code e + 1} therefore waits until
 * those of {@code e - 1} are gone. What is dropped in epoch {@code e} has no walker left in epoch {@code e + 2}.
 *
 * <p>A walk costs two atomic additions, on a cache line it shares with few threads: no lock, no garbage.
 */
final class WalkEpochs {
    private static final int STRIPES = 32;
    /** Counters lie this far apart, so that no two share a cache line. */
    private static final int SPREAD = 16;

    private final AtomicLong epoch = new AtomicLong(2);
    private final AtomicLongArray walkers = new AtomicLongArray(2 * STRIPES * SPREAD);

    /** Announces a walk; only table roots read after this may be walked. Returns what {@link #exit} wants. */
    int enter() {
        int stripe = (int) ((Thread.currentThread().getId() * 0x9E3779B97F4A7C15L) >>> 59);
        while (true) {
            long now = epoch.get();
            int cell = cell(stripe, now);
            walkers.getAndIncrement(cell);
            // If the epoch is still the same, whoever advances it twice from here on sees the counter: both sides go through
            // sequentially consistent operations, counter before epoch here, epoch before counters there.
            if (epoch.get() == now) {
                return cell;
            }
            walkers.getAndDecrement(cell);
        }
    }

    /** Ends the walk. */
    void exit(int cell) {
        long before = walkers.getAndDecrement(cell);
        assert before > 0;
    }

    /** The epoch to note beside what is dropped, after the root that no longer reaches it was published. */
    long current() {
        return epoch.get();
    }

    /** Moves on if no walker of the epoch before this one is left. One caller at a time. */
    boolean tryAdvance() {
        long now = epoch.get();
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            if (walkers.get(cell(stripe, now - 1)) != 0) {
                return false;
            }
        }
        epoch.set(now + 1);
        return true;
    }

    private static int cell(int stripe, long epoch) {
        return (2 * stripe + (int) (epoch & 1)) * SPREAD;
    }
}
