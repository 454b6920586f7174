package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("A transaction of shadow paging")
class ShadowTransactionTest implements NoLeaks {
    private final SimulatedDisk disk = new SimulatedDisk();

    private static void create(TestStore store, long page, long value) {
        StrategyTransaction transaction = store.begin();
        TestStore.create(transaction, page, value);
        TestStore.commit(transaction);
    }

    @Test
    @DisplayName("that opens a page for writing finds in it what was committed, and commits that if it writes nothing")
    void copied() {
        try (TestStore store = TestStore.create(disk)) {
            create(store, 1, 10);
            StrategyTransaction second = store.begin();
            second.write(1).close();
            assertEquals(10, TestStore.read(second, 1));
            TestStore.commit(second);
            assertEquals(10, store.read(1));
        }
        try (TestStore store = TestStore.open(disk)) {
            assertEquals(10, store.read(1));
        }
    }

    @Test
    @DisplayName("keeps what it wrote to a page that had left memory, when it leaves memory again")
    void spilledTwice() {
        try (TestStore store = new TestStore(disk, true, 16)) {
            StrategyTransaction transaction = store.begin();
            for (int page = 0; page < 100; page++) {
                TestStore.create(transaction, page, page);
            }
            for (int page = 0; page < 100; page++) {
                TestStore.write(transaction, page, 1_000 + page);
            }
            for (int page = 0; page < 100; page++) {
                assertEquals(1_000 + page, TestStore.read(transaction, page));
            }
            transaction.rollback();
        }
    }

    @Test
    @DisplayName("gives back the slots of versions that only its savepoints needed, and those of pages that it discards, page 0 too")
    void slots() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            TestStore.create(first, 0, 1);
            for (int i = 2; i < 6; i++) {
                first.mark();
                TestStore.write(first, 0, i);
            }
            TestStore.commit(first);
            FreeSlots free = ((ShadowPagingStrategy) store.strategy).parts().free();
            assertEquals(2, free.inUse(), "a page and a node");
            assertEquals(5, store.read(0));
            StrategyTransaction second = store.begin();
            second.discard(0);
            TestStore.commit(second);
            create(store, 7, 70);
            assertEquals(2, free.inUse(), "a page and a node, and what was discarded has come back");
            assertEquals(-1, store.read(0));
        }
    }

    @Test
    @DisplayName("or a snapshot reads nothing in a store that failed; the number of either is known after the next opening")
    void snapshots() {
        TestStore store = TestStore.create(disk);
        create(store, 0, 10);
        try (StrategySnapshot snapshot = store.strategy.openSnapshot(80)) {
            snapshot.read(0).close();
            create(store, 1, 11);
            disk.faults().failNextSync(name -> true, SyncFailure.CLEAN_NEW);
            assertThrows(StoreFailedException.class, () -> create(store, 2, 12));
            assertThrows(StoreFailedException.class, () -> snapshot.read(0));
        }
        store.close();
        try (TestStore after = TestStore.open(disk)) {
            assertEquals(80, after.report.highestTransactionId());
        }
    }

    @Test
    @DisplayName("that is a snapshot ends with its commit: nothing is kept for it any more")
    void snapshotCommitted() {
        try (TestStore store = TestStore.create(disk)) {
            create(store, 1, 10);
            StrategySnapshot snapshot = store.strategy.openSnapshot(9);
            assertSame(CommitTicket.DONE, snapshot.commit(Durability.POWER_SAFE));
            for (int value = 11; value < 15; value++) {
                StrategyTransaction next = store.begin();
                TestStore.write(next, 1, value);
                TestStore.commit(next);
            }
            assertEquals(0, ((ShadowPagingStrategy) store.strategy).flips().slotsKeptForSnapshots());
        }
    }

    @Test
    @DisplayName("belongs to a strategy that forces, does not steal, and copies on write")
    void provider() {
        ShadowPagingProvider provider = new ShadowPagingProvider();
        assertEquals("shadow-paging", provider.name());
        assertTrue(provider.traits().force());
        assertFalse(provider.traits().steal());
        assertEquals(TornPageProtection.COPY_ON_WRITE, provider.traits().tornPageProtection());
        assertEquals(0, provider.options().size());
        assertNotNull(provider.description());
        assertEquals(".", provider.description().substring(provider.description().length() - 1), "a sentence");
    }
}
