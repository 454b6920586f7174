package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;

/** The faults of the kit's catalogue that this strategy could have, each as the smallest script that would show it, swept over every crash state of the plan. */
@DisplayName("postgres-style under faults")
class FaultScenariosTest {
    private static final EnumerationPlan PLAN = EnumerationPlan.GATE;

    private static final Consumer<SmallStore> TWELVE_PAGES = store -> {
        for (int page = 0; page < 12; page++) {
            store.create(page, page);
        }
    };

    /** Changes the first and the last sector of a page, so that tearing it between them makes neither the old nor the new one. */
    private static Consumer<SmallStore.Transaction> bothEnds(long page, long value) {
        return transaction -> {
            transaction.put(page, 0, value);
            transaction.put(page, 4000, value);
        };
    }

    @Test
    @DisplayName("P1: the page is imaged anew after each checkpoint, so a torn write after the second is repaired")
    void imagePerCheckpoint() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        script.commit(Durability.POWER_SAFE, bothEnds(3, 101));
        script.store.checkpoint();
        script.commit(Durability.POWER_SAFE, bothEnds(3, 102));
        script.commit(Durability.POWER_SAFE, bothEnds(3, 103));
        script.store.checkpoint();
        script.sweep(PLAN, 1);
    }

    @Test
    @DisplayName("P4: a torn page whose header is new and whose tail is old is not trusted")
    void tornHeader() {
        SimulatedDisk disk = new SimulatedDisk();
        SmallStore store = SmallStore.create(disk);
        store.create(3, 1);
        SmallStore.Transaction fill = store.begin();
        fill.fill(3, 1);
        fill.commit(Durability.POWER_SAFE).await();
        store.checkpoint();
        DiskImage old = disk.asIssued();
        SmallStore.Transaction change = store.begin();
        change.fill(3, 2);
        change.commit(Durability.POWER_SAFE).await();
        DiskImage logged = disk.asIssued();
        store.checkpoint();
        DiskImage written = disk.asIssued();
        long home = 3L * SmallStore.PAGE_SIZE;
        DiskImage torn = logged.overwrite(StoreFileNames.PAGES, home, written.read(StoreFileNames.PAGES, home, 512));
        assertEquals(old.read(StoreFileNames.PAGES, home + 512, 512)[0], torn.read(StoreFileNames.PAGES, home + 512, 512)[0]);
        try (SmallStore recovered = SmallStore.open(new SimulatedDisk(torn))) {
            assertEquals(1, recovered.report.pagesRepaired());
            assertEquals(0x0202020202020202L, recovered.get(3, 0));
            assertEquals(0x0202020202020202L, recovered.get(3, 4000));
        }
        store.close();
    }

    @Test
    @DisplayName("C1, C2, C3: neither a checkpoint cut short, nor a torn control file, nor a freed log loses a commit")
    void checkpointCutShort() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        for (int round = 1; round <= 3; round++) {
            for (int page = 0; page < 12; page += 3) {
                script.commit(Durability.POWER_SAFE, bothEnds(page, 100 * round + page));
            }
            script.store.checkpoint();
        }
        script.sweep(PLAN, 0);
    }

    @Test
    @DisplayName("C7: a store that says it was closed in good order was: a closing cut short loses nothing")
    void closingCutShort() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        for (int page = 0; page < 12; page += 3) {
            script.commit(Durability.RELAXED, bothEnds(page, 100 + page));
            script.commit(Durability.POWER_SAFE, bothEnds(page, 200 + page));
        }
        script.sweepWithClosing(PLAN);
    }

    @Test
    @DisplayName("C3: the log is not recycled before the control file has moved, over several segments")
    void recycling() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        for (int round = 1; round <= 2; round++) {
            for (int i = 0; i < 80; i++) { // about 320 KiB of images: more than a segment
                int page = i % 12;
                int value = 1000 * round + i;
                script.commit(i % 20 == 0 ? Durability.POWER_SAFE : Durability.RELAXED, transaction -> transaction.fill(page, value));
            }
            script.store.checkpoint();
        }
        script.sweep(PLAN.withStatesPerPoint(60), 0);
    }

    @Test
    @DisplayName("C4, L3: a commit that falls into the midst of a checkpoint is not lost, whether its page was written before or after")
    void commitDuringCheckpoint() {
        for (int page = 0; page < 12; page += 4) {
            CrashScript script = CrashScript.after(16, TWELVE_PAGES);
            script.commit(Durability.POWER_SAFE, bothEnds(4, 100));
            int changed = page;
            script.disk.faults().duringNextSync(StoreFileNames.PAGES::equals, () -> {
                script.commit(Durability.POWER_SAFE, bothEnds(changed, 200));
                script.commit(Durability.POWER_SAFE, bothEnds(changed, 201));
                for (int evict = 0; evict < 12; evict++) {
                    script.store.get(evict);
                }
                script.store.writeHomes();
            });
            script.store.checkpoint();
            script.commit(Durability.POWER_SAFE, bothEnds(4, 300));
            script.sweep(PLAN, 0);
        }
    }

    @Test
    @DisplayName("W1, W2: pages of commits that nobody waited for do not reach their homes before the log, even when they are evicted")
    void logBeforeData() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        for (int i = 0; i < 24; i++) {
            int page = i % 12;
            int value = 100 + i;
            script.commit(Durability.RELAXED, bothEnds(page, value));
            script.store.writeHomes();
        }
        script.put(0, 999);
        script.sweep(PLAN, 0);
    }

    @Test
    @DisplayName("A1: several pages of one transaction come back all together or not at all, though evicted one by one")
    void allOrNothing() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        for (int round = 1; round <= 3; round++) {
            int value = round * 10;
            script.commit(Durability.POWER_SAFE, transaction -> {
                for (int page = 0; page < 12; page++) {
                    transaction.put(page, 0, value + page);
                    transaction.put(page, 4000, value);
                }
            });
            script.store.writeHomes();
        }
        script.sweep(PLAN, 0);
    }

    @Test
    @DisplayName("L1, L2: additions are neither lost nor made twice, though recovery is crashed in the midst, twice")
    void additions() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        for (int i = 0; i < 3; i++) {
            script.commit(Durability.POWER_SAFE, transaction -> transaction.add(1, 7));
            script.store.writeHomes();
        }
        script.sweep(EnumerationPlan.PREFIXES, 2);
    }

    @Test
    @DisplayName("P8: pages that come and go")
    void pagesComeAndGo() {
        CrashScript script = CrashScript.after(16, store -> store.create(0, 0));
        for (int round = 1; round <= 3; round++) {
            int value = round * 10;
            script.commit(Durability.POWER_SAFE, transaction -> {
                transaction.create(5, value);
                transaction.create(6, value);
            });
            script.store.checkpoint();
            script.commit(Durability.POWER_SAFE, transaction -> {
                transaction.discard(5);
                transaction.put(6, 8, value);
            });
            script.store.writeHomes();
            script.commit(Durability.POWER_SAFE, transaction -> transaction.discard(6));
        }
        script.sweep(PLAN, 1);
    }

    @Test
    @DisplayName("F3: a page sync that fails once fails the store; no later sync makes up for it, and reopening recovers")
    void failedPageSync() {
        for (SyncFailure kind : SyncFailure.values()) {
            CrashScript script = CrashScript.after(16, TWELVE_PAGES);
            script.commit(Durability.POWER_SAFE, bothEnds(3, 101));
            script.disk.faults().failNextSync(StoreFileNames.PAGES::equals, kind);
            assertThrows(StoreFailedException.class, script.store::checkpoint);
            assertEquals(1, script.store.failures());
            assertThrows(StoreFailedException.class, script.store::checkpoint);
            assertThrows(StoreFailedException.class, () -> script.put(3, 102));
            script.sweep(PLAN, 0);
        }
    }

    @Test
    @DisplayName("F2: after a failed page sync, reopening without a reboot trusts no page that the system shows; each is written again")
    void reopenedAfterFailedSync() {
        SimulatedDisk disk = new SimulatedDisk();
        SmallStore store = SmallStore.create(disk, 16);
        TWELVE_PAGES.accept(store);
        store.checkpoint();
        disk.recording(false); // the making of the store is not the matter here
        disk.recording(true);
        for (int page = 0; page < 12; page++) {
            store.put(page, 100 + page);
            store.put(page, 200 + page);
        }
        disk.faults().failNextSync(StoreFileNames.PAGES::equals, SyncFailure.CLEAN_NEW);
        assertThrows(StoreFailedException.class, store::checkpoint);
        store.close();
        // The same system goes on: it shows the new pages, counts them as clean, and a crash may still bring the old ones back.
        SmallStore again = SmallStore.open(disk, 16);
        for (int page = 0; page < 12; page++) {
            assertEquals(200 + page, again.get(page));
        }
        CrashStates.forEach(disk.trace(), EnumerationPlan.GATE.withStatesPerPoint(200), crash -> {
            try (SmallStore recovered = SmallStore.open(new SimulatedDisk(crash.image()), 16)) {
                if (crash.point() == disk.trace().syncCompletions()) {
                    for (int page = 0; page < 12; page++) {
                        assertEquals(200 + page, recovered.get(page), crash.toString());
                    }
                }
            }
        });
        again.close();
    }

    @Test
    @DisplayName("F4, F5: a log sync that fails leaves the outcome open, and nothing is committed after it")
    void failedLogSync() {
        CrashScript script = CrashScript.after(16, TWELVE_PAGES);
        script.put(3, 101);
        script.disk.faults().failNextSync(name -> !name.equals(StoreFileNames.PAGES) && !name.equals(StoreFileNames.CONTROL), SyncFailure.CLEAN_NEW);
        assertThrows(StoreFailedException.class, () -> script.put(3, 102));
        assertThrows(StoreFailedException.class, () -> script.put(4, 103));
        assertThrows(StoreFailedException.class, script.store::checkpoint);
        assertEquals(1, script.store.failures());
        script.sweep(PLAN, 0);
    }

    @Test
    @DisplayName("F8: a page that cannot be read during redo is an error, not an end; the next attempt recovers")
    void unreadablePageInRedo() {
        SimulatedDisk disk = new SimulatedDisk();
        SmallStore store = SmallStore.create(disk);
        store.create(3, 1);
        store.checkpoint();
        store.put(3, 2);
        SimulatedDisk rebooted = new SimulatedDisk(disk.asIssued());
        rebooted.faults().failReads(StoreFileNames.PAGES::equals, 1);
        assertThrows(DiskException.class, () -> SmallStore.open(rebooted));
        assertEquals(0, rebooted.openFiles());
        try (SmallStore again = SmallStore.open(rebooted)) {
            assertEquals(2, again.get(3));
        }
        store.close();
    }

    @Test
    @DisplayName("L6: pages that were changed beyond the end of the log are damage, whether redo meets them or a reader")
    void pageBeyondTheLog() {
        SimulatedDisk disk = new SimulatedDisk();
        SmallStore store = SmallStore.create(disk);
        store.create(3, 1);
        store.create(4, 1);
        DiskImage early = disk.asIssued();
        for (int i = 0; i < 50; i++) {
            store.put(3, i);
            store.put(4, i);
        }
        store.checkpoint();
        DiskImage late = disk.asIssued();
        DiskImage mixed = early.withFile(StoreFileNames.PAGES, late.read(StoreFileNames.PAGES, 0, (int) late.size(StoreFileNames.PAGES)));
        StoreDamagedException thrown = assertThrows(StoreDamagedException.class, () -> SmallStore.open(new SimulatedDisk(mixed)));
        assertTrue(thrown.getMessage().matches("page [34] of file pages was changed at LSN .*"), thrown.getMessage()); // both are, and redo goes by shares of the pages
        store.close();
    }

    @Test
    @DisplayName("P5: a flipped bit in a page that nobody changed lately is reported")
    void rot() {
        SimulatedDisk disk = new SimulatedDisk();
        try (SmallStore store = SmallStore.create(disk)) {
            store.create(3, 1);
        }
        DiskImage rotten = disk.asIssued().flipBit(StoreFileNames.PAGES, 3L * SmallStore.PAGE_SIZE + 2000, 3);
        try (SmallStore again = SmallStore.open(new SimulatedDisk(rotten))) {
            assertEquals(Outcome.CLEAN, again.report.outcome());
            assertThrows(StoreDamagedException.class, () -> again.get(3));
        }
    }

    @Test
    @DisplayName("a log cut before a record that was synced for certain is damage, though its end looks like a torn tail")
    void cutLog() {
        SimulatedDisk disk = new SimulatedDisk();
        SmallStore store = SmallStore.create(disk);
        store.create(3, 1);
        store.checkpoint();
        DiskImage image = disk.asIssued();
        String segment = image.names().stream().filter(name -> name.length() == 24).findFirst().orElseThrow();
        // All zeros from the redo point on, as a torn tail would be.
        for (long sector = 8; sector < image.size(segment) / 512; sector++) {
            image = image.zeroSector(segment, sector);
        }
        DiskImage cut = image;
        assertThrows(StoreDamagedException.class, () -> SmallStore.open(new SimulatedDisk(cut)));
        store.close();
    }

    @Test
    @DisplayName("F2: a full disk fails the transaction that wants more, reads go on, and a checkpoint frees the log")
    void fullDisk() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        SmallStore store = SmallStore.create(disk);
        for (int page = 0; page < 12; page++) {
            store.create(page, page);
        }
        disk.faults().capacityBytes(disk.allocatedBytes());
        for (int round = 0; round < 5; round++) {
            assertTrue(commitUntilFull(store) > 10);
            assertEquals(0, store.failures());
            assertEquals(store.get(0), store.get(0, 8), "reads go on");
            assertTrue(store.strategy.recoveryDebtBytes() >= store.strategy.recoveryDebtLimitBytes(), "it asks for a checkpoint");
            try (SmallStore again = reopenFull(disk)) {
                assertEquals(store.get(5), again.get(5), "and reopening works");
            }
            store.strategy.checkpoint(CheckpointPace.SPREAD);
            assertTrue(store.strategy.recoveryDebtBytes() < store.strategy.recoveryDebtLimitBytes());
        }
        store.put(1, 4711);
        assertEquals(4711, store.get(1));
        store.close();
    }

    private static int commitUntilFull(SmallStore store) {
        for (int commits = 0; commits < 10_000; commits++) {
            SmallStore.Transaction transaction = store.begin();
            try {
                for (int page = 0; page < 4; page++) {
                    transaction.fill((commits + page) % 12, commits);
                }
                transaction.commit(Durability.POWER_SAFE).await();
            } catch (DiskFullException e) {
                transaction.rollback();
                return commits;
            }
        }
        throw new AssertionError("the disk never filled up");
    }

    private static SmallStore reopenFull(SimulatedDisk full) {
        SimulatedDisk rebooted = new SimulatedDisk(full.asIssued());
        rebooted.faults().capacityBytes(rebooted.allocatedBytes());
        return SmallStore.open(rebooted);
    }
}
