package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A flip of shadow paging")
class FlipsTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    private static ShadowPagingStrategy strategy(TestStore store) {
        return (ShadowPagingStrategy) store.strategy;
    }

    private static void nothingKept(TestStore store) {
        ShadowParts parts = strategy(store).parts();
        FreeSlots free = parts.free();
        assertEquals(0, parts.expected().size(), "checksums that the table answers for by now");
        assertEquals(free.slots() - free.inUse(), free.available(), "slots still reserved for nodes that are written");
    }

    @Test
    @DisplayName("leaves no checksum apart from the table's, and no slot reserved")
    void leavesNothing() {
        try (TestStore store = TestStore.create(disk)) {
            for (int round = 0; round < 3; round++) {
                StrategyTransaction many = store.begin();
                for (int page = 0; page < 100; page++) {
                    long pageId = page * 10_000L;
                    if (round == 0) {
                        TestStore.create(many, pageId, page);
                    } else {
                        TestStore.write(many, pageId, page + round);
                    }
                }
                TestStore.commit(many);
                nothingKept(store);
            }
            StrategyTransaction created = store.begin();
            TestStore.create(created, 1L << 40, 7);
            created.commit(Durability.RELAXED);
            StrategyTransaction gone = store.begin();
            gone.discard(1L << 40);
            TestStore.commit(gone); // the nodes on the way to it are reserved, and never written
            nothingKept(store);
            assertEquals(-1, store.read(1L << 40));
        }
    }

    @Test
    @DisplayName("says whether there was anything to do, and fails where the store has failed")
    void pending() {
        TestStore store = TestStore.create(disk);
        Flips flips = strategy(store).flips();
        assertFalse(flips.flipPending());
        long flip = flips.durable().flip();
        StrategyTransaction relaxed = store.begin();
        TestStore.create(relaxed, 1, 10);
        relaxed.commit(Durability.RELAXED);
        assertTrue(flips.flipPending());
        assertEquals(flip + 1, flips.durable().flip());
        assertFalse(flips.flipPending());
        assertEquals(flip + 1, flips.durable().flip(), "nothing to flip, nothing flipped");
        assertFalse(flips.hasFailed());
        StrategyTransaction lost = store.begin();
        TestStore.write(lost, 1, 11);
        disk.faults().failSync(name -> true, 0, SyncFailure.CLEAN_NEW);
        lost.commit(Durability.RELAXED);
        assertThrows(StoreFailedException.class, flips::flipPending);
        assertTrue(flips.hasFailed());
        assertThrows(StoreFailedException.class, flips::flipPending);
        LongList one = new LongList();
        one.add(1);
        assertThrows(StoreFailedException.class, () -> flips.commit(one, one, new LongList()), "by somebody who asked before it failed");
        assertEquals(flip + 1, flips.durable().flip());
        store.close();
    }

    @Test
    @DisplayName("that fails with nothing to make durable has failed the store all the same")
    void nothingPending() {
        TestStore store = TestStore.create(disk);
        Flips flips = strategy(store).flips();
        disk.faults().failSync(name -> name.equals("roots"), 0, SyncFailure.CLEAN_NEW);
        assertThrows(StoreFailedException.class, flips::flipForClose);
        assertThrows(StoreFailedException.class, flips::flipPending);
        store.close();
    }

    @Test
    @DisplayName("leaves no slot of a commit that another of its batch replaced, slot 0 either")
    void replaced() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            first.commit(Durability.RELAXED);
            StrategyTransaction second = store.begin();
            TestStore.write(second, 1, 11);
            second.commit(Durability.RELAXED);
            assertTrue(strategy(store).flips().flipPending());
            assertEquals(2, strategy(store).parts().free().inUse(), "a page and a node");
        }
    }

    @Test
    @DisplayName("keeps for a snapshot what its tree has, and not what was born after it (V3)")
    void born() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            TestStore.commit(first);
            Flips flips = strategy(store).flips();
            try (ShadowSnapshot snapshot = flips.openSnapshot()) {
                for (int value = 11; value < 31; value++) {
                    StrategyTransaction next = store.begin();
                    TestStore.write(next, 1, value);
                    TestStore.commit(next);
                }
                assertEquals(2, flips.slotsKeptForSnapshots(), "a page and a node");
            }
            assertEquals(0, flips.slotsKeptForSnapshots());
            assertEquals(4, strategy(store).parts().free().inUse(), "a page and a node, and what the last flip dropped");
        }
    }

    @Test
    @DisplayName("on a full disk is made where it can win room, and not where nothing waits to be free")
    void nothingToWin() {
        try (TestStore store = TestStore.create(disk)) {
            Flips flips = strategy(store).flips();
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            TestStore.commit(first);
            flips.flipForClose();
            flips.flipForClose(); // by now nothing waits for a flip
            disk.faults().capacityBytes(disk.allocatedBytes());
            long before = flips.durable().flip();
            StrategyTransaction greedy = store.begin();
            assertThrows(DiskFullException.class, () -> createMany(greedy, 100));
            assertEquals(before, flips.durable().flip());
            greedy.rollback();
            StrategyTransaction second = store.begin();
            TestStore.write(second, 1, 11);
            TestStore.commit(second);
            StrategyTransaction again = store.begin();
            assertThrows(DiskFullException.class, () -> createMany(again, 100));
            assertEquals(before + 2, flips.durable().flip(), "the commit, and one that wins back what it dropped");
            again.rollback();
        }
    }

    private static void createMany(StrategyTransaction transaction, int pages) {
        for (int page = 1_000; page < 1_000 + pages; page++) {
            TestStore.create(transaction, page, page);
        }
    }

    @Test
    @DisplayName("on a full disk is not made for ever for one commit, though others drop as much as it wins")
    void lastResorts() {
        try (TestStore store = TestStore.create(disk)) {
            Flips flips = strategy(store).flips();
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 0);
            TestStore.commit(first);
            StrategyTransaction greedy = store.begin();
            for (long page = 1; page < 6; page++) {
                TestStore.create(greedy, page << 40, page);
            }
            disk.faults().capacityBytes(disk.allocatedBytes());
            AtomicInteger left = new AtomicInteger(30);
            rewriteDuringFlips(store, left);
            StrategyTransaction second = store.begin();
            TestStore.write(second, 1, 1);
            TestStore.commit(second);
            long before = flips.durable().flip();
            assertThrows(DiskFullException.class, () -> greedy.commit(Durability.POWER_SAFE), "16 slots do not hold the nodes to five pages far apart");
            long made = flips.durable().flip() - before;
            assertTrue(made >= 3 && made <= 6, made + " flips for one commit");
            left.set(0);
            greedy.rollback();
        }
    }

    /** While a root is being synced, page 1 is written by somebody else: so each flip has something to win back. */
    private void rewriteDuringFlips(TestStore store, AtomicInteger left) {
        disk.faults().duringNextSync(name -> name.equals("roots"), () -> {
            if (left.getAndDecrement() > 0) {
                rewriteDuringFlips(store, left);
                StrategyTransaction other = store.begin();
                TestStore.write(other, 1, left.get());
                other.commit(Durability.RELAXED);
            }
        });
    }
}
