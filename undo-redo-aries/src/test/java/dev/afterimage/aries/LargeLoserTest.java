package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.spitests.disk.SimulatedDisk;

@DisplayName("undo-redo-aries and a loser far larger than the cache")
class LargeLoserTest {
    private static final Map<String, String> OPTIONS = Map.of("wal-segment-size", "16MiB", "max-wal-size", "64MiB", "wal-buffers", "4MiB");

    @Test
    @DisplayName("20,000 updates in 2,000 pages are undone with a cache of 200")
    void largeLoser() {
        undo(20_000, 2_000, 200);
    }

    @Test
    @Tag("campaign")
    @DisplayName("1,000,000 updates in 100,000 pages are undone with a cache of 10,000")
    void hugeLoser() {
        undo(1_000_000, 100_000, 10_000);
    }

    private static void undo(int updates, int pages, int frames) {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = Workbench.create(disk, frames, pages, OPTIONS);
        Workbench.Work loser = store.begin();
        SplittableRandom random = new SplittableRandom(7);
        for (int update = 0; update < updates; update++) {
            loser.put(random.nextInt(pages), -100 - update);
            if (update % (updates / 5) == updates / 10) {
                store.checkpoint();
            }
        }
        store.create(pages);
        SimulatedDisk after = new SimulatedDisk(disk.asIssued());
        long start = System.nanoTime();
        try (Workbench recovered = Workbench.open(after, frames, OPTIONS)) {
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertEquals(1, recovered.report.transactionsUndone());
            RecoveryPhase undo = recovered.report.phases().get(2);
            assertEquals(updates, undo.pagesChanged());
            for (int page = 0; page < pages; page += 97) {
                assertEquals(page, recovered.get(page));
            }
            System.out.println("restart took " + millis + " ms: " + recovered.report.phases());
        }
    }
}
