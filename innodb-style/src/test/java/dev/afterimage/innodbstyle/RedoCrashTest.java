package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The redo log, after a power loss")
class RedoCrashTest {
    /** What was promised, and when. */
    private static final class Promises {
        /** One promise: from that moment of the disk on, the checkpoint lies behind {@code checkpointed} at least, and the log reaches {@code last} at least. */
        record Promise(long at, long checkpointed, long last) {
        }

        private final List<Promise> made = new ArrayList<>();
        private long appended;
        private long checkpointed;
        private long last;

        void forced(SimulatedDisk disk, long number) {
            last = number;
            made.add(new Promise(disk.now(), checkpointed, last));
        }

        void checkpointed(SimulatedDisk disk, long number) {
            checkpointed = number;
            last = Math.max(last, number);
            made.add(new Promise(disk.now(), checkpointed, last));
        }

        Promise at(long sequence) {
            Promise owed = new Promise(0, 0, 0);
            for (Promise promise : made) {
                if (promise.at <= sequence) {
                    owed = promise;
                }
            }
            return owed;
        }

        LongUnaryOperator key() {
            return sequence -> made.indexOf(at(sequence));
        }

        void check(RedoWorkshop.Reading reading, long sequence) {
            Promise owed = at(sequence);
            assertTrue(reading.last() >= owed.last, () -> "owed up to " + owed.last + ", found up to " + reading.last());
            assertTrue(reading.last() <= appended, () -> "appended up to " + appended + ", found up to " + reading.last());
            assertTrue(reading.checkpointed() >= owed.checkpointed, () -> "a checkpoint behind " + owed.checkpointed + " was promised, found one behind " + reading.checkpointed());
        }
    }

    @Test
    @DisplayName("holds all that was forced, whole mini-transactions only, in every state at every sync; and so it does once more when it has gone on and the power fails again")
    void everyState() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        RedoLog log = RedoWorkshop.create(disk);
        disk.recording(true);
        Promises promises = new Promises();
        MiniTransaction mtr = new MiniTransaction();
        SplittableRandom random = new SplittableRandom(9);
        for (int number = 1; number <= 300; number++) {
            promises.appended = number;
            long lsn = RedoWorkshop.append(log, mtr, number, random.nextInt(5) == 0 ? random.nextInt(3000) : random.nextInt(200));
            switch (random.nextInt(4)) {
                case 0 -> log.write(lsn);
                case 1 -> {
                    log.force(lsn);
                    promises.forced(disk, number);
                }
                case 2 -> {
                    if (number % 3 == 0) {
                        log.checkpoint(lsn, RedoWorkshop.payload(number));
                        promises.checkpointed(disk, number);
                    }
                }
                default -> { }
            }
        }
        long[] nested = {0};
        long states = CrashStates.enumerate(disk.trace(), EnumerationPlan.GATE, promises.key(), state -> {
            try {
                SimulatedDisk rebooted = new SimulatedDisk(state.image());
                RedoWorkshop.Reading reading = RedoWorkshop.read(rebooted);
                promises.check(reading, state.sequence());
                if (state.image().hash() % 4 == 0) {
                    nested[0] += goOnAndCrash(state, reading, promises.at(state.sequence()));
                }
            } catch (AssertionError | RuntimeException wrong) {
                fail("at " + state, wrong);
            }
        }).visited();
        log.close();
        assertTrue(states > 500 && nested[0] > 500, states + " states, " + nested[0] + " nested ones");
    }

    /** From that state: read, go on, append, and lose the power again at every sync of that. */
    private static long goOnAndCrash(CrashState from, RedoWorkshop.Reading before, Promises.Promise owed) {
        SimulatedDisk disk = new SimulatedDisk(from.image());
        Promises promises = new Promises();
        long last = before.last();
        promises.made.add(new Promises.Promise(0, owed.checkpointed(), owed.last()));
        promises.appended = last;
        MiniTransaction mtr = new MiniTransaction();
        try (RedoLog log = RedoWorkshop.reopen(disk)) {
            promises.forced(disk, last); // whoever has read it may rely on it
            for (long number = last + 1; number <= last + 6; number++) {
                promises.appended = number;
                long lsn = RedoWorkshop.append(log, mtr, number, (int) (number * 97 % 700));
                if (number % 2 == 0) {
                    log.force(lsn);
                    promises.forced(disk, number);
                }
            }
        }
        return CrashStates.enumerate(disk.trace(), EnumerationPlan.GATE.withStatesPerPoint(12), promises.key(), state -> {
            promises.check(RedoWorkshop.read(new SimulatedDisk(state.image())), state.sequence());
        }).visited();
    }

    @Test
    @DisplayName("wraps 100 times under load; states at each sync hold all that was forced, and nothing from an old lap")
    void hundredLaps() {
        laps(100, 3);
    }

    @Test
    @Tag("campaign")
    @DisplayName("wraps 100 times under load, with many more states at each sync")
    void hundredLapsManyStates() {
        laps(100, 60);
    }

    private static void laps(int laps, int statesPerPoint) {
        SimulatedDisk disk = new SimulatedDisk();
        RedoLog log = RedoWorkshop.create(disk);
        long begin = log.endLsn();
        Promises promises = new Promises();
        MiniTransaction mtr = new MiniTransaction();
        SplittableRandom random = new SplittableRandom(4);
        long number = 0;
        long states = 0;
        long next = 0;
        while (log.endLsn() - begin < laps * RedoWorkshop.SMALL.capacityBytes()) {
            // A stretch of the log, with a crash at any of its syncs; then the survivor of one of them goes on.
            disk.recording(false);
            disk.recording(true);
            promises.made.clear();
            promises.forced(disk, promises.last);
            for (int batch = 0; batch < 8; batch++) {
                long lsn = 0;
                for (int i = random.nextInt(1, 12); i > 0; i--) {
                    if (log.ageBytes() > log.capacityBytes() * 3 / 4) {
                        log.checkpoint(log.endLsn(), RedoWorkshop.payload(number));
                        promises.appended = number;
                        promises.checkpointed(disk, number);
                    }
                    number++;
                    promises.appended = number;
                    lsn = RedoWorkshop.append(log, mtr, number, random.nextInt(20_000));
                }
                log.force(lsn);
                promises.forced(disk, number);
            }
            List<DiskImage> survivors = new ArrayList<>();
            states += CrashStates.enumerate(disk.trace(), EnumerationPlan.GATE.withStatesPerPoint(statesPerPoint), promises.key(), state -> {
                RedoWorkshop.Reading reading = RedoWorkshop.read(new SimulatedDisk(state.image()));
                promises.check(reading, state.sequence());
                if (state.sequence() > promises.made.get(promises.made.size() - 2).at()) {
                    survivors.add(state.image());
                }
            }).visited();
            if (next++ % 4 == 3) {
                log.close();
                disk = new SimulatedDisk(survivors.get(random.nextInt(survivors.size())));
                RedoWorkshop.Reading reading = RedoWorkshop.read(disk);
                number = reading.last();
                promises.last = number;
                log = RedoWorkshop.reopen(disk);
            }
        }
        log.close();
        assertTrue(states > 3000, "states: " + states);
    }

    @Test
    @DisplayName("never shows again what was cut off, though what was lost is written anew at the same length (G2), twice over")
    void cutOffStaysCutOff() {
        SimulatedDisk disk = new SimulatedDisk();
        MiniTransaction mtr = new MiniTransaction();
        long end;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            end = RedoWorkshop.append(log, mtr, 1, 600);
            log.force(end);
        }
        for (int round = 0; round < 2; round++) {
            // Two writes that no sync followed: the crash loses the first and keeps the second.
            DiskImage before = disk.asIssued();
            DiskImage after;
            try (RedoLog log = RedoWorkshop.reopen(disk)) {
                log.force(log.endLsn());
                before = disk.asIssued();
                log.write(RedoWorkshop.append(log, mtr, 2 + round, 2000));
                DiskImage first = disk.asIssued();
                log.write(RedoWorkshop.append(log, mtr, 3 + round, 2000));
                after = without(before, first, disk.asIssued());
            }
            disk = new SimulatedDisk(after);
            RedoWorkshop.Reading reading = RedoWorkshop.read(disk);
            assertEquals(1 + round, reading.last());
            assertTrue(reading.end().tailBytesCut() > 1000, "the second is there, and is cut off: " + reading.end());
            try (RedoLog log = RedoWorkshop.reopen(disk)) {
                log.force(RedoWorkshop.append(log, mtr, 2 + round, 2000)); // as long as what was lost
            }
            assertEquals(2 + round, RedoWorkshop.read(disk).last());
            assertEquals(2 + round, RedoWorkshop.read(new SimulatedDisk(disk.asSynced())).last());
        }
    }

    /** The last image, with every sector that changed from the first to the second as it was in the first, unless it changed again. */
    private static DiskImage without(DiskImage before, DiskImage lost, DiskImage last) {
        DiskImage image = last;
        for (String file : last.names()) {
            for (long at = 0; at < last.size(file); at += 512) {
                byte[] old = before.read(file, at, 512);
                byte[] first = lost.read(file, at, 512);
                if (!java.util.Arrays.equals(old, first) && java.util.Arrays.equals(first, last.read(file, at, 512))) {
                    image = image.overwrite(file, at, old);
                }
            }
        }
        return image;
    }

    @Test
    @DisplayName("a half mini-transaction neither counts nor stands in the way of what comes after (G8)")
    void halfMiniTransaction() {
        SimulatedDisk disk = new SimulatedDisk();
        MiniTransaction mtr = new MiniTransaction();
        DiskImage halved;
        long end;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            end = RedoWorkshop.append(log, mtr, 1, 50);
            log.force(end);
            DiskImage before = disk.asIssued();
            log.write(RedoWorkshop.append(log, mtr, 2, 3000));
            halved = disk.asIssued();
            // The first two of its blocks survive: the one that it shares with number 1, and the next.
            long keep = RedoBlock.numberOf(end) + 2;
            for (long block = keep; block < keep + 6; block++) {
                halved = halved.overwrite("redo-0", 16384 + block * 512, before.read("redo-0", 16384 + block * 512, 512));
            }
        }
        disk = new SimulatedDisk(halved);
        RedoWorkshop.Reading reading = RedoWorkshop.read(disk);
        assertEquals(1, reading.last());
        assertEquals(end, reading.end().lsn());
        assertTrue(reading.end().tailBytesCut() > 400, () -> reading.end().toString());
        try (RedoLog log = RedoWorkshop.reopen(disk)) {
            log.force(RedoWorkshop.append(log, mtr, 2, 100));
        }
        assertEquals(2, RedoWorkshop.read(disk).last());
    }

    @Test
    @DisplayName("what a killed process left in the cache is durable before anybody may rely on it")
    void killedProcess() {
        SimulatedDisk disk = new SimulatedDisk();
        MiniTransaction mtr = new MiniTransaction();
        RedoLog log = RedoWorkshop.create(disk); // killed: the disk goes on
        long number = intoSecondFile(log, mtr);
        for (int i = 0; i < 5; i++) {
            log.write(RedoWorkshop.append(log, mtr, ++number, 300));
        }
        assertEquals(number - 5, RedoWorkshop.read(new SimulatedDisk(disk.asSynced())).last());
        assertEquals(number, RedoWorkshop.read(disk).last());
        assertEquals(number, RedoWorkshop.read(new SimulatedDisk(disk.asSynced())).last());
    }

    @Test
    @DisplayName("what a failed sync left in the cache, clean in the system's eyes, is written again before anybody may rely on it")
    void afterFailedSync() {
        SimulatedDisk disk = new SimulatedDisk();
        MiniTransaction mtr = new MiniTransaction();
        RedoLog log = RedoWorkshop.create(disk);
        long number = intoSecondFile(log, mtr) + 1;
        long lsn = RedoWorkshop.append(log, mtr, number, 300);
        disk.faults().failNextSync(name -> true, SyncFailure.CLEAN_NEW);
        assertThrows(StoreFailedException.class, () -> log.force(lsn));
        assertEquals(number, RedoWorkshop.read(disk).last());
        assertEquals(number, RedoWorkshop.read(new SimulatedDisk(disk.asSynced())).last());
    }

    /** Fills the first file, which the header's syncs would make durable along the way; returns the last number, which is forced. */
    private static long intoSecondFile(RedoLog log, MiniTransaction mtr) {
        long number = 0;
        while (RedoBlock.numberOf(log.endLsn()) < RedoWorkshop.SMALL.blocks() / RedoFiles.FILES) {
            RedoWorkshop.append(log, mtr, ++number, 6000);
        }
        log.force(log.endLsn());
        return number;
    }

    @Test
    @DisplayName("refuses an older copy of its blocks, however whole, and blocks of a copy that went on separately")
    void otherCopies() {
        SimulatedDisk disk = new SimulatedDisk();
        MiniTransaction mtr = new MiniTransaction();
        try (RedoLog log = RedoWorkshop.create(disk)) {
            log.force(RedoWorkshop.append(log, mtr, 1, 5000));
        }
        DiskImage old = disk.asIssued();
        for (int opening = 0; opening < 2; opening++) {
            try (RedoLog log = RedoWorkshop.reopen(disk)) {
                log.force(RedoWorkshop.append(log, mtr, 2 + opening, 5000));
                log.checkpoint(RedoWorkshop.append(log, mtr, 3 + opening, 10), RedoWorkshop.payload(0));
            }
        }
        DiskImage now = disk.asIssued();
        DiskImage stale = now.overwrite("redo-0", 16384, old.read("redo-0", 16384, 1 << 18));
        assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(stale)));
        // The other copy went on from the same end, under the same count of openings.
        SimulatedDisk other = new SimulatedDisk(old);
        RedoEnd end = RedoWorkshop.read(other).end();
        try (RedoLog log = RedoLog.continueAt(end, other, RedoWorkshop.SMALL, RedoWorkshop.STORE, new SplittableRandom(999), RedoWorkshop.QUIET, end.checkpointLsn(), RedoWorkshop.payload(0))) {
            log.force(RedoWorkshop.append(log, mtr, 2, 30_000));
        }
        SimulatedDisk ours = new SimulatedDisk(old);
        try (RedoLog log = RedoWorkshop.reopen(ours)) {
            log.force(RedoWorkshop.append(log, mtr, 2, 100));
        }
        long block = RedoBlock.numberOf(end.lsn()) + 4;
        DiskImage mixed = ours.asIssued().overwrite("redo-0", 16384 + block * 512, other.asIssued().read("redo-0", 16384 + block * 512, 512 * 20));
        assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(mixed)));
    }
}
