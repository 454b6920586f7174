package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.times;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.memory.DirectBuffers;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("Shadow paging")
class ShadowPagingStrategyTest implements NoLeaks {
    private final SimulatedDisk disk = new SimulatedDisk();

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
            assertThrows(PageNotFoundException.class, () -> second.write(-1));
            assertThrows(PageNotFoundException.class, () -> second.discard(-1));
            assertThrows(IllegalArgumentException.class, () -> second.create(-1));
            TestStore.create(second, 0, 5);
            second.discard(0);
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

    @Test
    @DisplayName("is used between recover() and close(), and recovered once")
    void states() {
        TestStore store = TestStore.create(disk);
        assertThrows(IllegalStateException.class, store.strategy::recover);
        store.close();
        assertThrows(IllegalStateException.class, store::begin);
        assertThrows(IllegalStateException.class, store.strategy::statistics);
        assertThrows(IllegalStateException.class, store.strategy::recoveryDebtBytes);
        ShadowPagingStrategy unused = new ShadowPagingStrategy(store.context(disk, false, 16, Duration.ofMillis(200)));
        assertThrows(IllegalStateException.class, () -> unused.begin(1));
        assertThrows(IllegalStateException.class, unused::statistics);
        unused.close();
    }

    @Test
    @DisplayName("flips what was committed relaxed within half the window, and not more often than each millisecond")
    void period() {
        TestStore store = TestStore.create(disk);
        assertEquals(Duration.ofMillis(100), store.tasks.periods.get("shadow-paging flip"));
        assertTrue(store.tasks.periods.containsKey("page writer"));
        store.close();
        for (long windowMillis = 1; windowMillis < 4; windowMillis++) {
            ShadowPagingStrategy hasty = new ShadowPagingStrategy(store.context(disk, false, 16, Duration.ofMillis(windowMillis)));
            hasty.recover();
            assertEquals(Duration.ofNanos(Math.max(1_000_000, windowMillis * 500_000)), store.tasks.periods.get("shadow-paging flip"));
            hasty.close();
        }
    }

    @Test
    @DisplayName("counts what it wrote and what the cache did; a checkpoint says what it was good for, which is no less work for recovery")
    void counts() {
        try (TestStore store = TestStore.create(disk)) {
            assertEquals(0, store.strategy.recoveryDebtBytes());
            assertEquals(Long.MAX_VALUE, store.strategy.recoveryDebtLimitBytes());
            StrategyTransaction load = store.begin();
            for (int page = 0; page < 100; page++) {
                TestStore.create(load, page, page);
            }
            load.commit(Durability.RELAXED);
            CheckpointReport first = store.strategy.checkpoint(CheckpointPace.IMMEDIATE);
            StrategyStatistics then = store.strategy.statistics();
            assertEquals(101L * TestStore.PAGE_SIZE, then.pageBytes(), "a hundred pages, and a node");
            assertTrue(first.pagesWritten() >= 37 && first.pagesWritten() <= 101, "64 at most were still in the cache: " + first.pagesWritten());
            assertEquals(first.pagesWritten() * TestStore.PAGE_SIZE, first.bytesWritten());
            assertEquals(0, first.debtBeforeBytes());
            assertEquals(TestStore.PAGE_SIZE, first.debtAfterBytes());
            assertTrue(!first.duration().isNegative() && first.duration().toHours() == 0);
            assertEquals(1, then.checkpoints());
            CheckpointReport second = store.strategy.checkpoint(CheckpointPace.IMMEDIATE);
            assertEquals(0, second.pagesWritten());
            assertEquals(TestStore.PAGE_SIZE, second.debtBeforeBytes());
            for (int page = 0; page < 100; page++) {
                assertEquals(page, store.read(page));
            }
            StrategyStatistics now = store.strategy.statistics();
            assertEquals(2, now.checkpoints());
            assertEquals(0, now.logBytes() + now.imageBytes());
            assertTrue(now.cacheMisses() >= 36 && now.cacheHits() > then.cacheHits() && now.evictions() > 36, now.toString());
            assertEquals(then.pageBytes(), now.pageBytes());
        }
    }

    @Test
    @DisplayName("uses accesses and buffers again, so that a transaction at work makes no garbage")
    void again() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction first = store.begin();
            TestStore.create(first, 1, 10);
            TestStore.create(first, 2, 20);
            TestStore.commit(first);
            DirectBuffers copies = ((ShadowPagingStrategy) store.strategy).parts().copies();
            ByteBuffer buffer = copies.take();
            copies.give(buffer);
            StrategyTransaction second = store.begin();
            PageAccess access = second.read(1);
            assertEquals(1, access.pageId());
            access.close();
            assertThrows(IllegalStateException.class, access::close);
            assertSame(access, second.write(2));
            assertEquals(2, access.pageId());
            PageAccess other = second.read(1);
            assertNotSame(access, other);
            access.close();
            other.close();
            assertSame(buffer, copies.take());
            second.rollback();
            try (StrategySnapshot snapshot = store.strategy.openSnapshot(9)) {
                PageAccess seen = snapshot.read(1);
                assertEquals(1, seen.pageId());
                seen.close();
                assertSame(seen, snapshot.read(2));
                seen.close();
            }
        }
    }

    private long size(String name) {
        return disk.asIssued().size(name);
    }
}
