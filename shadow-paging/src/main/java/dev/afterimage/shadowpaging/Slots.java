package dev.afterimage.shadowpaging;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.SlotSource;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Gives out slots, and makes the file longer where there are none.
 *
 * <p>A full disk shows here and nowhere else: growing preallocates, so that writing a slot that was given out finds its room; running transactions see the
 * {@link DiskFullException} at {@code write}, {@code create} or at the beginning of {@code commit}, while they can still roll back (rule F2). (Not so where the file system
 * itself copies on write and cannot reserve room: there a full disk may fail the flip, and with it the store; reopening recovers.)
 *
 * <p>The new length is not synced here. No root names a slot beyond the durable length, because the sync of the pages, which comes before each root, covers
 * the length too (mutant S7). Safe for many threads.
 */
final class Slots implements SlotSource {
    /** How often a full disk is answered by flipping before the caller is told. Bounded, for others may take what the flips win. */
    private static final int LAST_RESORTS = 3;
    private static final long GROWTH_SLOTS_MIN = 32;
    private static final long GROWTH_BYTES_MAX = 4 << 20;

    private final DiskFile file;
    private final int pageSize;
    private final FreeSlots free;
    private final ExpectedChecksums expected;
    private final BufferPool pool;
    private final SlotSpace space;
    private final ReentrantLock growing = new ReentrantLock();
    private volatile BooleanSupplier lastResort = () -> false;

    Slots(DiskFile file, int pageSize, FreeSlots free, ExpectedChecksums expected, BufferPool pool, SlotSpace space) {
        this.file = file;
        this.pageSize = pageSize;
        this.free = free;
        this.expected = expected;
        this.pool = pool;
        this.space = space;
    }

    /** What to try when the disk is full; returns whether trying again may help. */
    void onFullDisk(BooleanSupplier attempt) {
        lastResort = attempt;
    }

    @Override
    public long take() {
        if (free.crowded()) {
            growForLongRuns();
        }
        for (int lastResorts = 0;;) {
            long slot = free.take();
            if (slot != FreeSlots.NONE) {
                return slot;
            }
            lastResorts += makeRoom(1, lastResorts);
        }
    }

    /** Promises slots to a commit if there are so many; grows nothing and waits for nothing. */
    boolean reserve(long count) {
        return free.reserve(count);
    }

    /** Slots that the file has, preallocated though perhaps not synced. */
    long count() {
        return free.slots();
    }

    /** Takes a slot on account of {@link #reserve}. */
    long takeReserved() {
        return free.takeReserved();
    }

    /** Gives back what is left of {@link #reserve}. */
    void release(long count) {
        free.release(count);
    }

    /** Takes a slot back that is in no table, durable or pending. Its frame, if it has one, is forgotten unwritten. */
    @Override
    public void give(long slot) {
        pool.discard(space, slot);
        expected.forget(slot);
        free.give(slot);
    }

    /** Takes many back. */
    void giveAll(LongList slots) {
        for (int i = 0; i < slots.size(); i++) {
            pool.discard(space, slots.get(i));
            expected.forget(slots.get(i));
        }
        free.giveAll(slots);
    }

    /**
     * Makes room by growing, which costs 0 last resorts, or by a last resort, which costs 1; returns what it cost. Others may take the room at once: try again, and hand in the sum of the costs.
     *
     * @throws DiskFullException if there is no room to be made
     */
    int makeRoom(long count, int lastResortsSoFar) {
        try {
            grow(count);
            return 0;
        } catch (DiskFullException full) {
            if (lastResortsSoFar == LAST_RESORTS || !lastResort.getAsBoolean()) {
                throw full;
            }
            return 1;
        }
    }

    /** Makes room that is not needed but for speed: see {@link FreeSlots}. One thread does so, while others take what there is. */
    private void growForLongRuns() {
        if (!growing.tryLock()) {
            return;
        }
        try {
            if (free.crowded()) {
                growTo(free.slots() + growthStep(free.slots(), pageSize));
            }
        } catch (DiskFullException full) {
            free.bearCrowd();
        } finally {
            growing.unlock();
        }
    }

    /** Makes at least {@code count} slots available, as far as others do not take them at once. */
    private void grow(long count) {
        growing.lock();
        try {
            long missing = count - free.available();
            if (missing <= 0) {
                return;
            }
            long slots = free.slots();
            long step = growthStep(slots, pageSize);
            try {
                growTo(slots + Math.max(missing, step));
            } catch (DiskFullException full) {
                if (step <= missing) {
                    throw full;
                }
                growTo(slots + missing);
            }
        } finally {
            growing.unlock();
        }
    }

    /** By how many slots a file of that length grows at a time: enough to be rare, little enough not to hold up the sync that makes them durable. */
    static long growthStep(long slots, int pageSize) {
        return Math.min(Math.max(slots / 8, GROWTH_SLOTS_MIN), GROWTH_BYTES_MAX / pageSize);
    }

    private void growTo(long slots) {
        file.preallocate(Math.multiplyExact(slots, pageSize));
        free.grow(slots);
    }
}
