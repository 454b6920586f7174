package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("A snapshot of shadow paging")
class ShadowSnapshotTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    private static StrategySnapshot snapshot(TestStore store) {
        return store.strategy.openSnapshot(1_000_000);
    }

    /** The page's value, or -1 if it did not exist. */
    private static long read(StrategySnapshot snapshot, long pageId) {
        try (PageAccess page = snapshot.read(pageId)) {
            long value = page.bytes().getLong(0);
            for (int at = 512; at < TestStore.PAGE_SIZE; at += 512) {
                assertEquals(value, page.bytes().getLong(at), "page " + pageId + " is torn");
            }
            return value;
        } catch (PageNotFoundException none) {
            return -1;
        }
    }

    private static void commit(TestStore store, long pageId, long value, Durability level) {
        StrategyTransaction transaction = store.begin();
        if (TestStore.read(transaction, pageId) < 0) {
            TestStore.create(transaction, pageId, value);
        } else {
            TestStore.write(transaction, pageId, value);
        }
        transaction.commit(level).await();
    }

    private static void discard(TestStore store, long pageId) {
        StrategyTransaction transaction = store.begin();
        transaction.discard(pageId);
        TestStore.commit(transaction);
    }

    private static long inUse(TestStore store) {
        return ((ShadowPagingStrategy) store.strategy).parts().free().inUse();
    }

    private static long kept(TestStore store) {
        return ((ShadowPagingStrategy) store.strategy).flips().slotsKeptForSnapshots();
    }

    /** With nobody at work, the slots in use are those of the table, and those that the last flip dropped. */
    private static void assertNoSlotLost(TestStore store) {
        commit(store, 1, 1, Durability.POWER_SAFE);
        commit(store, 1, 2, Durability.POWER_SAFE);
        TableRoot root = ((ShadowPagingStrategy) store.strategy).flips().durable().root();
        long extra = inUse(store) - root.nodes() - root.pages();
        assertTrue(extra >= 0 && extra <= root.depth() + 1, extra + " slots are in use that the table does not reach");
        assertEquals(0, kept(store));
    }

    @Test
    @DisplayName("shows what was committed before it, durable or not, and nothing that came later")
    void moment() {
        try (TestStore store = TestStore.create(disk)) {
            commit(store, 1, 10, Durability.POWER_SAFE);
            commit(store, 2, 20, Durability.RELAXED);
            StrategyTransaction unfinished = store.begin();
            TestStore.create(unfinished, 3, 30);
            try (StrategySnapshot snapshot = snapshot(store)) {
                TestStore.commit(unfinished);
                commit(store, 1, 11, Durability.POWER_SAFE);
                discard(store, 2);
                assertEquals(10, read(snapshot, 1));
                assertEquals(20, read(snapshot, 2));
                assertEquals(-1, read(snapshot, 3));
                assertEquals(-1, read(snapshot, -1));
            }
            assertEquals(11, store.read(1));
            assertEquals(-1, store.read(2));
            assertEquals(30, store.read(3));
        }
    }

    @Test
    @DisplayName("saw nothing that a crash could still take: its commit waits for nothing (D3)")
    void durability() {
        try (TestStore store = TestStore.create(disk)) {
            commit(store, 1, 10, Durability.RELAXED);
            StrategySnapshot snapshot = snapshot(store);
            assertEquals(10, read(snapshot, 1));
            assertEquals(CommitTicket.DONE, snapshot.commit(Durability.POWER_SAFE));
            try (TestStore after = TestStore.open(new SimulatedDisk(disk.asSynced()))) {
                assertEquals(10, after.read(1));
            }
        }
    }

    @Test
    @DisplayName("keeps its own tree and no more, however many commits pass while it is open; and gives that back (V3, L2)")
    void room() {
        try (TestStore store = new TestStore(disk, true, 16)) {
            StrategyTransaction filling = store.begin();
            for (int page = 0; page < 100; page++) {
                TestStore.create(filling, page * 300L, page);
            }
            TestStore.commit(filling);
            long before = inUse(store);
            StrategySnapshot snapshot = snapshot(store);
            long most = 0;
            for (int n = 0; n < 3_000; n++) {
                commit(store, n % 100 * 300L, 1_000 + n, Durability.POWER_SAFE);
                most = Math.max(most, inUse(store));
            }
            for (int page = 0; page < 100; page++) {
                assertEquals(page, read(snapshot, page * 300L));
            }
            // Its tree and the newest, and what two flips have dropped; 3,000 commits have dropped more than 9,000 slots.
            assertTrue(most <= 2 * before + 10, most + " slots in use, " + before + " before");
            assertTrue(kept(store) >= 100, "all pages were replaced, so their former slots are kept");
            snapshot.close();
            assertNoSlotLost(store);
        }
    }

    @Test
    @DisplayName("one among others, opened and closed in any order, among commits of every kind, in a small cache: each shows its moment (V1)")
    void many() {
        record Open(StrategySnapshot snapshot, Map<Long, Long> moment) {
        }
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            try (TestStore store = new TestStore(new SimulatedDisk(), true, 16)) {
                Map<Long, Long> model = new HashMap<>();
                List<Open> open = new ArrayList<>();
                for (int step = 0; step < 400; step++) {
                    long page = random.nextInt(40) * 97L;
                    switch (random.nextInt(8)) {
                        case 0 -> open.add(new Open(snapshot(store), Map.copyOf(model)));
                        case 1 -> {
                            if (!open.isEmpty()) {
                                open.remove(random.nextInt(open.size())).snapshot.close();
                            }
                        }
                        case 2 -> {
                            if (model.remove(page) != null) {
                                discard(store, page);
                            }
                        }
                        case 3, 4 -> {
                            commit(store, page, step, random.nextBoolean() ? Durability.RELAXED : Durability.POWER_SAFE);
                            model.put(page, (long) step);
                        }
                        default -> {
                            if (!open.isEmpty()) {
                                Open one = open.get(random.nextInt(open.size()));
                                assertEquals(one.moment.getOrDefault(page, -1L), read(one.snapshot, page), "seed " + seed + ", step " + step + ", page " + page);
                            }
                        }
                    }
                }
                for (Open one : open) {
                    for (long page = 0; page < 40; page++) {
                        assertEquals(one.moment.getOrDefault(page * 97, -1L), read(one.snapshot, page * 97), "seed " + seed);
                    }
                    one.snapshot.close();
                }
                assertNoSlotLost(store);
            }
        }
    }

    @Test
    @DisplayName("leaves nothing behind in a crash: what was kept for it is free after recovery (V3)")
    void crash() {
        try (TestStore store = TestStore.create(disk)) {
            for (int page = 0; page < 30; page++) {
                commit(store, page, page, Durability.POWER_SAFE);
            }
            StrategySnapshot snapshot = snapshot(store);
            for (int page = 0; page < 30; page++) {
                commit(store, page, 100 + page, Durability.POWER_SAFE);
            }
            assertTrue(kept(store) >= 29);
            try (TestStore after = TestStore.open(new SimulatedDisk(disk.asSynced()))) {
                TableRoot root = ((ShadowPagingStrategy) after.strategy).flips().durable().root();
                assertEquals(root.nodes() + root.pages(), inUse(after));
                assertEquals(129, after.read(29));
            }
            assertEquals(7, read(snapshot, 7));
            snapshot.close();
        }
    }

    @Test
    @DisplayName("beside many writers shows sums that never change, while cache and slots are reused all the time (V1, S5)")
    void transfers() throws InterruptedException {
        int accounts = 24;
        ConcurrentLinkedQueue<Throwable> problems = new ConcurrentLinkedQueue<>();
        AtomicInteger moments = new AtomicInteger();
        try (TestStore store = new TestStore(disk, true, 24)) {
            StrategyTransaction filling = store.begin();
            ReentrantLock[] locks = new ReentrantLock[accounts];
            for (int account = 0; account < accounts; account++) {
                TestStore.create(filling, account * 700L, 100);
                locks[account] = new ReentrantLock();
            }
            TestStore.commit(filling);
            AtomicInteger writing = new AtomicInteger(3);
            List<Thread> threads = new ArrayList<>();
            for (int writer = 0; writer < 3; writer++) {
                Random random = new Random(writer);
                threads.add(start(problems, () -> {
                    try {
                        for (int n = 0; n < 400; n++) {
                            transfer(store, locks, random);
                        }
                    } finally {
                        writing.decrementAndGet();
                    }
                }));
            }
            for (int reader = 0; reader < 2; reader++) {
                threads.add(start(problems, () -> {
                    while (writing.get() > 0) {
                        try (StrategySnapshot snapshot = snapshot(store)) {
                            for (int round = 0; round < 2; round++) {
                                long sum = 0;
                                for (int account = 0; account < accounts; account++) {
                                    sum += read(snapshot, account * 700L);
                                }
                                assertEquals(100L * accounts, sum);
                            }
                            moments.incrementAndGet();
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertTrue(problems.isEmpty(), () -> problems.toString());
            assertTrue(moments.get() > 1);
            assertNoSlotLost(store);
        }
    }

    /** The locks are what the engine's page locks are, freed once the order is fixed. */
    private static void transfer(TestStore store, ReentrantLock[] locks, Random random) {
        int one = random.nextInt(locks.length - 1);
        int other = random.nextInt(one + 1, locks.length);
        int amount = random.nextInt(10);
        CommitTicket ticket;
        locks[one].lock();
        locks[other].lock();
        try {
            StrategyTransaction transaction = store.begin();
            TestStore.write(transaction, one * 700L, TestStore.read(transaction, one * 700L) + amount);
            TestStore.write(transaction, other * 700L, TestStore.read(transaction, other * 700L) - amount);
            ticket = transaction.commit(random.nextBoolean() ? Durability.RELAXED : Durability.POWER_SAFE);
        } finally {
            locks[other].unlock();
            locks[one].unlock();
        }
        ticket.await();
    }

    private static Thread start(ConcurrentLinkedQueue<Throwable> problems, Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable problem) {
                problems.add(problem);
            }
        });
        thread.start();
        return thread;
    }
}
