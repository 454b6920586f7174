package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("Shadow paging on a disk that is full, rotten or not its own")
class ShadowDiskTroubleTest implements NoLeaks {
    private final SimulatedDisk disk = new SimulatedDisk();

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
}
