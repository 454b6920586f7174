package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.InOrder;

@Timeout(60)
@DisplayName("A commit of shadow paging")
class ShadowCommitsTest implements NoLeaks {
    private final SimulatedDisk disk = new SimulatedDisk();

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
            order.verify(pages).write(any(), anyLong()); // the page, and the node over it beside it
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
            assertThrows(StoreFailedException.class, () -> other.write(1));
            assertThrows(StoreFailedException.class, () -> other.create(2));
            assertThrows(StoreFailedException.class, () -> other.discard(1));
            assertThrows(StoreFailedException.class, () -> store.strategy.openSnapshot(9));
            store.tasks.run("shadow-paging flip"); // which was told already
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

    /** What the store holds if that root is rotten in both its copies. */
    private long[] withoutRoot(int flip) {
        SimulatedDisk copy = new SimulatedDisk(disk.asIssued());
        copy.faults().flipBit("roots", (flip & 1) * 4096L, 4);
        copy.faults().flipBit("roots", (2 + (flip & 1)) * 4096L, 4);
        try (TestStore store = TestStore.open(copy)) {
            return LongStream.range(0, 8).map(store::read).toArray();
        }
    }
}
