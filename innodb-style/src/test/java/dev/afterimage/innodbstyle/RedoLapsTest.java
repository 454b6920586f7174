package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

/**
 * The strategy on a redo log of 1 MiB and a cache a quarter of its pages: one transaction after the other commits or rolls back, one stays open all along and changes pages of its own. Every so often the power fails at one of many
 * places; what is found must be what the last acknowledged commit left, or the one that was under way, and the open transaction gone. Then the store of one of those places goes on.
 */
@DisplayName("innodb-style on a redo log that wraps")
class RedoLapsTest {
    private static final int PAGES = 40;
    private static final int LOSERS = 4;
    private static final int FRAMES = 10;

    /** What all pages held at one commit, and from which moment of the disk on that is owed. */
    private record Committed(long at, Map<Long, Long> content) {
    }

    private final SplittableRandom random;
    private final List<Committed> history = new ArrayList<>();
    private Map<Long, Long> content = new TreeMap<>();
    private long opened;

    RedoLapsTest() {
        random = new SplittableRandom(17);
    }

    @Test
    @DisplayName("holds what was committed, and nothing of a loser, in crash states over 100 laps")
    void hundredLaps() {
        laps(100, 130, 4);
    }

    @Test
    @Tag("campaign")
    @DisplayName("the same with a crash every few transactions, in many states")
    void manyCrashes() {
        laps(100, 30, 40);
    }

    private void laps(int laps, int transactionsBetween, int states) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        SmallLog.SETUP.create(disk, FRAMES, PAGES).close();
        for (long page = 0; page < PAGES; page++) {
            content.put(page, page);
        }
        long begin = endLsn(disk.asIssued());
        while (endLsn(disk.asIssued()) - begin < laps * (1L << 20)) {
            disk.recording(true);
            Workbench store = SmallLog.SETUP.open(disk, FRAMES);
            history.clear();
            history.add(new Committed(0, content)); // opening changes nothing that anybody can see
            work(store, disk, transactionsBetween);
            List<DiskImage> survivors = new ArrayList<>();
            CrashStates.enumerate(disk.trace(), EnumerationPlan.GATE.withStatesInAll(states), sequence -> owed(sequence), state -> {
                survivors.add(state.image());
                check(state.image(), owed(state.sequence()), state.toString());
            });
            // Killed: its disk goes on as one of the states left it.
            DiskImage survivor = survivors.get(random.nextInt(survivors.size()));
            disk = new SimulatedDisk(survivor);
            disk.recording(false);
            content = contentOf(new SimulatedDisk(survivor));
        }
        assertTrue(opened > laps * states / 2, "openings: " + opened);
    }

    private static long endLsn(DiskImage image) {
        try (RedoReader reader = RedoReader.open(new SimulatedDisk(image), 0x5EED)) {
            return reader.findEnd(lsn -> { }).lsn();
        }
    }

    private void work(Workbench store, SimulatedDisk disk, int transactions) {
        Workbench.Work loser = store.begin();
        for (int i = 0; i < transactions; i++) {
            loser.put(random.nextInt(LOSERS), -5);
            Workbench.Work work = store.begin();
            Map<Long, Long> after = new TreeMap<>(content);
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                long page = random.nextInt(LOSERS, PAGES);
                long value = random.nextLong(1, Long.MAX_VALUE);
                work.put(page, value);
                work.fill(page, (int) value);
                after.put(page, value);
            }
            if (random.nextInt(5) == 0) {
                work.rollback();
            } else {
                work.commit();
                content = after;
                history.add(new Committed(disk.now(), after));
            }
            if (i % 40 == 20) {
                store.writeHomes();
                store.tasks().run("page cleaner");
                store.tasks().run("purge");
            }
        }
    }

    /** Number of the newest commit that had been acknowledged. */
    private int owed(long sequence) {
        int owed = 0;
        for (int commit = 0; commit < history.size(); commit++) {
            if (history.get(commit).at <= sequence) {
                owed = commit;
            }
        }
        return owed;
    }

    private void check(DiskImage image, int owed, String where) {
        try {
            Map<Long, Long> found = contentOf(new SimulatedDisk(image));
            boolean legal = found.equals(history.get(owed).content) || owed + 1 < history.size() && found.equals(history.get(owed + 1).content);
            assertTrue(legal, () -> "owed commit " + owed + " of " + history.size() + ": " + history.get(owed).content + ", found " + found);
        } catch (AssertionError | RuntimeException wrong) {
            fail("opening " + opened + ", " + where, wrong);
        }
    }

    private Map<Long, Long> contentOf(SimulatedDisk disk) {
        opened++;
        disk.recording(false);
        Workbench store = SmallLog.SETUP.open(disk, FRAMES);
        Map<Long, Long> found = store.content(PAGES);
        store.close();
        return found;
    }
}
