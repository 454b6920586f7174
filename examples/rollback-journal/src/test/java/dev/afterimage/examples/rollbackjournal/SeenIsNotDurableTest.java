package dev.afterimage.examples.rollbackjournal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.workbench.Workbench;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A sync fails, the store is opened again at once, and later the power fails: what the second opening saw was not what the disk held. */
@DisplayName("What the rollback journal sees after a failed sync need not be durable")
class SeenIsNotDurableTest {
    private static final Workbench.Setup SETUP = new Workbench.Setup(new RollbackJournalProvider(), Map.of());
    private static final int FRAMES = 8;
    private static final int PAGES = 20;

    /** Two transactions at once, so that there are two journals; a third one later uses the first. */
    @Test
    @DisplayName("a header that looks cold is made cold again, or the next power failure takes back what others committed")
    void coldHeader() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SETUP.create(disk, FRAMES, PAGES);
        Workbench.Work other = store.begin();
        other.put(1, 100);
        Workbench.Work work = store.begin();
        work.put(0, 100);
        int entriesAndCount = 2;
        disk.faults().failSync(name -> name.startsWith("journal-1"), entriesAndCount, SyncFailure.CLEAN_NEW);
        assertThrows(StoreFailedException.class, work::commit);
        store.close();

        try (Workbench again = SETUP.open(disk, FRAMES)) {
            assertEquals(100, again.get(0), "the header was seen cold");
            again.put(0, 200);
            assertEquals(200, afterPowerFailure(disk, 0));
        }
    }

    @Test
    @DisplayName("a journal that nobody has used is made anew, or the next power failure takes its name, and with it what it would have put back")
    void name() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SETUP.create(disk, FRAMES, PAGES);
        store.begin().put(0, 100);
        disk.faults().failNamesSync(0);
        Workbench.Work failing = store.begin();
        assertThrows(StoreFailedException.class, () -> failing.put(1, 100));
        store.close();

        try (Workbench again = SETUP.open(disk, FRAMES)) {
            again.begin().put(0, 200);
            Workbench.Work stealing = again.begin(); // by the second journal, the name of whose predecessor was in doubt
            for (int page = 1; page < PAGES; page++) {
                stealing.put(page, 200);
            }
            int now = disk.trace().syncCompletions();
            int[] looked = {0};
            CrashStates.forEach(disk.trace(), EnumerationPlan.GATE, state -> {
                if (state.point() >= now) {
                    looked[0]++;
                    try (Workbench recovered = SETUP.open(new SimulatedDisk(state.image()), FRAMES)) {
                        for (int page = 0; page < PAGES; page++) {
                            assertEquals(page, recovered.get(page));
                        }
                    }
                }
            });
            assertTrue(looked[0] > 1, () -> looked[0] + " crash states");
        }
    }

    @Test
    @DisplayName("pages of a later copy of the store name a writer that this one has not begun, and are refused")
    void laterCopy() {
        SimulatedDisk disk = new SimulatedDisk();
        try (Workbench store = SETUP.create(disk, FRAMES, 2)) {
            DiskImage earlier = disk.asSynced();
            for (int count = 0; count < 10; count++) {
                store.put(0, 100 + count);
            }
            DiskImage later = disk.asSynced();
            DiskImage mixed = earlier.withFile(HomePages.FILE, later.read(HomePages.FILE, 0, Math.toIntExact(later.size(HomePages.FILE))));
            try (Workbench opened = SETUP.open(new SimulatedDisk(mixed), FRAMES)) {
                assertThrows(StoreDamagedException.class, () -> opened.get(0));
                assertEquals(1, opened.get(1));
            }
        }
    }

    private static long afterPowerFailure(SimulatedDisk disk, long page) {
        try (Workbench recovered = SETUP.open(new SimulatedDisk(disk.asSynced()), FRAMES)) {
            return recovered.get(page);
        }
    }
}
