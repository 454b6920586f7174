package dev.afterimage.postgresstyle;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.SlotSource;

/**
 * The slots of the spill file. A slot's room on the disk is reserved before it is given out, so a full disk is met by the transaction that writes one page more, and never
 * by an eviction in the midst of somebody else's work. Safe for many threads; transactions keep a few slots of their own, so they seldom come here.
 */
final class SpillSlots implements SlotSource {
    private final HomePages spill;
    private final ReentrantLock lock = new ReentrantLock();
    private long[] free = new long[64];
    private int freeCount;
    private long next;

    SpillSlots(HomePages spill) {
        this.spill = spill;
    }

    @Override
    public long take() {
        lock.lock();
        try {
            if (freeCount > 0) {
                return free[--freeCount];
            }
            // The reservation comes in large steps, so the lock is seldom held across the disk; those who wait would have to wait for the room anyway.
            spill.reserve(next);
            return next++;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void give(long slot) {
        lock.lock();
        try {
            assert slot >= 0 && slot < next : "slot " + slot + " was never given out";
            if (freeCount == free.length) {
                free = Arrays.copyOf(free, freeCount * 2);
            }
            free[freeCount++] = slot;
        } finally {
            lock.unlock();
        }
    }
}
