package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.memory.MemoryLeaks;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.InOrder;

@Timeout(60)
@DisplayName("Shadow paging")
class ShadowPagingStrategyTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    @BeforeAll
    static void trace() {
        MemoryLeaks.startTracing();
    }

    @AfterEach
    void noLeak() {
        MemoryLeaks.assertNone();
    }

    @Test
    @DisplayName("keeps what was committed, over a clean close and over a loss of power")
    void keeps() {
        try (TestStore store = TestStore.create(disk)) {
            assertEquals(Outcome.CREATED, store.report.outcome());
            StrategyTransaction first = store.begin();
            TestStore.create(first, 3, 33);
            TestStore.create(first, 1L << 40, 44);
            TestStore.commit(first);
        }
        try (TestStore store = TestStore.open(disk)) {
            assertEquals(Outcome.CLEAN, store.report.outcome());
            assertEquals(1, store.report.highestTransactionId());
            assertEquals(2, store.report.phases().get(0).changesSkipped());
            assertEquals(33, store.read(3));
            assertEquals(44, store.read(1L << 40));
            assertEquals(-1, store.read(4));
            StrategyTransaction second = store.begin();
            TestStore.write(second, 3, 34);
            second.discard(1L << 40);
            TestStore.commit(second);
            StrategyTransaction third = store.begin();
            TestStore.write(third, 3, 35);
            PowerLoss.forEach(disk, left -> {
                try (TestStore after = TestStore.open(left)) {
                    assertEquals(Outcome.RECOVERED, after.report.outcome());
                    assertEquals(34, after.read(3));
                    assertEquals(-1, after.read(1L << 40));
                }
            });
            third.rollback();
        }
    }

    @Test
    @DisplayName("a transaction sees its own writes, and a rollback leaves no trace and no slot in use (A1)")
    void rollback() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            TestStore.create(first, 2, 20);
            TestStore.commit(first);
            StrategyTransaction second = store.begin();
            TestStore.write(second, 1, 11);
            second.discard(2);
            TestStore.create(second, 3, 30);
            assertEquals(11, TestStore.read(second, 1));
            assertEquals(-1, TestStore.read(second, 2));
            assertThrows(PageNotFoundException.class, () -> second.write(2));
            assertThrows(PageNotFoundException.class, () -> second.discard(2));
            assertThrows(PageNotFoundException.class, () -> second.discard(77));
            assertThrows(PageNotFoundException.class, () -> second.read(-1));
            TestStore.create(second, 2, 21);
            assertEquals(21, TestStore.read(second, 2));
            second.rollback();
            assertEquals(10, store.read(1));
            assertEquals(20, store.read(2));
            assertEquals(-1, store.read(3));
        }
    }

    @Test
    @DisplayName("savepoints nest, and rolling back to one keeps what came before it (S1)")
    void savepoints() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction transaction = store.begin();
            TestStore.create(transaction, 1, 10);
            long outer = transaction.mark();
            TestStore.write(transaction, 1, 11);
            TestStore.create(transaction, 2, 20);
            long inner = transaction.mark();
            transaction.discard(1);
            TestStore.write(transaction, 2, 22);
            transaction.rollbackTo(inner);
            assertEquals(11, TestStore.read(transaction, 1));
            assertEquals(20, TestStore.read(transaction, 2));
            transaction.rollbackTo(outer);
            assertEquals(10, TestStore.read(transaction, 1));
            assertEquals(-1, TestStore.read(transaction, 2));
            TestStore.commit(transaction);
            assertEquals(10, store.read(1));
        }
    }

    @Test
    @DisplayName("pages are synced before the root is written, and the root before the ticket returns (W1, D1)")
    void order() {
        Map<String, DiskFile> files = new HashMap<>();
        Disk decorated = decorated(file -> {
            DiskFile watched = watched(file);
            files.put(file.name(), watched);
            return watched;
        });
        try (TestStore store = TestStore.create(decorated)) {
            StrategyTransaction transaction = store.begin();
            TestStore.create(transaction, 1, 10);
            DiskFile pages = files.get("pages");
            DiskFile roots = files.get("roots");
            clearInvocations(pages, roots);
            CommitTicket ticket = transaction.commit(Durability.POWER_SAFE);
            List<String> said = new ArrayList<>();
            DiskFile realRoots = disk.open("roots");
            doAnswer(sync -> {
                said.add("root synced");
                realRoots.syncData();
                return null;
            }).when(roots).syncData();
            ticket.await();
            said.add("ticket returned");
            InOrder order = inOrder(pages, roots);
            order.verify(pages, times(2)).write(any(), anyLong()); // the page, and the node over it
            order.verify(pages).syncData();
            order.verify(roots, atLeastOnce()).write(any(), anyLong());
            order.verify(roots).syncData();
            order.verifyNoMoreInteractions();
            assertEquals(List.of("root synced", "ticket returned"), said);
        }
    }

    @Test
    @DisplayName("commits that wait together share one flip: two syncs for all of them")
    void groupFlip() throws InterruptedException {
        int committers = 8;
        CountDownLatch firstFlipInSync = new CountDownLatch(1);
        CountDownLatch restHaveCommitted = new CountDownLatch(committers);
        try (TestStore store = TestStore.create(disk)) {
            // The first flip waits in its sync until all others have fixed their order.
            disk.faults().duringNextSync(name -> name.equals("pages"), () -> {
                firstFlipInSync.countDown();
                await(restHaveCommitted);
            });
            long before = disk.trace().syncCompletions();
            Thread leader = new Thread(() -> {
                StrategyTransaction transaction = store.begin();
                TestStore.create(transaction, 1000, 1);
                TestStore.commit(transaction);
            });
            leader.start();
            firstFlipInSync.await();
            List<Thread> rest = new ArrayList<>();
            for (int i = 0; i < committers; i++) {
                int page = i;
                Thread thread = new Thread(() -> {
                    StrategyTransaction transaction = store.begin();
                    TestStore.create(transaction, page, page);
                    CommitTicket ticket = transaction.commit(Durability.POWER_SAFE);
                    restHaveCommitted.countDown();
                    ticket.await();
                });
                thread.start();
                rest.add(thread);
            }
            leader.join();
            for (Thread thread : rest) {
                thread.join();
            }
            assertEquals(4, disk.trace().syncCompletions() - before, "two flips of two syncs each");
            for (int page = 0; page < committers; page++) {
                assertEquals(page, store.read(page));
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException unwanted) {
            throw new AssertionError(unwanted);
        }
    }

    @Test
    @DisplayName("relaxed commits do not sync; the background flip makes them durable, and so does a checkpoint")
    void relaxed() {
        try (TestStore store = TestStore.create(disk)) {
            long before = disk.trace().syncCompletions();
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            assertSame(CommitTicket.DONE, first.commit(Durability.RELAXED));
            assertEquals(before, disk.trace().syncCompletions());
            assertEquals(10, store.read(1));
            store.tasks.run("shadow-paging flip");
            assertEquals(before + 2, disk.trace().syncCompletions());
            store.tasks.run("shadow-paging flip");
            assertEquals(before + 2, disk.trace().syncCompletions(), "nothing was pending");
            StrategyTransaction second = store.begin();
            TestStore.write(second, 1, 11);
            second.commit(Durability.RELAXED);
            assertEquals(2, store.strategy.checkpoint(CheckpointPace.IMMEDIATE).pagesWritten(), "a page and a node");
            PowerLoss.forEach(disk, left -> {
                try (TestStore after = TestStore.open(left)) {
                    assertEquals(11, after.read(1));
                }
            });
        }
    }

    @Test
    @DisplayName("a transaction that changed nothing waits for what it may have seen (D3), and for nothing else")
    void readOnly() {
        try (TestStore store = TestStore.create(disk)) {
            assertSame(CommitTicket.DONE, store.begin().commit(Durability.POWER_SAFE));
            StrategyTransaction writer = store.begin();
            TestStore.create(writer, 1, 10);
            writer.commit(Durability.RELAXED);
            StrategyTransaction reader = store.begin();
            assertEquals(10, TestStore.read(reader, 1));
            CommitTicket ticket = reader.commit(Durability.POWER_SAFE);
            long before = disk.trace().syncCompletions();
            ticket.await();
            assertEquals(before + 2, disk.trace().syncCompletions());
            assertSame(CommitTicket.DONE, store.begin().commit(Durability.PROCESS_SAFE));
        }
    }

    @Test
    @DisplayName("a page committed a thousand times within a batch takes a slot or two, and its nodes are reserved once")
    void replacedWithinBatch() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 0);
            first.commit(Durability.RELAXED);
            for (int i = 1; i < 1000; i++) {
                StrategyTransaction next = store.begin();
                TestStore.write(next, 1, i);
                next.commit(Durability.RELAXED);
            }
            assertEquals(999, store.read(1));
        }
        assertTrue(size("pages") <= 16L * TestStore.PAGE_SIZE, "the file has grown to " + size("pages"));
        try (TestStore store = TestStore.open(disk)) {
            assertEquals(999, store.read(1));
        }
    }

    @Test
    @Tag("seconds")
    @DisplayName("a transaction of 20,000 pages with a cache of 256 commits, rolls back, and is whole or absent after a crash (L1)")
    void largerThanTheCache() {
        int pages = 20_000;
        try (TestStore store = new TestStore(disk, true, 256)) {
            StrategyTransaction lost = store.begin();
            for (int page = 0; page < pages; page++) {
                TestStore.create(lost, page, -7);
            }
            assertEquals(-7, TestStore.read(lost, 0));
            lost.rollback();
            assertEquals(-1, store.read(0));
            StrategyTransaction load = store.begin();
            for (int page = 0; page < pages; page++) {
                TestStore.create(load, page, page);
            }
            TestStore.commit(load);
            // What is there by now is synced. The trace of what comes is enough, and much shorter.
            assertEquals(disk.asIssued().hash(), disk.asSynced().hash());
            disk.recording(false);
            disk.recording(true);
            StrategyTransaction unfinished = store.begin();
            for (int page = 0; page < pages; page++) {
                TestStore.write(unfinished, page, -9);
            }
            List<SimulatedDisk> left = List.of(PowerLoss.any(disk, new Random(8)), new SimulatedDisk(disk.asSynced()), new SimulatedDisk(disk.asIssued()));
            for (SimulatedDisk each : left) {
                try (TestStore after = new TestStore(each, false, 256)) {
                    for (int page = 0; page < pages; page++) {
                        assertEquals(page, after.read(page));
                    }
                }
            }
            TestStore.commit(unfinished);
            assertEquals(-9, store.read(pages - 1));
        }
        try (TestStore store = new TestStore(disk, false, 256)) {
            for (int page = 0; page < pages; page++) {
                assertEquals(-9, store.read(page));
            }
        }
        assertTrue(size("pages") < 3L * pages * TestStore.PAGE_SIZE, "the file has grown to " + size("pages"));
    }

    @Test
    @DisplayName("room that a large transaction left behind is given back when the store is opened (L2)")
    void shrinks() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction large = store.begin();
            for (int page = 0; page < 5000; page++) {
                TestStore.create(large, page, page);
            }
            large.rollback();
            StrategyTransaction small = store.begin();
            TestStore.create(small, 7, 70);
            TestStore.commit(small);
        }
        assertTrue(size("pages") > 5000L * TestStore.PAGE_SIZE);
        for (int life = 0; life < 3; life++) {
            try (TestStore store = TestStore.open(disk)) {
                assertTrue(size("pages") < 50L * TestStore.PAGE_SIZE);
                assertEquals(70, store.read(7));
            }
        }
    }

    @Test
    @DisplayName("a full disk fails the transaction; reads go on, the rollback needs no room, and reopening works (F2)")
    void fullDisk() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            for (int page = 0; page < 10; page++) {
                TestStore.create(first, page, page);
            }
            TestStore.commit(first);
            disk.faults().capacityBytes(disk.allocatedBytes());
            StrategyTransaction greedy = store.begin();
            assertThrows(DiskFullException.class, () -> {
                for (int page = 100; page < 1000; page++) {
                    TestStore.create(greedy, page, page);
                }
            });
            assertEquals(5, TestStore.read(greedy, 5));
            greedy.rollback();
            assertTrue(store.failures.isEmpty());
            assertEquals(5, store.read(5));
            // Small transactions go on for ever in the room that is there: what one drops, a later one uses.
            for (int i = 0; i < 200; i++) {
                StrategyTransaction small = store.begin();
                TestStore.write(small, i % 10, 1000 + i);
                TestStore.commit(small);
            }
            assertEquals(1199, store.read(9));
        }
        disk.faults().capacityBytes(disk.allocatedBytes());
        try (TestStore store = TestStore.open(disk)) {
            assertEquals(1199, store.read(9));
        }
    }

    @Test
    @DisplayName("a commit that finds no room for its table nodes fails before its order is fixed (F2)")
    void fullDiskAtCommit() {
        try (TestStore store = TestStore.create(disk)) {
            // 16 slots: 9 pages and the nodes to them do not fit when each page needs five nodes of its own.
            disk.faults().capacityBytes(disk.allocatedBytes());
            StrategyTransaction greedy = store.begin();
            for (long page = 0; page < 9; page++) {
                TestStore.create(greedy, page << 40, page);
            }
            assertThrows(DiskFullException.class, () -> greedy.commit(Durability.POWER_SAFE));
            greedy.rollback();
            StrategyTransaction modest = store.begin();
            TestStore.create(modest, 1, 10);
            TestStore.commit(modest);
            assertEquals(10, store.read(1));
            assertEquals(-1, store.read(1L << 40));
        }
    }

    @Test
    @DisplayName("on a full disk the slots that relaxed commits replaced are won back by flipping")
    void fullDiskFlips() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            for (int page = 0; page < 5; page++) {
                TestStore.create(first, page, page);
            }
            TestStore.commit(first);
            disk.faults().capacityBytes(disk.allocatedBytes());
            // Each of these needs 5 fresh slots and a node; 16 are there, 6 of them in the table, so nothing but flips can make room.
            for (int i = 0; i < 20; i++) {
                StrategyTransaction next = store.begin();
                for (int page = 0; page < 5; page++) {
                    TestStore.write(next, page, i);
                }
                next.commit(Durability.RELAXED);
            }
            assertEquals(19, store.read(4));
        }
    }

    @Test
    @DisplayName("after a failed sync every call says so, nothing more is written, and reopening recovers (F1)")
    void failedSync() {
        for (int failing = 1; failing <= 2; failing++) {
            SimulatedDisk failingDisk = new SimulatedDisk();
            TestStore store = TestStore.create(failingDisk);
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            TestStore.commit(first);
            StrategyTransaction other = store.begin();
            StrategyTransaction second = store.begin();
            TestStore.write(second, 1, 11);
            failingDisk.faults().failSync(name -> true, failing - 1, SyncFailure.CLEAN_NEW);
            CommitTicket ticket = second.commit(Durability.POWER_SAFE);
            assertThrows(StoreFailedException.class, ticket::await);
            assertEquals(1, store.failures.size());
            assertThrows(StoreFailedException.class, ticket::await);
            assertThrows(StoreFailedException.class, store::begin);
            assertThrows(StoreFailedException.class, () -> other.read(1));
            assertThrows(StoreFailedException.class, () -> other.commit(Durability.RELAXED));
            other.rollback();
            long calls = failingDisk.now();
            store.close();
            assertEquals(calls, failingDisk.now(), "close() only lets go");
            boolean rootWritten = failing == 2;
            PowerLoss.forEach(failingDisk, left -> {
                try (TestStore after = TestStore.open(left)) {
                    long value = after.read(1);
                    assertTrue(value == 10 || value == 11 && rootWritten, "found " + value);
                }
            });
        }
    }

    @Test
    @DisplayName("interrupts neither end the wait nor get lost (F3)")
    void interrupt() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction transaction = store.begin();
            TestStore.create(transaction, 1, 10);
            Thread.currentThread().interrupt();
            TestStore.commit(transaction);
            assertTrue(Thread.interrupted());
            assertEquals(10, store.read(1));
        }
    }

    @Test
    @DisplayName("rot in a page is reported when the page is read, after an eviction too (T1)")
    void rot() {
        long position;
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            for (int page = 0; page < 200; page++) {
                TestStore.create(first, page, 0x1234567890L + page);
            }
            TestStore.commit(first);
        }
        position = 0;
        try (TestStore store = TestStore.open(disk)) {
            for (int page = 0; page < 200; page++) {
                store.read(page);
            }
            // By now page 0 has left the cache of 64 pages. The first slot given out is the first page's.
            disk.faults().flipBit("pages", position + 100, 4);
            StrategyTransaction reader = store.begin();
            assertThrows(StoreDamagedException.class, () -> reader.read(0));
            assertEquals(0x1234567890L + 1, TestStore.read(reader, 1));
            reader.rollback();
        }
    }

    @Test
    @DisplayName("rot of one copy of the newest root is repaired; it never leads back to the older one (S10)")
    void rotOfTheRoot() {
        for (long sector = 0; sector < 4; sector++) {
            SimulatedDisk rotten = new SimulatedDisk();
            try (TestStore store = TestStore.create(rotten)) {
                for (int i = 0; i < 5; i++) {
                    StrategyTransaction transaction = store.begin();
                    TestStore.create(transaction, i, i);
                    TestStore.commit(transaction);
                }
            }
            rotten.faults().flipBit("roots", sector * 4096 + 40, 4);
            try (TestStore store = TestStore.open(rotten)) {
                assertEquals(4, store.read(4));
            }
        }
    }

    @Test
    @DisplayName("both roots on the disk are whole trees at all times: without the newest, the store is as it was one flip before (S2)")
    void bothRootsWhole() {
        List<long[]> states = new ArrayList<>(); // what each flip made current
        states.add(null); // there is no flip 0
        AtomicInteger looks = new AtomicInteger();
        Disk decorated = decorated(file -> {
            DiskFile watched = watched(file);
            if (file.name().equals("roots")) {
                doAnswer(write -> {
                    // The worst moment: all that the next flip writes is written, and its root is not.
                    boolean firstCopy = write.<Long>getArgument(1) < 2 * 4096;
                    if (firstCopy && states.size() > 2) {
                        assertArrayEquals(states.get(states.size() - 2), withoutRoot(states.size() - 1), "before flip " + states.size());
                        looks.incrementAndGet();
                    }
                    file.write(write.getArgument(0), write.getArgument(1));
                    return null;
                }).when(watched).write(any(), anyLong());
            }
            return watched;
        });
        Random random = new Random(2);
        long[] now = new long[8];
        Arrays.fill(now, -1);
        for (int life = 0; life < 3; life++) {
            try (TestStore store = new TestStore(decorated, life == 0, 64)) {
                states.add(now.clone()); // the creation's flip, or the opening's, after which both roots name the same tree
                for (int i = 0; i < 30; i++) {
                    StrategyTransaction transaction = store.begin();
                    for (int page = 0; page < 8; page++) {
                        if (random.nextBoolean()) {
                            long value = 100 * i + page;
                            if (now[page] < 0) {
                                TestStore.create(transaction, page, value);
                            } else {
                                TestStore.write(transaction, page, value);
                            }
                            now[page] = value;
                        }
                    }
                    TestStore.commit(transaction);
                    states.add(now.clone());
                }
            }
            states.add(now.clone()); // the flip of close()
        }
        assertTrue(looks.get() > 90);
    }

    /** The disk, with every file handed out through that. */
    private Disk decorated(UnaryOperator<DiskFile> decoration) {
        Disk decorated = mock(Disk.class, delegatesTo(disk));
        doAnswer(call -> decoration.apply(disk.create(call.getArgument(0)))).when(decorated).create(any());
        doAnswer(call -> decoration.apply(disk.open(call.getArgument(0)))).when(decorated).open(any());
        return decorated;
    }

    private static DiskFile watched(DiskFile file) {
        return mock(DiskFile.class, delegatesTo(file));
    }

    private long size(String name) {
        return disk.asIssued().size(name);
    }

    /** What the store holds if that root is rotten in both its copies. */
    private long[] withoutRoot(int flip) {
        SimulatedDisk copy = new SimulatedDisk(disk.asIssued());
        copy.faults().flipBit("roots", (flip & 1) * 4096L, 4);
        copy.faults().flipBit("roots", (2 + (flip & 1)) * 4096L, 4);
        try (TestStore store = TestStore.open(copy)) {
            return LongStream.range(0, 8).map(store::read).toArray();
        }
    }

    @Test
    @DisplayName("files that are missing, cut or another store's are refused as damage")
    void refused() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            TestStore.commit(first);
        }
        disk.delete("pages");
        assertThrows(StoreDamagedException.class, () -> TestStore.open(disk));
        disk.create("pages");
        assertThrows(StoreDamagedException.class, () -> TestStore.open(disk));
        disk.delete("roots");
        assertThrows(StoreDamagedException.class, () -> TestStore.open(disk));
        disk.create("roots");
        assertThrows(StoreDamagedException.class, () -> TestStore.open(disk));
        try (TestStore store = TestStore.create(disk)) {
            assertEquals(-1, store.read(1), "made anew over what an interrupted attempt left");
        }
    }

    @Test
    @DisplayName("recovery tells its progress, and counts the nodes it read (R1)")
    void progress() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction load = store.begin();
            for (int page = 0; page < 3000; page++) {
                TestStore.create(load, page * 100L, page);
            }
            TestStore.commit(load);
        }
        try (TestStore store = TestStore.open(disk)) {
            long nodes = store.report.phases().get(0).records();
            assertTrue(nodes > 1000, "nodes: " + nodes);
            assertEquals(nodes * TestStore.PAGE_SIZE, store.strategy.recoveryDebtBytes());
            assertEquals(nodes, store.progress.get(store.progress.size() - 1).done());
            assertTrue(store.progress.size() >= nodes / 64);
        }
    }

    @Test
    @DisplayName("closing ends the background work, and leaves no page access usable")
    void closing() {
        TestStore store = TestStore.create(disk);
        assertTrue(store.tasks.count() > 0);
        StrategyTransaction transaction = store.begin();
        PageAccess page = transaction.create(1);
        page.close();
        assertThrows(IllegalStateException.class, page::bytes);
        transaction.rollback();
        store.close();
        assertEquals(0, store.tasks.count());
        store.close();
        assertFalse(disk.list().isEmpty());
    }
}
