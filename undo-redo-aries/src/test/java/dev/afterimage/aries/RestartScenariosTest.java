package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

/** Directed scenarios of restart and rollback; the first four are the mistakes of a widely copied teaching pseudo-code. */
@DisplayName("undo-redo-aries restarts")
@Timeout(60)
class RestartScenariosTest {
    private static final int PAGES = 12;
    private static final int FRAMES = 16;

    /** Every crash state of what the disk recorded, recovery crashed again {@code depth} times, ends in the one state that is legal. */
    private static void sweep(SimulatedDisk disk, EnumerationPlan plan, int depth, Map<Long, Long> expected) {
        CrashStates.forEach(disk.trace(), plan, state -> check(state.image(), plan, depth, expected));
    }

    private static void check(DiskImage image, EnumerationPlan plan, int depth, Map<Long, Long> expected) {
        SimulatedDisk rebooted = new SimulatedDisk(image);
        try (Workbench recovered = SmallLog.SETUP.open(rebooted, FRAMES)) {
            assertEquals(expected, recovered.content(PAGES));
            if (depth > 0) {
                CrashStates.forEach(rebooted.trace(), EnumerationPlan.PREFIXES.withStatesPerPoint(4), again -> check(again.image(), plan, depth - 1, expected));
            }
            recovered.put(0, 4711);
        }
        try (Workbench again = SmallLog.SETUP.open(new SimulatedDisk(rebooted.asIssued()), FRAMES)) {
            assertEquals(4711, again.get(0));
        }
    }

    /** What was done up to here counts as durable. */
    private static SimulatedDisk killed(SimulatedDisk disk) {
        return new SimulatedDisk(disk.asIssued());
    }

    @Test
    @DisplayName("resurrected-rollback: a transaction that was rolled back before the crash stays so, though others committed over its pages (A6)")
    void rolledBackStaysRolledBack() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
        Workbench.Work loser = store.begin();
        for (int page = 0; page < PAGES; page++) {
            loser.put(page, 900 + page);
        }
        store.checkpoint();
        loser.rollback();
        store.put(3, 33);
        store.writeHomes();
        store.put(4, 44);
        Map<Long, Long> expected = store.content(PAGES);
        assertEquals(33, expected.get(3L));
        assertEquals(5, expected.get(5L));
        SimulatedDisk after = killed(disk);
        try (Workbench recovered = SmallLog.SETUP.open(after, FRAMES)) {
            assertEquals(0, recovered.report().transactionsUndone());
            assertEquals(expected, recovered.content(PAGES));
        }
        sweep(after, EnumerationPlan.GATE.withStatesPerPoint(12), 1, expected);
    }

    @Test
    @DisplayName("undone-twice: a loser undone by one restart is not undone by the next, so what was committed in between stays (A2)")
    void notUndoneTwice() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
        Workbench.Work loser = store.begin();
        for (int page = 0; page < PAGES; page++) {
            loser.add(page, 900);
            loser.add(page, 50);
        }
        store.writeHomes();
        store.create(30);
        SimulatedDisk second = killed(disk);
        try (Workbench recovered = SmallLog.SETUP.open(second, FRAMES)) {
            assertEquals(1, recovered.report().transactionsUndone());
            recovered.put(7, 77);
            SimulatedDisk third = new SimulatedDisk(second.asSynced());
            try (Workbench again = SmallLog.SETUP.open(third, FRAMES)) {
                assertEquals(0, again.report().transactionsUndone());
                assertEquals(77, again.get(7));
                assertEquals(8, again.get(8));
            }
        }
    }

    @Test
    @DisplayName("idle-loser: a loser that was active before the checkpoint and wrote nothing since is undone")
    void idleLoserIsUndone() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
        Workbench.Work loser = store.begin();
        loser.put(3, 303);
        loser.put(4, 404);
        for (int round = 0; round < 3; round++) {
            store.put(round, 100 + round);
            store.writeHomes();
            store.checkpoint();
        }
        SimulatedDisk after = killed(disk);
        try (Workbench recovered = SmallLog.SETUP.open(after, FRAMES)) {
            assertEquals(1, recovered.report().transactionsUndone());
            assertEquals(3, recovered.get(3));
            assertEquals(4, recovered.get(4));
            assertEquals(102, recovered.get(2));
        }
        Map<Long, Long> expected = SmallLog.SETUP.open(killed(after), FRAMES).content(PAGES);
        sweep(after, EnumerationPlan.GATE.withStatesPerPoint(12), 1, expected);
    }

    @Test
    @DisplayName("image-undo: undoing a loser puts back its bytes and no others, whatever page images the log holds")
    void undoIsByBytes() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
        store.checkpoint();
        Workbench.Work first = store.begin();
        first.put(5, 500); // its record carries the page's image
        first.rollback();
        store.put(5, 55); // committed on top of it, without an image
        Workbench.Work loser = store.begin();
        loser.fill(5, 0x77);
        store.put(6, 66);
        SimulatedDisk after = killed(disk);
        try (Workbench recovered = SmallLog.SETUP.open(after, FRAMES)) {
            assertEquals(55, recovered.get(5));
            assertEquals(66, recovered.get(6));
        }
    }

    @Test
    @DisplayName("a savepoint's rolled-back part is neither redone as a winner's nor undone twice, nested (A1, A4)")
    void savepoints() {
        for (boolean commits : new boolean[] {true, false}) {
            SimulatedDisk disk = new SimulatedDisk();
            Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
            Workbench.Work work = store.begin();
            work.add(1, 10);
            long outer = work.inner().mark();
            work.add(1, 100);
            work.add(2, 100);
            long inner = work.inner().mark();
            work.add(1, 1000);
            work.inner().discard(3);
            work.inner().rollbackTo(inner);
            assertEquals(3, work.get(3));
            work.add(2, 1000);
            work.inner().rollbackTo(outer);
            work.inner().rollbackTo(outer);
            work.add(1, 20);
            if (commits) {
                work.commit();
            } else {
                store.put(9, 99);
            }
            SimulatedDisk after = killed(disk);
            try (Workbench recovered = SmallLog.SETUP.open(after, FRAMES)) {
                assertEquals(commits ? 31 : 1, recovered.get(1));
                assertEquals(2, recovered.get(2));
                assertEquals(3, recovered.get(3));
            }
        }
    }

    @Test
    @DisplayName("restart cut short at any of its syncs, to depth 2, converges to the same state")
    void nestedRestarts() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
        Workbench.Work loser = store.begin();
        for (int round = 0; round < 3; round++) {
            for (int page = 2; page < PAGES; page++) {
                loser.add(page, 1000);
            }
            store.writeHomes();
        }
        loser.inner().discard(2);
        loser.create(20, 20);
        store.put(0, 100);
        SimulatedDisk after = killed(disk);
        Map<Long, Long> expected;
        try (Workbench recovered = SmallLog.SETUP.open(after, FRAMES)) {
            expected = recovered.content(PAGES);
            assertEquals(100, expected.get(0L));
            assertEquals(2, expected.get(2L));
            assertEquals(11, expected.get(11L));
            assertEquals(-1, recovered.get(20));
        }
        sweep(after, EnumerationPlan.PREFIXES.withStatesPerPoint(4), 2, expected);
    }

    @Test
    @DisplayName("restarts cut short again and again: the log's growth is bounded, and the updates undone add up to no more than there are")
    void boundedGrowth() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, 40);
        Workbench.Work loser = store.begin();
        for (int update = 0; update < 900; update++) {
            loser.add(update % 40, 1000);
        }
        store.create(300);
        DiskImage image = disk.asIssued();
        long before = bytes(image);
        List<Long> sizes = new ArrayList<>(List.of(before));
        for (int attempt = 0; attempt < 14; attempt++) {
            SimulatedDisk trying = new SimulatedDisk(image);
            SmallLog.SETUP.open(trying, FRAMES);
            DiskImage[] middle = {image};
            int last = trying.trace().syncCompletions() * 2 / 3;
            CrashStates.forEach(trying.trace(), EnumerationPlan.PREFIXES.withStatesPerPoint(2), state -> {
                if (state.point() <= last) {
                    middle[0] = state.image();
                }
            });
            image = middle[0];
            sizes.add(bytes(image));
        }
        long segment = 256 << 10;
        for (int attempt = 1; attempt < sizes.size(); attempt++) {
            // Its own timeline's segment, and the spare that is kept back.
            assertTrue(sizes.get(attempt) <= sizes.get(attempt - 1) + 2 * segment, sizes::toString);
        }
        assertTrue(sizes.get(14) <= sizes.get(10), () -> "nothing is left to undo, so nothing grows: " + sizes);
        try (Workbench recovered = SmallLog.SETUP.open(new SimulatedDisk(image), FRAMES)) {
            assertEquals(39, recovered.get(39));
            assertEquals(1, recovered.get(1));
        }
    }

    private static long bytes(DiskImage image) {
        return image.names().stream().mapToLong(image::size).sum();
    }

    @Test
    @DisplayName("a rollback longer than its memory reads the log back, through savepoints and checkpoints, and a restart does the same")
    void longRollback() {
        for (boolean restarts : new boolean[] {false, true}) {
            SimulatedDisk disk = new SimulatedDisk();
            Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
            Workbench.Work loser = store.begin();
            for (int round = 0; round < 400; round++) {
                loser.fill(round % PAGES, round + 1); // 4000 bytes before and after: more than 3 MB of log
                if (round % 50 == 10) {
                    long mark = loser.inner().mark();
                    loser.add(3, 7);
                    for (int more = 0; more < 90; more++) {
                        loser.fill(5, more);
                    }
                    loser.inner().rollbackTo(mark);
                }
                if (round % 100 == 60) {
                    store.checkpoint();
                }
            }
            if (restarts) {
                store.strategy().checkpoint(dev.afterimage.spi.CheckpointPace.SPREAD);
                Workbench recovered = SmallLog.SETUP.open(killed(disk), FRAMES);
                assertEquals(1, recovered.report().transactionsUndone());
                RecoveryPhase undo = recovered.report().phases().get(2);
                assertEquals("undo", undo.name());
                assertEquals(400, undo.changesUndone());
                assertEquals(400, undo.compensationRecords());
                store = recovered;
            } else {
                loser.rollback();
            }
            for (long page = 0; page < PAGES; page++) {
                assertEquals(page, store.get(page));
            }
            assertEquals(0, store.failures());
        }
    }

    @Test
    @DisplayName("a full disk: every rollback finds the room it was promised, and a restart finds it too (F2, F7)")
    void rollbackWithoutRoom() {
        for (boolean restarts : new boolean[] {false, true}) {
            SimulatedDisk disk = new SimulatedDisk();
            Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES);
            disk.faults().capacityBytes(disk.allocatedBytes() + (1 << 20));
            Workbench.Work first = store.begin();
            Workbench.Work second = store.begin();
            assertThrows(DiskFullException.class, () -> {
                for (int round = 0; round < 100_000; round++) {
                    first.fill(1, round);
                    second.add(2, 1);
                }
            });
            store.checkpoint();
            if (restarts) {
                SimulatedDisk after = killed(disk);
                after.faults().capacityBytes(bytes(disk.asIssued()));
                store = SmallLog.SETUP.open(after, FRAMES);
                assertEquals(2, store.report().transactionsUndone());
            } else {
                first.rollback();
                second.rollback();
                assertEquals(0, store.failures());
            }
            assertEquals(1, store.get(1));
            assertEquals(2, store.get(2));
        }
    }

    @Test
    @DisplayName("without torn-page protection is refused on a device that promises sectors only")
    void noneIsRefused() {
        assertThrows(ConfigException.class, () -> SmallLog.SETUP.create(new SimulatedDisk(), FRAMES, 1, Map.of("torn-page-protection", "none")));
    }
}
