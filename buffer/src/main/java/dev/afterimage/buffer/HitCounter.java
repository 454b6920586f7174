package dev.afterimage.buffer;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts hits without a lock or a fence. Each thread counts in one of a number of places, far enough apart that cores do not fight for them; two threads that share a place may lose a hit of
 * one another, and nobody minds.
 */
final class HitCounter {
    private static final int PLACES = 64;
    /** Longs between places, two cache lines. */
    private static final int STRIDE = 16;

    private final AtomicLongArray counts = new AtomicLongArray((PLACES + 1) * STRIDE);

    void add() {
        int at = STRIDE + ((int) Thread.currentThread().getId() & PLACES - 1) * STRIDE;
        counts.setOpaque(at, counts.getPlain(at) + 1);
    }

    long sum() {
        long sum = 0;
        for (int place = 1; place <= PLACES; place++) {
            sum += counts.getOpaque(place * STRIDE);
        }
        return sum;
    }
}
