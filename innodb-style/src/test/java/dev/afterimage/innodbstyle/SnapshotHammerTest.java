package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("snapshots beside a writer, purge, the page cleaner and checkpoints, all at once")
@Timeout(120)
class SnapshotHammerTest {
    private static final int PAGES = 12;
    private static final int ROUNDS = 1_500;

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong snapshots = new AtomicLong();
    private final AtomicLong ids = new AtomicLong(1L << 30);

    @Test
    @DisplayName("each sees all pages as of one commit, twice the same, and no older one than the one before")
    void oneMoment() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        try (Workbench store = SmallLog.SETUP.create(disk, 24, PAGES)) {
            for (int page = 0; page < PAGES; page++) {
                store.put(page, 0);
            }
            ExecutorService threads = Executors.newCachedThreadPool();
            try {
                List<Future<?>> others = new ArrayList<>();
                for (int reader = 0; reader < 3; reader++) {
                    int seed = reader;
                    others.add(threads.submit(() -> readAgainAndAgain(store, seed)));
                }
                others.add(threads.submit(() -> {
                    while (!done.get()) {
                        store.tasks().run("purge");
                        store.tasks().run("page cleaner");
                        store.checkpoint();
                    }
                }));
                try {
                    write(store);
                } finally {
                    done.set(true);
                }
                for (Future<?> other : others) {
                    other.get();
                }
            } finally {
                threads.shutdownNow();
            }
            assertTrue(snapshots.get() > 20, () -> snapshots + " snapshots");
            assertEquals(0, store.failures());
            // The last segment that joined may have joined after the last purge.
            store.tasks().run("purge");
            assertEquals(0, SmallLog.storeOf(store).rollbackSegments().historyLength());
        }
    }

    private void write(Workbench store) {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 1; round <= ROUNDS; round++) {
            Workbench.Work work = store.begin();
            long mark = work.inner().mark();
            for (int page = 0; page < PAGES; page++) {
                work.put(page, -round);
                if (random.nextInt(8) == 0) {
                    work.fill(page, round);
                }
            }
            if (round % 3 != 0) {
                work.inner().rollbackTo(mark);
            }
            for (int page = 0; page < PAGES; page++) {
                work.put(page, round);
            }
            if (round % 5 == 0) {
                work.rollback();
            } else {
                work.inner().commit(Durability.RELAXED);
            }
        }
    }

    private void readAgainAndAgain(Workbench store, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long before = 0;
        while (!done.get()) {
            StrategySnapshot snapshot = store.strategy().openSnapshot(ids.getAndIncrement());
            long first = get(snapshot, random.nextInt(PAGES));
            for (int look = 0; look < 3 * PAGES; look++) {
                assertEquals(first, get(snapshot, random.nextInt(PAGES)));
            }
            assertTrue(first >= before && (first == 0 || first % 5 != 0), "round " + first + " after " + before);
            before = first;
            snapshot.close();
            snapshots.incrementAndGet();
        }
    }

    private static long get(StrategySnapshot snapshot, long page) {
        try (PageAccess access = snapshot.read(page)) {
            long value = access.bytes().getLong(0);
            assertEquals(value, access.bytes().getLong(Workbench.LAST));
            return value;
        }
    }
}
