package dev.afterimage.postgresstyle;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many home pages transactions may keep pinned from their first write to their end, so that they need not copy all of it: no more than a quarter of the cache, whatever the number of transactions, for everybody else
 * must find frames. Allowed once for the life of a {@link WriteSet}, so transactions share no counter. Safe for many threads.
 */
final class HomePins {
    /** For each write set, where there are so many: what a small transaction writes. */
    static final int EACH = 4;
    private static final int SHARE = 4;

    private final AtomicInteger left;

    HomePins(int frames) {
        left = new AtomicInteger(frames / SHARE);
    }

    /** Up to {@value #EACH} pins. */
    int take() {
        int before = left.getAndUpdate(pins -> pins - Math.min(EACH, pins));
        return Math.min(EACH, before);
    }

    /** Takes them back. */
    void give(int pins) {
        left.addAndGet(pins);
    }
}
