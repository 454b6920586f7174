package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("undo-redo-aries and a loser far larger than the cache")
class LargeLoserTest {
    private static final Map<String, String> OPTIONS = Map.of("wal-segment-size", "16MiB", "max-wal-size", "64MiB", "wal-buffers", "4MiB");

    @Test
    @DisplayName("20,000 updates in 2,000 pages are undone with a cache of 200")
    void largeLoser() {
        undo(20_000, 2_000, 200);
    }

    private static void undo(int updates, int pages, int frames) {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, frames, pages, OPTIONS);
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
        try (Workbench recovered = SmallLog.SETUP.open(after, frames, OPTIONS)) {
            assertEquals(1, recovered.report().transactionsUndone());
            RecoveryPhase undo = recovered.report().phases().get(2);
            assertEquals(updates, undo.changesUndone());
            for (int page = 0; page < pages; page += 97) {
                assertEquals(page, recovered.get(page));
            }
        }
    }
}
