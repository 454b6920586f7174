package dev.afterimage.buffer;

import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * Measures what a hit costs: pin, read one long, unpin; on one thread and on two. Run it by hand, with the
 * Epsilon collector and a small heap to see that hits make no garbage; a benchmark with error bars belongs to the module for benchmarks.
 */
final class HitCost {
    private static final int FRAMES = 4096;
    private static final int ROUNDS = 20_000_000;

    private HitCost() {}

    public static void main(String[] arguments) throws InterruptedException {
        for (int round = 0; round < 4; round++) {
            measure("one page, one thread", 1, 1);
            measure("3,000 pages, one thread", 1, 3_000);
            measure("one page, two threads", 2, 1);
            measure("3,000 pages, two threads", 2, 3_000);
        }
    }

    private static void measure(String what, int threads, int pages) throws InterruptedException {
        try (BufferPool pool = new BufferPool(8192, 24, FRAMES)) {
            SuspiciousSpace space = new SuspiciousSpace("pages");
            for (int i = 0; i < pages; i++) {
                pool.pin(space, i).unpin();
            }
            int[] order = new SplittableRandom(1).ints(1 << 12, 0, pages).toArray();
            CountDownLatch done = new CountDownLatch(threads);
            long start = System.nanoTime();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                new Thread(() -> {
                    pinAndUnpin(pool, space, order, thread);
                    done.countDown();
                }).start();
            }
            done.await();
            double nanos = (double) (System.nanoTime() - start) / ROUNDS;
            System.out.printf("%-26s %6.1f ns per hit and thread%n", what, nanos);
        }
    }

    private static long pinAndUnpin(BufferPool pool, PageSpace space, int[] order, int thread) {
        long sum = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Frame frame = pool.pin(space, order[i + thread * 1000 & order.length - 1]);
            sum += frame.page().getLong(0);
            frame.unpin();
        }
        return sum;
    }
}
