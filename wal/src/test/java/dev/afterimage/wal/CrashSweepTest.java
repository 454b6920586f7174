package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import dev.afterimage.api.StoreFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A small strategy that only appends and checkpoints, cut short at every operation of the disk, then again while it reopens, and again. What was forced must be there, what
 * is there must be what was appended, in order, without a gap.
 */
@DisplayName("Crashes at every operation, nested: what was forced is there, and nothing else but a prefix of what was appended")
class CrashSweepTest {
    private static final double[] KEEP = {0, 0.1, 0.5, 0.9, 1};

    /** What survives outside the disk: the control block (as if it were on a disk of its own that forgets nothing), and what was promised. */
    private static final class Model {
        LogAnchor anchor = LogWorkshop.firstAnchor();
        boolean created;
        long checkpointed; // the last record before the anchor
        long forced; // the last record that was promised
        long appended; // the last record that may be there
        boolean goesOn; // where no checkpoint came between, in the timeline that an opening before has begun
    }

    /** One life: open, append, force, checkpoint, until the power goes or the work is done. */
    private static void live(ForgetfulDisk disk, Model model, RandomGenerator random) {
        WriteAheadLog log;
        if (!model.created) {
            log = LogWorkshop.create(disk);
            model.anchor = log.start();
            model.created = true;
        } else {
            LogWorkshop.Reading reading = LogWorkshop.read(disk, model.anchor);
            long last = check(model, reading);
            boolean inPlace = model.goesOn && reading.end().timeline() != model.anchor.timeline();
            log = inPlace ? WriteAheadLog.goOn(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, reading.end(), new LogWorkshop.Told()) : LogWorkshop.begin(disk, reading.end());
            model.forced = last; // reading makes what it finds durable
            model.appended = last;
        }
        try (log) {
            for (int i = 0; i < 40; i++) {
                int bytes = random.nextInt(4) == 0 ? random.nextInt(30_000) : random.nextInt(200);
                model.appended++;
                long lsn = LogWorkshop.append(log, model.appended, bytes);
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        log.force(lsn);
                        model.forced = model.appended;
                    }
                    case 2 -> log.write(lsn);
                    case 3 -> {
                        if (random.nextInt(6) == 0) {
                            checkpoint(log, model);
                        }
                    }
                    default -> { }
                }
            }
        }
    }

    private static void checkpoint(WriteAheadLog log, Model model) {
        LogAnchor anchor = new LogAnchor(log.start().timeline(), log.endLsn());
        log.force(log.endLsn());
        model.forced = model.appended;
        model.checkpointed = model.appended;
        model.anchor = anchor;
        log.recycleBefore(anchor.lsn());
    }

    private static long check(Model model, LogWorkshop.Reading reading) {
        long expected = model.checkpointed;
        for (LogWorkshop.Found found : reading.records()) {
            expected++;
            assertEquals(expected, found.transactionId(), "records without a gap");
            assertEquals(new LogWorkshop.Sample(expected, 0).type(), found.type());
            org.junit.jupiter.api.Assertions.assertArrayEquals(LogWorkshop.bodyOf(expected, found.body().length), found.body());
        }
        long last = expected;
        assertTrue(last >= model.forced, () -> "forced up to " + model.forced + ", found up to " + last);
        assertTrue(last <= model.appended, () -> "appended up to " + model.appended + ", found up to " + last);
        return last;
    }

    private static void run(long seed, int lives) {
        RandomGenerator random = new SplittableRandom(seed);
        ForgetfulDisk disk = new ForgetfulDisk();
        Model model = new Model();
        model.goesOn = seed % 2 == 1;
        String history = "";
        try {
            for (int life = 0; life < lives; life++) {
                int at = random.nextInt(life % 2 == 0 ? 120 : 25); // odd lives die young, while reopening
                history += " " + at;
                disk.losePowerAt(at);
                try {
                    live(disk, model, random);
                } catch (ForgetfulDisk.PowerLost | StoreFailedException lost) {
                    assertTrue(disk.isDead(), () -> "failed without a power loss: " + lost);
                }
                disk = random.nextInt(8) == 0 ? disk.afterProcessKill()
                        : disk.afterPowerLoss(random, KEEP[random.nextInt(KEEP.length)], random.nextBoolean());
                assertTrue(disk.list().size() < 24, "bounded: " + disk.list());
            }
            if (model.created) {
                check(model, LogWorkshop.read(disk, model.anchor));
            }
        } catch (AssertionError | RuntimeException wrong) {
            fail("replay: CrashSweepTest.run(" + seed + "L, " + lives + "), lives ended at operations" + history, wrong);
        }
    }

    @Test
    @Tag("seconds")
    @DisplayName("250 seeds of 12 lives each; half of them go on in place until there is a checkpoint")
    void sweep() {
        for (long seed = 0; seed < 250; seed++) {
            run(seed, 12);
        }
    }

    @Test
    @Tag("campaign")
    @DisplayName("10,000 seeds of 20 lives each")
    void campaign() {
        for (long seed = 1_000_000; seed < 1_010_000; seed++) {
            run(seed, 20);
        }
    }

    @Test
    @DisplayName("one short life, cut at every single operation, with every way to forget, and reopened")
    void everyOperation() {
        List<Long> survivors = new ArrayList<>();
        for (int at = 0; at < 130; at++) {
            for (int choice = 0; choice < KEEP.length * 2; choice++) {
                ForgetfulDisk disk = new ForgetfulDisk();
                Model model = new Model();
                disk.losePowerAt(at);
                try {
                    live(disk, model, new SplittableRandom(7));
                } catch (ForgetfulDisk.PowerLost | StoreFailedException lost) {
                    assertTrue(disk.isDead());
                }
                ForgetfulDisk after = disk.afterPowerLoss(new SplittableRandom(choice), KEEP[choice % KEEP.length], choice >= KEEP.length);
                live(after, model, new SplittableRandom(8));
                survivors.add(check(model, LogWorkshop.read(after, model.anchor)));
            }
        }
        assertTrue(survivors.stream().distinct().count() > 10, "the sweep must have met many different ends");
    }
}
