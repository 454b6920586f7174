package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many threads, few frames, random work; a model on the heap says what every page must hold at every moment.
 */
@DisplayName("A buffer pool of 16 frames")
@Timeout(120)
class BufferPoolHammerTest {
    private static final int PAGE_SIZE = 256;
    private static final int FRAMES = 16;
    private static final int THREADS = 8;
    private static final int PAGES = 48;
    private static final int ROUNDS = 12_000;

    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final SuspiciousSpace spill = new SuspiciousSpace("spill");
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 0, FRAMES);
    private final TestTasks tasks = new TestTasks();
    /** What each home page holds in every word; changed under its exclusive latch. */
    private final AtomicLongArray expected = new AtomicLongArray(PAGES);
    private final ConcurrentLinkedQueue<Long> freeSlots = new ConcurrentLinkedQueue<>();
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger running = new AtomicInteger();

    @ParameterizedTest(name = "serves 8 threads, a checkpointer and a background writer without a lost, stale or torn page (seed {0})")
    @ValueSource(longs = {1, 2, 3})
    void hammer(long seed) throws Exception {
        run(seed, number -> { });
        int written = checkpoint();
        assertTrue(written <= PAGES, "pages written");
        for (int page = 0; page < PAGES; page++) {
            assertEquals(expected.get(page), home.durable(page), "page " + page + " on the disk");
        }
    }

    @ParameterizedTest(name = "loses nothing when one read or write in fifty fails (seed {0})")
    @ValueSource(longs = {4, 5})
    void hammerWithErrors(long seed) throws Exception {
        SplittableRandom faults = new SplittableRandom(seed);
        run(seed, number -> {
            boolean fails;
            synchronized (faults) {
                fails = faults.nextInt(50) == 0;
            }
            if (fails) {
                throw new DiskException("made up");
            }
        });
        home.onWrite = number -> { };
        spill.onWrite = number -> { };
        checkpoint();
        for (int page = 0; page < PAGES; page++) {
            assertEquals(expected.get(page), home.durable(page), "page " + page + " on the disk");
        }
    }

    private void run(long seed, LongConsumer fault) throws Exception {
        for (long slot = 0; slot < 64; slot++) {
            freeSlots.add(slot);
        }
        home.onRead = fault;
        home.onWrite = fault;
        spill.onRead = fault;
        spill.onWrite = fault;
        pool.writeBehind(tasks);
        List<Thread> threads = new ArrayList<>();
        running.set(THREADS);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = seeds.split();
            threads.add(new Thread(() -> guarded(() -> work(random), true)));
        }
        threads.add(new Thread(() -> guarded(this::checkpointUntilDone, false)));
        threads.add(new Thread(() -> guarded(this::writeBehindUntilDone, false)));
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
        for (Thread thread : threads) {
            // A thread that failed in the middle may leave others waiting for what it held; its failure is what the test should say.
            do {
                thread.join(2_000);
            } while (thread.isAlive() && failures.isEmpty());
        }
        if (!failures.isEmpty()) {
            AssertionError error = new AssertionError(failures.size() + " threads failed; seed " + seed);
            failures.forEach(error::addSuppressed);
            throw error;
        }
        assertEquals(0, home.offences.get() + spill.offences.get(), "pages touched twice at a time");
        for (int i = 0; i < FRAMES; i++) {
            int slot = 1000 + i;
            home.onRead = number -> { };
            home.onWrite = number -> { };
            spill.onWrite = number -> { };
            pool.pin(home, slot);
        }
        // All frames could be pinned at once: none was lost, none is still pinned.
        for (int i = 0; i < FRAMES; i++) {
            Frame frame = pool.pinResident(home, 1000 + i);
            frame.unpin();
            frame.unpin();
        }
        BufferStatistics statistics = pool.statistics();
        assertTrue(statistics.hits() > 0 && statistics.evictions() > 0 && statistics.pagesWritten() > 0, statistics.toString());
    }

    private void guarded(Runnable work, boolean counted) {
        try {
            work.run();
        } catch (Throwable e) {
            failures.add(e);
        } finally {
            if (counted) {
                running.decrementAndGet();
            }
        }
    }

    private void work(SplittableRandom random) {
        List<Long> slots = new ArrayList<>();
        List<Long> values = new ArrayList<>();
        for (int round = 0; round < ROUNDS && failures.isEmpty(); round++) {
            try {
                int what = random.nextInt(10);
                if (what < 4) {
                    read(random.nextInt(PAGES));
                } else if (what < 7) {
                    write(random.nextInt(PAGES), random.nextInt(4) == 0 ? random.nextInt(PAGES) : -1);
                } else if (what < 8) {
                    addPrivate(slots, values, random.nextLong());
                } else if (what < 9 && !slots.isEmpty()) {
                    checkPrivate(slots, values, random.nextInt(slots.size()));
                } else if (!slots.isEmpty()) {
                    int i = random.nextInt(slots.size());
                    values.remove(i);
                    long slot = slots.remove(i);
                    pool.discard(spill, slot);
                    freeSlots.add(slot);
                }
            } catch (DiskException madeUp) {
                // The page is as it was; the next round goes on.
            }
        }
    }

    private void read(int number) {
        Frame frame = pool.pin(home, number);
        try {
            frame.latchShared();
            try {
                check(frame.page(), expected.get(number), "page " + number);
            } finally {
                frame.unlatchShared();
            }
        } finally {
            frame.unpin();
        }
    }

    /** Changes a page; with its latch held, may use another. */
    private void write(int number, int other) {
        Frame frame = pool.pin(home, number);
        try {
            frame.latchExclusive();
            try {
                check(frame.page(), expected.get(number), "page " + number);
                if (other > number) {
                    read(other);
                }
                fill(frame.page(), expected.incrementAndGet(number));
                frame.markDirty(expected.get(number));
            } finally {
                frame.unlatchExclusive();
            }
        } finally {
            frame.unpin();
        }
    }

    private void addPrivate(List<Long> slots, List<Long> values, long value) {
        Long slot = freeSlots.poll();
        if (slot == null) {
            return;
        }
        Frame frame;
        try {
            frame = pool.pinNew(spill, slot);
        } catch (DiskException madeUp) {
            freeSlots.add(slot);
            throw madeUp;
        }
        frame.latchExclusive();
        check(frame.page(), 0, "new slot " + slot);
        fill(frame.page(), value);
        frame.markDirty(Frame.NO_RECOVERY_LSN);
        frame.unlatchExclusive();
        frame.unpin();
        slots.add(slot);
        values.add(value);
    }

    private void checkPrivate(List<Long> slots, List<Long> values, int i) {
        Frame frame = pool.pin(spill, slots.get(i));
        try {
            check(frame.page(), values.get(i), "slot " + slots.get(i));
        } finally {
            frame.unpin();
        }
    }

    private void checkpointUntilDone() {
        long[] before = new long[PAGES];
        while (running.get() > 0 && failures.isEmpty()) {
            for (int page = 0; page < PAGES; page++) {
                before[page] = expected.get(page);
            }
            try {
                checkpoint();
            } catch (DiskException madeUp) {
                continue;
            }
            // expected moves just before markDirty; the latch makes the two one for whoever takes it, so look one change back.
            for (int page = 0; page < PAGES; page++) {
                long durable = home.durable(page);
                if (durable < before[page] - 1) {
                    throw new AssertionError("page " + page + ": expected at least " + (before[page] - 1) + " on the disk after a checkpoint, found " + durable);
                }
            }
        }
    }

    private int checkpoint() {
        return (int) pool.writeBackAll(home, left -> true);
    }

    private void writeBehindUntilDone() {
        while (running.get() > 0 && failures.isEmpty()) {
            tasks.run();
            Thread.onSpinWait();
        }
    }

    private static void fill(OffHeapBytes page, long value) {
        for (int offset = 0; offset < page.length(); offset += Long.BYTES) {
            page.putLong(offset, value);
        }
    }

    private static void check(OffHeapBytes page, long value, String what) {
        for (int offset = 0; offset < page.length(); offset += Long.BYTES) {
            if (page.getLong(offset) != value) {
                throw new AssertionError(what + " at " + offset + ": expected " + value + ", found " + page.getLong(offset));
            }
        }
    }
}
