package dev.afterimage.bench;

import java.io.IOException;
import java.nio.file.Path;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;
import org.HdrHistogram.Histogram;

/** Filling a new store with pages of random bytes, in transactions of 64 pages, the last of which is on the disk before the clock stops; the cache holds a quarter of them. */
record BulkLoad(Subject subject, Path folder, int pages) implements Measurement {
    static final int PAGES_PER_TRANSACTION = 64;
    private static final int CACHE_PART = 4;

    @Override
    public Sample measure(long nanos) throws IOException {
        CrashedStore.delete(folder);
        Histogram latency = ClosedLoop.histogram();
        long took;
        long cpu;
        try (PageStore store = Stores.make(folder, subject.strategy(), (long) pages / CACHE_PART * Stores.PAGE_BYTES)) {
            long cpuBefore = ClosedLoop.processorNanos();
            long before = System.nanoTime();
            load(store, pages, latency);
            took = System.nanoTime() - before;
            cpu = ClosedLoop.processorNanos() - cpuBefore;
        }
        CrashedStore.delete(folder);
        return Sample.of(latency, took, cpu);
    }

    /** Fills a store; returns the pages. */
    static long[] load(PageStore store, int pages, Histogram latency) {
        long[] made = new long[pages];
        byte[] bytes = new byte[store.usablePageBytes()];
        RandomNumbers random = new RandomNumbers(pages);
        for (int next = 0; next < pages;) {
            long begun = System.nanoTime();
            try (Transaction transaction = store.begin()) {
                for (int end = Math.min(pages, next + PAGES_PER_TRANSACTION); next < end; next++) {
                    for (int i = 0; i < bytes.length; i += 64) {
                        bytes[i] = (byte) random.next();
                    }
                    try (WritablePage page = transaction.allocate()) {
                        page.putBytes(0, bytes, 0, bytes.length);
                        made[next] = page.id();
                    }
                }
                transaction.commit(next < pages ? Durability.RELAXED : Durability.POWER_SAFE);
            }
            latency.recordValue(System.nanoTime() - begun);
        }
        return made;
    }
}
