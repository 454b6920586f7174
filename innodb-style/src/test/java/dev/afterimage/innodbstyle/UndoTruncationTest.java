package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("the undo tablespace is cut when the store is closed")
class UndoTruncationTest {
    private static final int PAGES = 24;
    private static final int FRAMES = 12;
    private static final long SHORT = 3L * Workbench.PAGE_SIZE;

    @Test
    @DisplayName("to the length of a new one, stays so when the store is opened and closed, and is used again from there")
    void cut() {
        SimulatedDisk disk = disk();
        try (Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES)) {
            large(store, 1, true);
        }
        assertEquals(SHORT, length(disk));
        try (Workbench store = SmallLog.SETUP.open(disk, FRAMES)) {
            assertEquals(0, store.report().pagesRepaired(), "no copy of a page that was cut off is restored");
            assertEquals(SHORT, length(disk));
            assertEquals(3, SmallLog.undoOf(store).usedPages());
            assertEquals(1, store.get(5));
            large(store, 2, false);
            assertEquals(1, store.get(5));
            large(store, 3, true);
        }
        assertEquals(SHORT, length(disk));
        try (Workbench store = SmallLog.SETUP.open(disk, FRAMES)) {
            assertEquals(3, store.get(PAGES - 1));
        }
    }

    @Test
    @DisplayName("though it is hardly used, where a crash came between emptying and cutting it")
    void cutLater() {
        SimulatedDisk disk = disk();
        SmallLog.SETUP.create(disk, FRAMES, PAGES).close();
        long before = length(disk);
        try (DiskFile undo = disk.open(StoreFiles.UNDO)) {
            undo.resize(before + 2 * UndoTruncation.BYTES_LEFT_ALONE);
        }
        SmallLog.SETUP.open(disk, FRAMES).close();
        assertEquals(SHORT, length(disk));
    }

    @Test
    @DisplayName("not while somebody needs undo: an open snapshot, an unfinished transaction")
    void needed() {
        SimulatedDisk disk = disk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
        large(store, 1, true);
        store.strategy().openSnapshot(Integer.MAX_VALUE); // nobody closes it
        large(store, 2, true);
        store.close();
        assertTrue(length(disk) > SHORT);
        store = SmallLog.SETUP.open(disk, FRAMES);
        Workbench.Work unfinished = store.begin();
        unfinished.put(7, 77);
        store.close();
        assertTrue(length(disk) > SHORT);
        store = SmallLog.SETUP.open(disk, FRAMES);
        assertEquals(1, store.report().transactionsUndone());
        assertEquals(2, store.get(7));
        store.close();
        assertEquals(SHORT, length(disk));
    }

    @Test
    @DisplayName("and where the power fails at any sync of that, or when it has grown again, all is as it was committed, and undo works")
    void everyState() {
        SimulatedDisk disk = disk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
        large(store, 1, true);
        disk.recording(true);
        store.put(3, 333);
        Map<Long, Long> content = store.content(PAGES);
        long owed = disk.now();
        store.close();
        assertEquals(SHORT, length(disk));
        store = SmallLog.SETUP.open(disk, FRAMES);
        large(store, 2, false);
        Workbench.Work loser = store.begin();
        for (int page = 0; page < PAGES; page++) {
            loser.fill(page, page);
            loser.put(page, 4711);
        }
        loser.inner().commit(Durability.RELAXED); // never durable, or only as a whole
        Map<Long, Long> after = store.content(PAGES);
        long[] longFiles = {0};
        long states = CrashStates.enumerate(disk.trace(), EnumerationPlan.GATE.withStatesInAll(160), sequence -> sequence >= owed ? 1 : 0, state -> {
            if (state.sequence() < owed) {
                return;
            }
            try {
                check(new SimulatedDisk(state.image()), content, after, longFiles);
            } catch (AssertionError | RuntimeException wrong) {
                fail("at " + state, wrong);
            }
        }).visited();
        assertTrue(states > 100 && longFiles[0] > 10, states + " states, " + longFiles[0] + " with a long file");
    }

    private static void check(SimulatedDisk disk, Map<Long, Long> content, Map<Long, Long> after, long[] longFiles) {
        disk.recording(false);
        if (length(disk) > SHORT && ++longFiles[0] % 4 == 0) {
            crashWhenGrownAgain(new SimulatedDisk(disk.asIssued()));
        }
        Map<Long, Long> found;
        try (Workbench store = SmallLog.SETUP.open(disk, FRAMES)) {
            found = store.content(PAGES);
            assertTrue(found.equals(content) || found.equals(after), found::toString);
            Workbench.Work work = store.begin();
            for (int page = 0; page < PAGES; page++) {
                work.fill(page, 9);
                work.put(page, 999);
            }
            work.inner().rollback();
            assertEquals(found, store.content(PAGES));
        }
        try (Workbench store = SmallLog.SETUP.open(disk, FRAMES)) {
            assertEquals(found, store.content(PAGES));
        }
    }

    /** Takes undo pages anew where the file may have old ones, and loses the power: redo must not see what those held. */
    private static void crashWhenGrownAgain(SimulatedDisk disk) {
        disk.recording(false);
        Workbench store = SmallLog.SETUP.open(disk, FRAMES);
        Map<Long, Long> found = store.content(PAGES);
        disk.recording(true);
        Workbench.Work loser = store.begin();
        for (int round = 0; round < 3; round++) {
            for (int page = 0; page < PAGES; page++) {
                loser.fill(page, 50 + round);
                loser.put(page, 5000 + round);
            }
        }
        store.create(PAGES); // makes the log durable
        for (DiskImage image : List.of(disk.asSynced(), disk.asIssued())) {
            SimulatedDisk rebooted = new SimulatedDisk(image);
            rebooted.recording(false);
            try (Workbench again = SmallLog.SETUP.open(rebooted, FRAMES)) {
                assertEquals(1, again.report().transactionsUndone());
                assertEquals(found, again.content(PAGES));
                assertEquals(PAGES, again.get(PAGES));
                large(again, 6, true);
            }
            assertEquals(SHORT, length(rebooted));
        }
    }

    /** A transaction with much more undo than is left alone. */
    private static void large(Workbench store, int value, boolean commit) {
        Workbench.Work work = store.begin();
        for (int round = 0; round < 2 + UndoTruncation.PAGES_LEFT_ALONE / PAGES; round++) {
            for (int page = 0; page < PAGES; page++) {
                work.fill(page, value + round);
            }
        }
        for (int page = 0; page < PAGES; page++) {
            work.put(page, value);
        }
        assertTrue(SmallLog.undoOf(store).usedPages() > UndoTruncation.PAGES_LEFT_ALONE, () -> SmallLog.undoOf(store).usedPages() + " undo pages");
        if (commit) {
            work.commit();
        } else {
            work.inner().rollback();
        }
    }

    private static SimulatedDisk disk() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        return disk;
    }

    private static long length(SimulatedDisk disk) {
        try (DiskFile undo = disk.open(StoreFiles.UNDO)) {
            return undo.size();
        }
    }
}
