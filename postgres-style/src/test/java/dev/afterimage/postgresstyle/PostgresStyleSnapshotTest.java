package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.SnapshotTooOldException;
import dev.afterimage.memory.MemoryLeaks;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.SimulatedDisk;

@Timeout(120)
@DisplayName("A snapshot of postgres-style")
class PostgresStyleSnapshotTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final AtomicLong snapshotIds = new AtomicLong(1_000_000);

    @BeforeAll
    static void watchMemory() {
        MemoryLeaks.startTracing();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        assertEquals(0, disk.openFiles());
        MemoryLeaks.assertNone();
    }

    private StrategySnapshot open(SmallStore store) {
        return store.strategy.openSnapshot(snapshotIds.getAndIncrement());
    }

    /** The page's value, or -1 if it did not exist. */
    private static long read(StrategySnapshot snapshot, long page) {
        try (PageAccess access = snapshot.read(page)) {
            assertEquals(page, access.pageId());
            return access.bytes().getLong(0);
        } catch (PageNotFoundException none) {
            return -1;
        }
    }

    private static long kept(SmallStore store) {
        return ((PostgresStyleStrategy) store.strategy).versionsKept();
    }

    private static void discard(SmallStore store, long page) {
        SmallStore.Transaction transaction = store.begin();
        transaction.discard(page);
        transaction.commit(Durability.POWER_SAFE).await();
    }

    @Test
    @DisplayName("shows what was committed before it, and nothing that came later: values, pages created, discarded, and created again")
    void moment() {
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 10);
            store.create(2, 20);
            store.create(4, 40);
            discard(store, 4);
            SmallStore.Transaction unfinished = store.begin();
            unfinished.put(1, 0, 11);
            StrategySnapshot snapshot = open(store);
            assertEquals(10, read(snapshot, 1));
            unfinished.create(3, 30);
            unfinished.commit(Durability.POWER_SAFE).await();
            store.put(1, 12);
            discard(store, 2);
            store.create(4, 41);
            try (StrategySnapshot later = open(store)) {
                store.create(2, 21);
                store.put(1, 13);
                assertEquals(List.of(12L, -1L, 30L, 41L), List.of(read(later, 1), read(later, 2), read(later, 3), read(later, 4)));
                assertEquals(List.of(10L, 20L, -1L, -1L), List.of(read(snapshot, 1), read(snapshot, 2), read(snapshot, 3), read(snapshot, 4)));
                assertEquals(-1, read(snapshot, -1));
                assertEquals(-1, read(snapshot, 1000));
            }
            assertEquals(List.of(10L, 20L, -1L, -1L), List.of(read(snapshot, 1), read(snapshot, 2), read(snapshot, 3), read(snapshot, 4)));
            snapshot.close();
            assertThrows(IllegalStateException.class, () -> snapshot.read(1));
            assertEquals(List.of(13L, 21L, 30L, 41L), List.of(store.get(1), store.get(2), store.get(3), store.get(4)));
            assertEquals(0, kept(store));
        }
    }

    @Test
    @DisplayName("keeps a page open while it is overwritten, and sees it as it was (V2)")
    void openPage() {
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 10);
            store.create(2, 20);
            try (StrategySnapshot snapshot = open(store)) {
                store.put(2, 21);
                try (PageAccess home = snapshot.read(1); PageAccess version = snapshot.read(2)) {
                    store.put(1, 11);
                    store.put(2, 22);
                    assertEquals(10, home.bytes().getLong(0));
                    assertEquals(20, version.bytes().getLong(0));
                }
            }
        }
    }

    @Test
    @DisplayName("answers its commit when what it saw is durable, and not for what came later (D3)")
    void durability() {
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 10);
            SmallStore.Transaction relaxed = store.begin();
            relaxed.put(1, 0, 11);
            relaxed.commit(Durability.RELAXED).await();
            StrategySnapshot careless = open(store);
            StrategySnapshot snapshot = open(store);
            int syncs = disk.trace().syncCompletions();
            assertEquals(11, read(careless, 1));
            careless.commit(Durability.RELAXED).await();
            assertEquals(syncs, disk.trace().syncCompletions());
            assertEquals(11, read(snapshot, 1));
            snapshot.commit(Durability.POWER_SAFE).await();
            assertEquals(syncs + 1, disk.trace().syncCompletions());
            try (SmallStore after = SmallStore.open(new SimulatedDisk(disk.asSynced()))) {
                assertEquals(11, after.get(1));
            }
            StrategySnapshot early = open(store);
            SmallStore.Transaction later = store.begin();
            later.put(1, 0, 12);
            later.commit(Durability.RELAXED).await();
            early.commit(Durability.POWER_SAFE).await();
            assertEquals(syncs + 1, disk.trace().syncCompletions(), "all that it saw was durable");
        }
    }

    @Test
    @DisplayName("keeps one version of each page at most, however many commits pass; its end gives all back (V3)")
    void room() {
        disk.recording(false);
        try (SmallStore store = SmallStore.create(disk, 16)) {
            for (int page = 0; page < 50; page++) {
                store.create(page, page);
            }
            long bytes = 0;
            for (int cycle = 0; cycle < 4; cycle++) {
                StrategySnapshot first = open(store);
                StrategySnapshot second = null;
                List<Long> seen = new ArrayList<>();
                for (int page = 0; page < 50; page++) {
                    seen.add(store.get(page));
                }
                for (int round = 1; round <= 6; round++) {
                    for (int page = 0; page < 50; page++) {
                        store.put(page, 10_000 * (cycle + 1) + 100 * round + page);
                    }
                    if (round == 3) {
                        second = open(store);
                    }
                }
                assertEquals(100, kept(store));
                for (int page = 0; page < 50; page++) {
                    assertEquals(seen.get(page), read(first, page));
                    assertEquals(10_000 * (cycle + 1) + 300 + page, read(second, page));
                }
                first.close();
                assertEquals(50, kept(store));
                assertEquals(10_000 * (cycle + 1) + 300, read(second, 0));
                second.close();
                assertEquals(0, kept(store));
                bytes = cycle == 0 ? disk.asIssued().size(StoreFileNames.SPILL) : bytes;
            }
            assertEquals(bytes, disk.asIssued().size(StoreFileNames.SPILL), "slots are used again");
        }
    }

    @Test
    @DisplayName("leaves nothing behind a crash")
    void crash() {
        SmallStore store = SmallStore.create(disk);
        store.create(1, 10);
        StrategySnapshot snapshot = open(store);
        store.put(1, 11);
        try (SmallStore again = SmallStore.open(new SimulatedDisk(disk.asIssued()))) {
            assertEquals(11, again.get(1));
            assertEquals(0, kept(again));
        }
        snapshot.close();
        store.close();
    }

    @Test
    @DisplayName("that has lost a version to a full disk says so, and the writer does not notice (F2)")
    void fullDisk() {
        disk.recording(false);
        try (SmallStore store = SmallStore.create(disk, 512)) {
            int pages = 800;
            for (int page = 0; page < pages; page++) {
                store.create(page, page);
            }
            store.checkpoint();
            try (StrategySnapshot snapshot = open(store)) {
                disk.faults().capacityBytes(disk.allocatedBytes());
                int written = 0;
                try {
                    for (; written < pages; written++) {
                        SmallStore.Transaction writer = store.begin();
                        writer.put(written, 0, 7);
                        writer.commit(Durability.POWER_SAFE).await();
                        if (written % 50 == 0) {
                            store.checkpoint();
                        }
                    }
                } finally {
                    disk.faults().clear();
                }
                assertEquals(0, store.failures());
                int lost = 0;
                for (int page = 0; page < pages; page++) {
                    assertEquals(7, store.get(page));
                    try {
                        assertEquals(page, read(snapshot, page));
                    } catch (SnapshotTooOldException told) {
                        assertInstanceOf(DiskFullException.class, told.getCause());
                        lost++;
                    }
                }
                assertTrue(lost > 0 && lost < pages, lost + " versions were lost");
                store.put(0, 8);
            }
            assertEquals(0, kept(store));
        }
    }

    @Test
    @DisplayName("that could not read what a commit overwrites has lost it, and the commit stands")
    void unreadableHome() {
        try (SmallStore store = SmallStore.create(disk, 16)) {
            for (int page = 0; page < 40; page++) {
                store.create(page, page);
            }
            store.checkpoint();
            SmallStore.Transaction writer = store.begin();
            for (int page = 10; page < 10 + HomePins.EACH; page++) {
                writer.put(page, 0, 100); // homes that stay pinned
            }
            writer.put(0, 0, 100);
            for (int page = 20; page < 40; page++) {
                store.get(page); // sends page 0 away
            }
            for (int page = 20; page < 40; page++) {
                store.get(page);
            }
            try (StrategySnapshot snapshot = open(store)) {
                disk.faults().failReads(StoreFileNames.PAGES::equals, 2);
                writer.commit(Durability.POWER_SAFE).await();
                assertEquals(2, disk.faults().struck(), "its home was not in the cache");
                assertInstanceOf(DiskException.class, assertThrows(SnapshotTooOldException.class, () -> read(snapshot, 0)).getCause());
                assertEquals(1, read(snapshot, 1));
                assertEquals(100, store.get(0));
            }
        }
    }

    @Test
    @DisplayName("loses nothing where others keep every frame pinned")
    void everyFramePinned() {
        try (SmallStore store = SmallStore.create(disk, 16)) {
            for (int page = 0; page < 64; page++) {
                store.create(page, page);
            }
            SmallStore.Transaction writer = store.begin();
            for (int page = 40; page < 64; page++) {
                writer.put(page, 0, 1000 + page);
            }
            writer.discard(39);
            writer.create(64, 5);
            StrategySnapshot snapshot = open(store);
            SmallStore.Transaction hoarder = store.begin();
            List<PageAccess> hoard = new ArrayList<>();
            for (int page = 0; page < 15 - HomePins.EACH; page++) {
                hoard.add(hoarder.inner.read(page));
            }
            writer.commit(Durability.POWER_SAFE).await();
            hoard.forEach(PageAccess::close);
            hoarder.rollback();
            for (int page = 0; page < 64; page++) {
                assertEquals(page, read(snapshot, page));
            }
            assertEquals(-1, read(snapshot, 64));
            for (int page = 40; page < 64; page++) {
                assertEquals(1000 + page, store.get(page));
            }
            assertEquals(-1, store.get(39));
            assertEquals(5, store.get(64));
            snapshot.close();
        }
    }

    @Test
    @DisplayName("is of one moment beside writers: sums hold, no page is torn, what was answered is seen; and what it saw stays")
    void besideWriters() throws InterruptedException {
        disk.recording(false);
        int pages = 24;
        int rounds = 1500;
        try (SmallStore store = SmallStore.create(disk, 20)) {
            for (int page = 0; page < 2 * pages; page++) {
                store.create(page, 0);
            }
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger snapshots = new AtomicInteger();
            long[] ids = {10_000, 20_000};
            AtomicLong[] answered = {new AtomicLong(), new AtomicLong()};
            List<Thread> threads = new ArrayList<>();
            // Each writer has half of the pages, so no locks are needed. Every commit fills all of them with its number.
            for (int half = 0; half < 2; half++) {
                int mine = half;
                threads.add(thread(failure, stop, () -> {
                    for (long round = 1; round <= rounds && !stop.get(); round++) {
                        fillAll(store, ids[mine]++, mine * pages, pages, round);
                        answered[mine].set(round);
                    }
                }));
            }
            for (int reader = 0; reader < 2; reader++) {
                threads.add(thread(failure, stop, () -> {
                    while (!stop.get()) {
                        long[] before = {answered[0].get(), answered[1].get()};
                        try (StrategySnapshot snapshot = open(store)) {
                            long[] seen = new long[2];
                            for (int pass = 0; pass < 2; pass++) {
                                for (int half = 0; half < 2; half++) {
                                    long value = sameEverywhere(snapshot, half * pages, pages);
                                    assertTrue(value >= before[half], "expected at least commit " + before[half] + ", found " + value);
                                    assertTrue(pass == 0 || value == seen[half], "the moment moved");
                                    seen[half] = value;
                                }
                            }
                        }
                        snapshots.incrementAndGet();
                    }
                }));
            }
            threads.get(0).join();
            threads.get(1).join();
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            if (failure.get() != null) {
                throw new AssertionError(failure.get());
            }
            assertTrue(snapshots.get() > 10, snapshots + " snapshots");
            assertEquals(0, kept(store));
        }
    }

    private static Thread thread(AtomicReference<Throwable> failure, AtomicBoolean stop, Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
                stop.set(true);
            }
        });
        thread.start();
        return thread;
    }

    /** One transaction, numbered by the caller. */
    private static void fillAll(SmallStore store, long id, int from, int count, long value) {
        SmallStore.Transaction transaction = store.begin(id);
        for (int page = from; page < from + count; page++) {
            transaction.fillWith(page, value);
        }
        transaction.commit(Durability.RELAXED).await();
    }

    private static long sameEverywhere(StrategySnapshot snapshot, int from, int count) {
        long value = -1;
        for (int page = from; page < from + count; page++) {
            try (PageAccess access = snapshot.read(page)) {
                long first = access.bytes().getLong(0);
                value = value < 0 ? first : value;
                assertEquals(value, first, "page " + page + " is of another moment");
                // Only the first page's later bytes are zero: it was created so.
                for (int at = 8; value != 0 && at + 8 <= access.bytes().length(); at += 8) {
                    assertEquals(first, access.bytes().getLong(at), "page " + page + " is torn");
                }
            }
        }
        return value;
    }

    @Test
    @DisplayName("of the same moment as another shares it")
    void shared() {
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 10);
            StrategySnapshot one = open(store);
            StrategySnapshot other = open(store);
            store.put(1, 11);
            assertEquals(1, kept(store));
            one.close();
            assertEquals(10, read(other, 1));
            other.close();
            assertEquals(0, kept(store));
        }
    }
}
