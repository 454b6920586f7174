package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("the undo tablespace after millions of small transactions")
class UndoBoundTest {
    private static final int PAGES = 64;

    @Test
    @DisplayName("200,000 transactions, of which 20,000 under an open snapshot: the space grows for the snapshot alone, and is used again")
    void thousands() {
        run(200_000, 20_000);
    }

    @Test
    @Tag("campaign")
    @DisplayName("10,000,000 transactions, of which 1,000,000 under an open snapshot")
    void millions() {
        System.out.println(run(10_000_000, 1_000_000));
    }

    @Test
    @Tag("campaign")
    @DisplayName("10,000,000 transactions, all of them under one open snapshot")
    void millionsUnderOneSnapshot() {
        System.out.println(run(10_000, 10_000_000));
    }

    private static String run(int transactions, int underSnapshot) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        String report = run(disk, transactions, underSnapshot);
        try (DiskFile undo = disk.open(StoreFiles.UNDO)) {
            // The file is as long as the most undo that was needed at once, until the store is closed.
            assertEquals(3L * Workbench.PAGE_SIZE, undo.size());
            return String.format(Locale.ROOT, "%s; undo file of the closed store: %,d bytes", report, undo.size());
        }
    }

    private static String run(SimulatedDisk disk, int transactions, int underSnapshot) {
        try (Workbench store = SmallLog.SETUP.create(disk, 2_000, PAGES, Map.of("redo-log-capacity", "16MiB"))) {
            long begin = System.nanoTime();
            work(store, 0, transactions);
            double seconds = (System.nanoTime() - begin) / 1e9;
            UndoSpace undo = SmallLog.undoOf(store);
            long bounded = undo.usedPages();
            assertTrue(bounded < 16, () -> "one writer at a time needs hardly any undo, found " + bounded + " pages");
            StrategySnapshot snapshot = store.strategy().openSnapshot(Integer.MAX_VALUE);
            long seen = get(snapshot, 5);
            begin = System.nanoTime();
            work(store, transactions, underSnapshot);
            double secondsUnderSnapshot = (System.nanoTime() - begin) / 1e9;
            long grown = undo.usedPages();
            assertTrue(grown - bounded > underSnapshot / 100, () -> "undo for the snapshot: " + grown + " pages");
            begin = System.nanoTime();
            assertEquals(seen, get(snapshot, 5));
            double secondsToRead = (System.nanoTime() - begin) / 1e9;
            snapshot.commit(Durability.RELAXED).await();
            store.tasks().run("purge");
            assertTrue(undo.freePages() >= grown - bounded, () -> undo.freePages() + " free pages of " + grown);
            assertEquals(0, SmallLog.storeOf(store).rollbackSegments().historyLength());
            work(store, 0, underSnapshot);
            assertEquals(grown, undo.usedPages());
            return String.format(Locale.ROOT, "%,d transactions in %.1f s: %d undo pages; %,d more under a snapshot in %.1f s: %,d pages of %d bytes; its moment read through all of them in %.2f s; free again when it had ended: %,d",
                    transactions, seconds, bounded, underSnapshot, secondsUnderSnapshot, grown, Workbench.PAGE_SIZE, secondsToRead, undo.freePages());
        }
    }

    private static void work(Workbench store, int from, int transactions) {
        for (int number = from; number < from + transactions; number++) {
            Workbench.Work work = store.begin();
            work.put(number % PAGES, number);
            work.inner().commit(Durability.RELAXED);
        }
    }

    private static long get(StrategySnapshot snapshot, long page) {
        try (PageAccess access = snapshot.read(page)) {
            return access.bytes().getLong(0);
        }
    }
}
