package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Eviction")
class EvictionTest {
    private static final int FRAMES = 200;
    private static final int HOT = 160;

    @Test
    @DisplayName("keeps a hot set through a scan that throws it out of FIFO and LRU, though each scanned page is pinned five times")
    void survivesAScan() {
        double lru = hotHitRate(new LinkedPages(FRAMES, true));
        double fifo = hotHitRate(new LinkedPages(FRAMES, false));
        try (PooledPages pooled = new PooledPages(FRAMES)) {
            double ours = hotHitRate(pooled);
            assertTrue(ours > 0.97, "pool " + ours);
            assertTrue(lru < 0.85 && fifo < 0.85, "the test proves nothing: LRU " + lru + ", FIFO " + fifo);
        }
    }

    /** Uses of hot pages at random, and between two of them one page of an endless scan. */
    private static double hotHitRate(LongPredicate use) {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < HOT * 10; i++) {
            use.test(random.nextInt(HOT));
        }
        long hits = 0;
        int uses = 20_000;
        for (int i = 0; i < uses; i++) {
            for (int pins = 0; pins < 5; pins++) {
                use.test(1_000_000 + i);
            }
            if (use.test(random.nextInt(HOT))) {
                hits++;
            }
        }
        return (double) hits / uses;
    }

    @Test
    @DisplayName("is no worse than LRU where pages are used by a power law, in small and large pools")
    void powerLaw() {
        for (int frames : new int[] {16, 64, 1000}) {
            double lru = powerLawHitRate(new LinkedPages(frames, true), frames);
            double fifo = powerLawHitRate(new LinkedPages(frames, false), frames);
            try (PooledPages pooled = new PooledPages(frames)) {
                double ours = powerLawHitRate(pooled, frames);
                assertTrue(ours > lru - 0.005, frames + " frames: pool " + ours + ", LRU " + lru);
            }
        }
    }

    private static double powerLawHitRate(LongPredicate use, int frames) {
        SplittableRandom random = new SplittableRandom(7);
        int pages = frames * 20;
        double[] cumulative = new double[pages];
        double sum = 0;
        for (int i = 0; i < pages; i++) {
            sum += 1 / Math.pow(i + 1, 0.9);
            cumulative[i] = sum;
        }
        long hits = 0;
        int uses = 100_000;
        for (int i = 0; i < uses; i++) {
            int found = java.util.Arrays.binarySearch(cumulative, random.nextDouble() * sum);
            if (use.test(found < 0 ? -found - 1 : found)) {
                hits++;
            }
        }
        return (double) hits / uses;
    }

    @Test
    @DisplayName("lets a new hot set take over from an old one")
    void newHotSet() {
        try (PooledPages pooled = new PooledPages(FRAMES)) {
            SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < 20_000; i++) {
                pooled.test(random.nextInt(HOT));
            }
            for (int i = 0; i < 5_000; i++) {
                pooled.test(5_000 + random.nextInt(HOT));
            }
            int hits = 0;
            for (int i = 0; i < 1_000; i++) {
                hits += pooled.test(5_000 + random.nextInt(HOT)) ? 1 : 0;
            }
            assertTrue(hits > 990, hits + " of 1000");
        }
    }

    @Test
    @DisplayName("remembers as many pages that left as its length says, not more, and each only once")
    void ghosts() {
        GhostQueue ghosts = new GhostQueue(100);
        SplittableRandom random = new SplittableRandom(9);
        long[] keys = random.longs(1000).toArray();
        for (long key : keys) {
            assertFalse(ghosts.remove(key));
            ghosts.add(key);
        }
        int remembered = 0;
        for (int i = 0; i < 1000; i++) {
            boolean found = ghosts.remove(keys[i]);
            remembered += found ? 1 : 0;
            assertTrue(i >= 900 || !found, "key " + i + " left too long ago");
            assertFalse(ghosts.remove(keys[i]));
        }
        assertTrue(remembered > 90, remembered + " of 100: sets must rarely overflow");
    }

    /** What the pool would be with a textbook policy. */
    private static final class LinkedPages implements LongPredicate {
        private final Map<Long, Boolean> pages;

        LinkedPages(int frames, boolean byUse) {
            pages = new LinkedHashMap<>(16, 0.75f, byUse) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                    return size() > frames;
                }
            };
        }

        @Override
        public boolean test(long number) {
            boolean hit = pages.get(number) != null;
            if (!hit) {
                pages.put(number, true);
            }
            return hit;
        }
    }

    /** The pool itself: whether a use was a hit. */
    private static final class PooledPages implements LongPredicate, AutoCloseable {
        private final SuspiciousSpace space = new SuspiciousSpace("pages");
        private final BufferPool pool;

        PooledPages(int frames) {
            pool = new BufferPool(64, 0, frames);
        }

        @Override
        public boolean test(long number) {
            long reads = space.reads.get();
            pool.pin(space, number).unpin();
            return space.reads.get() == reads;
        }

        @Override
        public void close() {
            pool.close();
            assertEquals(0, space.offences.get());
        }
    }
}
