package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.memory.MemoryLeaks;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;

@DisplayName("The strategy postgres-style")
class PostgresStyleStrategyTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    @BeforeAll
    static void watchMemory() {
        MemoryLeaks.startTracing();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        assertEquals(0, disk.openFiles());
        MemoryLeaks.assertNone();
    }

    @Test
    @DisplayName("keeps what was committed through close and reopening, and calls that clean")
    void cleanClose() {
        try (SmallStore store = SmallStore.create(disk)) {
            assertEquals(Outcome.CREATED, store.report.outcome());
            store.create(1, 100);
            store.create(2, 200);
            store.put(1, 101);
        }
        try (SmallStore store = SmallStore.open(disk)) {
            assertEquals(Outcome.CLEAN, store.report.outcome());
            assertEquals(0, store.report.transactionsRedone());
            assertEquals(101, store.get(1));
            assertEquals(200, store.get(2));
            assertEquals(-1, store.get(3));
            assertTrue(store.report.highestTransactionId() >= 3);
        }
    }

    @Test
    @DisplayName("redoes what was committed when the process was killed, and reports it (rule R1)")
    void kill() {
        SmallStore store = SmallStore.create(disk);
        store.create(1, 100);
        store.checkpoint();
        store.put(1, 101);
        store.put(1, 102);
        SmallStore.Transaction unfinished = store.begin();
        unfinished.put(1, 0, 666);
        SimulatedDisk rebooted = new SimulatedDisk(disk.asIssued());
        try (SmallStore again = SmallStore.open(rebooted)) {
            RecoveryReport report = again.report;
            assertEquals(Outcome.RECOVERED, report.outcome());
            assertEquals(102, again.get(1));
            assertEquals(2, report.transactionsRedone());
            assertEquals(0, report.transactionsUndone(), "what was not committed is not even in the log");
            assertEquals(List.of("analysis", "redo", "write back"), report.phases().stream().map(phase -> phase.name()).toList());
            assertEquals(2, report.phases().get(1).changesRedone());
            assertTrue(again.progressReports() > 0);
        }
        assertEquals(0, rebooted.openFiles());
        unfinished.rollback();
        store.close();
    }

    @Test
    @DisplayName("hides what a transaction does from others until it commits, and forgets it when it rolls back")
    void privacy() {
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 100);
            SmallStore.Transaction writer = store.begin();
            writer.put(1, 0, 101);
            writer.create(2, 5);
            assertEquals(101, writer.get(1, 0));
            assertEquals(100, store.get(1));
            assertEquals(-1, store.get(2));
            writer.rollback();
            assertEquals(100, store.get(1));
            assertEquals(-1, store.get(2));
        }
    }

    @Test
    @DisplayName("undoes to a savepoint, again and again, through nested ones (rule S1)")
    void savepoints() {
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 1);
            SmallStore.Transaction transaction = store.begin();
            transaction.put(1, 0, 2);
            long outer = transaction.inner.mark();
            transaction.put(1, 8, 3);
            long inner = transaction.inner.mark();
            transaction.put(1, 16, 4);
            transaction.create(2, 9);
            transaction.inner.rollbackTo(inner);
            assertEquals(3, transaction.get(1, 8));
            assertEquals(0, transaction.get(1, 16));
            assertEquals(-1, transaction.get(2, 0));
            transaction.discard(1);
            assertEquals(-1, transaction.get(1, 0));
            transaction.inner.rollbackTo(outer);
            assertEquals(2, transaction.get(1, 0));
            assertEquals(0, transaction.get(1, 8));
            transaction.put(1, 24, 7);
            transaction.commit(Durability.POWER_SAFE).await();
        }
        try (SmallStore store = SmallStore.open(new SimulatedDisk(disk.asIssued()))) {
            assertEquals(2, store.get(1, 0));
            assertEquals(0, store.get(1, 8));
            assertEquals(7, store.get(1, 24));
        }
    }

    @Test
    @DisplayName("logs what both parts of a transaction changed, when the version before a savepoint was copied")
    void rangesSurviveASavepoint() {
        SmallStore store = SmallStore.create(disk);
        store.create(1, 1);
        SmallStore.Transaction transaction = store.begin();
        transaction.put(1, 0, 2);
        transaction.inner.mark();
        transaction.put(1, 1000, 3);
        transaction.commit(Durability.POWER_SAFE).await();
        try (SmallStore again = SmallStore.open(new SimulatedDisk(disk.asIssued()))) {
            assertEquals(2, again.get(1, 0));
            assertEquals(3, again.get(1, 1000));
        }
        store.close();
    }

    @Test
    @DisplayName("lets pages cease to exist, and come back empty")
    void discard() {
        SmallStore store = SmallStore.create(disk);
        store.create(1, 1);
        SmallStore.Transaction gone = store.begin();
        gone.discard(1);
        gone.commit(Durability.POWER_SAFE).await();
        assertEquals(-1, store.get(1));
        assertThrows(PageNotFoundException.class, () -> store.put(1, 5));
        try (SmallStore again = SmallStore.open(new SimulatedDisk(disk.asIssued()))) {
            assertEquals(-1, again.get(1));
        }
        SmallStore.Transaction back = store.begin();
        try (PageAccess access = back.inner.create(1)) {
            assertEquals(0, access.bytes().getLong(0));
        }
        back.commit(Durability.POWER_SAFE).await();
        try (SmallStore again = SmallStore.open(new SimulatedDisk(disk.asIssued()))) {
            assertEquals(0, again.get(1));
        }
        store.close();
    }

    @Test
    @DisplayName("logs an image at the first change after a checkpoint, and ranges from then on")
    void images() {
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 1);
            SmallStore.Transaction fill = store.begin();
            fill.fill(1, 77);
            fill.commit(Durability.POWER_SAFE).await();
            store.checkpoint();
            long before = store.strategy.statistics().imageBytes();
            store.put(1, 2);
            long first = store.strategy.statistics().imageBytes() - before;
            store.put(1, 3);
            long second = store.strategy.statistics().imageBytes() - before - first;
            assertTrue(first > 4000, "first change: " + first);
            assertEquals(0, second);
            store.checkpoint();
            store.put(1, 4);
            assertTrue(store.strategy.statistics().imageBytes() - before - first > 4000, "and again after the next checkpoint");
        }
    }

    @Test
    @DisplayName("commits, rolls back and recovers a transaction of 20,000 pages with a cache of 256 (rule L1)")
    void largeTransaction() {
        disk.recording(false);
        int pages = 20_000;
        SmallStore store = SmallStore.create(disk, 256);
        SmallStore.Transaction large = store.begin();
        for (int page = 0; page < pages; page++) {
            large.create(page, page + 7);
        }
        large.commit(Durability.POWER_SAFE).await();
        DiskImage afterCommit = disk.asIssued();
        SmallStore.Transaction undone = store.begin();
        for (int page = 0; page < pages; page++) {
            undone.put(page, 0, -page);
        }
        undone.rollback();
        for (int page = 0; page < pages; page += 97) {
            assertEquals(page + 7, store.get(page));
        }
        try (SmallStore again = SmallStore.open(new SimulatedDisk(afterCommit), 256)) {
            assertEquals(1, again.report.transactionsRedone());
            for (int page = 0; page < pages; page++) {
                assertEquals(page + 7, again.get(page));
            }
        }
        store.close();
    }

    @Test
    @DisplayName("installs a commit even where others keep every frame pinned")
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
            SmallStore.Transaction hoarder = store.begin();
            List<PageAccess> hoard = new ArrayList<>();
            // One frame is left beside these and the homes that the writer keeps: enough to log the pages one after the other, not enough to hold a private page and its home.
            for (int page = 0; page < 15 - HomePins.EACH; page++) {
                hoard.add(hoarder.inner.read(page));
            }
            writer.commit(Durability.POWER_SAFE).await();
            hoard.forEach(PageAccess::close);
            hoarder.rollback();
            for (int page = 40; page < 64; page++) {
                assertEquals(1000 + page, store.get(page));
            }
            assertEquals(-1, store.get(39));
            try (SmallStore again = SmallStore.open(new SimulatedDisk(disk.asIssued()))) {
                assertEquals(1063, again.get(63));
                assertEquals(-1, again.get(39));
            }
        }
    }

    @Test
    @DisplayName("loses nothing of a private page that was copied in part, read elsewhere, and left the cache in between")
    void partialCopiesLeaveTheCache() {
        try (SmallStore store = SmallStore.create(disk, 16)) {
            for (int page = 0; page < 64; page++) {
                store.create(page, page);
                SmallStore.Transaction more = store.begin();
                more.put(page, 2000, 2000 + page);
                more.commit(Durability.RELAXED);
            }
            SmallStore.Transaction writer = store.begin();
            writer.put(1, 0, 100);
            sendAway(store);
            try (PageAccess access = writer.inner.write(1)) {
                assertEquals(2001, access.bytes().getLong(2000)); // copied by reading, with nothing to report
            }
            sendAway(store);
            long mark = writer.inner.mark();
            writer.put(1, 3000, 3000);
            sendAway(store);
            assertEquals(100, writer.get(1, 0));
            assertEquals(2001, writer.get(1, 2000));
            assertEquals(3000, writer.get(1, 3000));
            writer.inner.rollbackTo(mark);
            sendAway(store);
            assertEquals(0, writer.get(1, 3000));
            assertEquals(2001, writer.get(1, 2000));
            writer.commit(Durability.POWER_SAFE).await();
            assertEquals(100, store.get(1));
            assertEquals(2001, store.get(1, 2000));
        }
    }

    /** Opens so many pages that whatever is not pinned, all but the one home that the writer keeps, leaves the cache. */
    private static void sendAway(SmallStore store) {
        SmallStore.Transaction hoarder = store.begin();
        List<PageAccess> hoard = new ArrayList<>();
        for (int page = 30; page < 45; page++) {
            hoard.add(hoarder.inner.read(page));
        }
        hoard.forEach(PageAccess::close);
        hoarder.rollback();
    }

    @Test
    @DisplayName("makes a reader wait for the commits it saw (rule D3), and a relaxed one for nothing")
    void readersTicket() {
        SmallStore store = SmallStore.create(disk);
        store.create(1, 1);
        SmallStore.Transaction relaxed = store.begin();
        relaxed.put(1, 0, 2);
        CommitTicket unsynced = relaxed.commit(Durability.RELAXED);
        unsynced.await();
        int syncsBefore = disk.trace().syncCompletions();
        SmallStore.Transaction reader = store.begin();
        assertEquals(2, reader.get(1, 0));
        reader.commit(Durability.RELAXED).await();
        assertEquals(syncsBefore, disk.trace().syncCompletions());
        SmallStore.Transaction carefulReader = store.begin();
        assertEquals(2, carefulReader.get(1, 0));
        carefulReader.commit(Durability.POWER_SAFE).await();
        assertEquals(syncsBefore + 1, disk.trace().syncCompletions());
        SmallStore.Transaction another = store.begin();
        another.commit(Durability.POWER_SAFE).await();
        assertEquals(syncsBefore + 1, disk.trace().syncCompletions(), "nothing new to wait for");
        store.close();
    }

    @Test
    @DisplayName("keeps its log bounded while checkpoints are taken when it asks for them (rule L2)")
    void logIsBounded() {
        disk.recording(false);
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(1, 1);
            long largest = 0;
            for (int i = 0; i < 20_000; i++) {
                store.put(1, i);
                if (store.strategy.recoveryDebtBytes() >= store.strategy.recoveryDebtLimitBytes()) {
                    store.checkpoint();
                }
                if (i % 100 == 0) {
                    largest = Math.max(largest, disk.list().size());
                }
            }
            assertTrue(store.strategy.statistics().checkpoints() > 2);
            assertTrue(largest <= 3 + 8, largest + " files");
            StrategyStatistics statistics = store.strategy.statistics();
            assertTrue(statistics.logBytes() > statistics.imageBytes());
        }
    }

    @Test
    @DisplayName("needs no more room after a hundred crashes than after two (rule L2)")
    void crashesLeaveNothing() {
        SimulatedDisk current = disk;
        SmallStore store = SmallStore.create(current);
        store.create(1, 0);
        int files = 0;
        for (int crash = 1; crash <= 100; crash++) {
            SimulatedDisk next = new SimulatedDisk(current.asIssued());
            store.close();
            assertEquals(0, current.openFiles());
            current = next;
            store = SmallStore.open(current);
            assertEquals(crash - 1, store.get(1));
            store.put(1, crash);
            if (crash == 2) {
                files = current.list().size();
            }
        }
        assertTrue(current.list().size() <= files, current.list() + " after, " + files + " files before");
        store.close();
    }
}
