package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("undo pages: rollback, purge, snapshots")
class UndoSpaceTest {
    private static final int FRAMES = 48;

    private static SimulatedDisk disk() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        return disk;
    }

    @Test
    @DisplayName("small transactions write over one another's undo: ten thousand of them need no page more than one")
    void smallTransactions() {
        try (Workbench store = SmallLog.SETUP.create(disk(), FRAMES, 8)) {
            store.put(0, 1);
            UndoSpace undo = SmallLog.undoOf(store);
            long used = undo.usedPages();
            for (int round = 0; round < 10_000; round++) {
                store.put(round % 8, round);
            }
            assertEquals(used, undo.usedPages());
            assertEquals(0, SmallLog.storeOf(store).rollbackSegments().historyLength());
        }
    }

    @Test
    @DisplayName("a large transaction's pages are used again by the next one, though nothing runs in the background")
    void largeTransactions() {
        try (Workbench store = SmallLog.SETUP.create(disk(), FRAMES, 8)) {
            long[] used = new long[8];
            for (int round = 0; round < 8; round++) {
                fillAll(store, 8, round, true);
                used[round] = SmallLog.undoOf(store).usedPages();
            }
            assertTrue(used[0] > 8, () -> "a page of undo for each page filled, found " + used[0]);
            // The first one's segment stays in the history until the second looks for room.
            assertEquals(used[1], used[7]);
        }
    }

    @Test
    @DisplayName("a rollback gives back all pages but the first, and leaves nothing for purge")
    void rollbackGivesBack() {
        try (Workbench store = SmallLog.SETUP.create(disk(), FRAMES, 8)) {
            fillAll(store, 8, 1, false);
            UndoSpace undo = SmallLog.undoOf(store);
            long used = undo.usedPages();
            long free = undo.freePages();
            assertTrue(free >= 8, () -> free + " free pages of " + used);
            assertEquals(0, SmallLog.storeOf(store).rollbackSegments().historyLength());
            for (int round = 0; round < 5; round++) {
                fillAll(store, 8, round, false);
            }
            assertEquals(used, undo.usedPages());
            assertEquals(free, undo.freePages());
        }
    }

    @Test
    @DisplayName("rolling back to savepoints, over and over, reuses the pages behind the top, and a crash leaves what is not undone")
    void savepoints() {
        SimulatedDisk disk = new SimulatedDisk();
        try (Workbench store = SmallLog.SETUP.create(disk, FRAMES, 8)) {
            Map<Long, Long> before = store.content(8);
            Workbench.Work work = store.begin();
            work.put(0, 100);
            long mark = work.inner().mark();
            for (int round = 0; round < 20; round++) {
                for (int page = 1; page < 8; page++) {
                    work.fill(page, round);
                    work.put(page, 1000 + round);
                }
                work.inner().rollbackTo(mark);
                assertEquals(100, work.get(0));
                assertEquals(3, work.get(3));
            }
            long used = SmallLog.undoOf(store).usedPages();
            assertTrue(used < 30, () -> used + " pages of undo for seven pages of it");
            work.put(7, 77);
            store.create(9); // makes the log durable
            try (Workbench again = SmallLog.SETUP.open(new SimulatedDisk(disk.asSynced()), FRAMES)) {
                assertEquals(1, again.report().transactionsUndone());
                assertEquals(before, again.content(8));
            }
            work.commit();
            assertEquals(100, store.get(0));
            assertEquals(77, store.get(7));
        }
    }

    @Test
    @DisplayName("undo that a snapshot needs is kept, however much comes after; when the snapshot ends it is freed")
    void snapshotKeepsUndo() {
        try (Workbench store = SmallLog.SETUP.create(disk(), FRAMES, 8)) {
            store.put(3, 300);
            StrategySnapshot snapshot = store.strategy().openSnapshot(1 << 20);
            for (int round = 0; round < 3_000; round++) {
                store.put(round % 8, 1000 + round);
            }
            fillAll(store, 8, 9, true);
            long history = SmallLog.storeOf(store).rollbackSegments().historyLength();
            assertTrue(history > 20, () -> "segments in the history: " + history);
            store.tasks().run("purge");
            assertEquals(history, SmallLog.storeOf(store).rollbackSegments().historyLength());
            assertEquals(300, get(snapshot, 3));
            assertEquals(5, get(snapshot, 5));
            long used = SmallLog.undoOf(store).usedPages();
            long free = SmallLog.undoOf(store).freePages();
            snapshot.commit(Durability.POWER_SAFE).await();
            store.tasks().run("purge");
            assertEquals(0, SmallLog.storeOf(store).rollbackSegments().historyLength());
            assertTrue(SmallLog.undoOf(store).freePages() - free > history, "each segment has a page at least");
            for (int round = 0; round < 3_000; round++) {
                store.put(round % 8, round);
            }
            assertEquals(used, SmallLog.undoOf(store).usedPages());
        }
    }

    @Test
    @DisplayName("a snapshot sees pages that were created, discarded and rolled back after it as they were before")
    void snapshotOfPagesThatComeAndGo() {
        try (Workbench store = SmallLog.SETUP.create(disk(), FRAMES, 4)) {
            StrategySnapshot snapshot = store.strategy().openSnapshot(1 << 20);
            Workbench.Work work = store.begin();
            work.create(6, 6);
            work.fill(2, 5);
            work.inner().discard(2);
            work.put(1, 11);
            assertEquals(2, get(snapshot, 2));
            assertEquals(1, get(snapshot, 1));
            assertThrows(PageNotFoundException.class, () -> snapshot.read(6));
            work.commit();
            StrategySnapshot later = store.strategy().openSnapshot((1 << 20) + 1);
            Workbench.Work undone = store.begin();
            undone.create(2, 22);
            undone.inner().discard(6);
            assertThrows(PageNotFoundException.class, () -> later.read(2));
            assertEquals(6, get(later, 6));
            undone.rollback();
            assertThrows(PageNotFoundException.class, () -> later.read(2));
            assertEquals(6, get(later, 6));
            assertEquals(11, get(later, 1));
            assertEquals(2, get(snapshot, 2));
            assertEquals(1, get(snapshot, 1));
            snapshot.close();
            later.close();
        }
    }

    @Test
    @DisplayName("the history of a store that died under a snapshot is purged after reopening, also while new segments join it")
    void historyAfterReopening() {
        SimulatedDisk disk = new SimulatedDisk();
        long used;
        try (Workbench store = SmallLog.SETUP.create(disk, FRAMES, 8)) {
            store.strategy().openSnapshot(1 << 20);
            for (int round = 0; round < 6; round++) {
                fillAll(store, 8, round, true);
            }
            store.put(0, 7);
            used = SmallLog.undoOf(store).usedPages();
        }
        try (Workbench again = SmallLog.SETUP.open(new SimulatedDisk(disk.asSynced()), FRAMES)) {
            assertEquals(6, SmallLog.storeOf(again).rollbackSegments().historyLength());
            StrategySnapshot snapshot = again.strategy().openSnapshot(1 << 20);
            fillAll(again, 4, 50, true);
            fillAll(again, 4, 51, true);
            again.tasks().run("purge");
            assertEquals(2, SmallLog.storeOf(again).rollbackSegments().historyLength());
            assertEquals(7, get(snapshot, 0));
            snapshot.close();
            again.tasks().run("purge");
            assertEquals(0, SmallLog.storeOf(again).rollbackSegments().historyLength());
            fillAll(again, 8, 52, true);
            assertEquals(used, SmallLog.undoOf(again).usedPages());
        }
    }

    @Test
    @DisplayName("where undo finds no room on the disk the change is refused, and the rollback needs none")
    void fullDisk() {
        SimulatedDisk disk = disk();
        try (Workbench store = SmallLog.SETUP.create(disk, FRAMES, 200)) {
            disk.faults().capacityBytes(disk.allocatedBytes());
            Workbench.Work work = store.begin();
            assertThrows(DiskFullException.class, () -> {
                for (int round = 0; round < 10; round++) {
                    for (int page = 0; page < 200; page++) {
                        work.fill(page, round);
                    }
                }
            });
            work.rollback();
            for (int page = 0; page < 200; page++) {
                assertEquals(page, store.get(page));
            }
            store.put(5, 55);
            assertEquals(55, store.get(5));
        }
    }

    private static void fillAll(Workbench store, int pages, int value, boolean commit) {
        Workbench.Work work = store.begin();
        for (int page = 0; page < pages; page++) {
            work.fill(page, value);
            work.fill(page, value + 1);
        }
        if (commit) {
            work.commit();
        } else {
            work.rollback();
        }
    }

    private static long get(StrategySnapshot snapshot, long page) {
        try (PageAccess access = snapshot.read(page)) {
            long first = access.bytes().getLong(0);
            assertEquals(first, access.bytes().getLong(Workbench.LAST));
            return first;
        }
    }
}
