package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
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
        assertEquals(flip + 1, flips.durable().flip());
        store.close();
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
        }
    }
}
