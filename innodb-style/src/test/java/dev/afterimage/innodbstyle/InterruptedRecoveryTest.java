package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashMap;
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
 * Opens, works a little with several transactions at once, loses the power, perhaps while it is still opening, and so on: each life begins with what the last one left. Transactions change, create and discard pages, set
 * savepoints and go back to them; none touches a page that another has changed, as the engine sees to.
 */
@DisplayName("innodb-style, cut short again and again")
class InterruptedRecoveryTest {
    private static final int PAGES = 30;
    private static final int FRAMES = 9;
    private static final int WRITERS = 3;
    private static final long ABSENT = -1;

    private long seed;
    private SplittableRandom random = new SplittableRandom();
    /** What all pages held at each commit, and from which moment of the disk on that is owed. */
    private final List<Map<Long, Long>> committed = new ArrayList<>();
    private final List<Long> owedFrom = new ArrayList<>();
    private final Map<Long, Writer> locks = new HashMap<>();
    private long states;


    /** A transaction and what it has made of pages so far. */
    private final class Writer {
        final Workbench.Work work;
        Map<Long, Long> own = new TreeMap<>();
        long mark = -1;
        Map<Long, Long> atMark = Map.of();

        Writer(Workbench store) {
            work = store.begin();
        }

        void step() {
            switch (random.nextInt(12)) {
                case 0 -> {
                    mark = work.inner().mark();
                    atMark = new TreeMap<>(own);
                }
                case 1 -> {
                    if (mark >= 0) {
                        work.inner().rollbackTo(mark);
                        own = new TreeMap<>(atMark);
                    }
                }
                default -> change(random.nextInt(PAGES));
            }
        }

        private void change(long page) {
            if (locks.getOrDefault(page, this) != this) {
                return;
            }
            locks.put(page, this);
            long now = own.getOrDefault(page, committed.get(committed.size() - 1).get(page));
            long value = random.nextLong(1, 1L << 40);
            if (now == ABSENT) {
                work.create(page, value);
            } else if (random.nextInt(6) == 0) {
                work.inner().discard(page);
                value = ABSENT;
            } else {
                work.put(page, value);
                if (random.nextBoolean()) {
                    work.fill(page, (int) value);
                }
            }
            own.put(page, value);
        }

        void end(SimulatedDisk disk) {
            if (random.nextInt(4) == 0) {
                work.rollback();
            } else {
                Map<Long, Long> after = new TreeMap<>(committed.get(committed.size() - 1));
                after.putAll(own);
                committed.add(after); // from the call on it may be there
                work.commit();
                owedFrom.add(disk.now());
            }
            locks.values().removeIf(holder -> holder == this);
        }
    }

    private void lives(long newSeed, int lives, int statesPerLife) {
        seed = newSeed;
        random = new SplittableRandom(newSeed);
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        SmallLog.SETUP.create(disk, FRAMES, PAGES).close();
        Map<Long, Long> content = new TreeMap<>();
        for (long page = 0; page < PAGES; page++) {
            content.put(page, page);
        }
        for (int life = 0; life < lives; life++) {
            committed.clear();
            owedFrom.clear();
            locks.clear();
            committed.add(content);
            owedFrom.add(0L);
            disk.recording(true);
            live(disk, random.nextInt(0, 60));
            List<DiskImage> survivors = new ArrayList<>();
            int number = life;
            CrashStates.enumerate(disk.trace(), EnumerationPlan.GATE.withStatesInAll(statesPerLife), this::owedAt, state -> {
                survivors.add(state.image());
                check(state.image(), owedAt(state.sequence()), "seed " + seed + ", life " + number + ", " + state);
            });
            DiskImage survivor = survivors.get(random.nextInt(survivors.size()));
            content = contentOf(survivor);
            disk = new SimulatedDisk(survivor);
        }
    }

    private void live(SimulatedDisk disk, int steps) {
        Workbench store = SmallLog.SETUP.open(disk, FRAMES);
        Writer[] writers = new Writer[WRITERS];
        for (int step = 0; step < steps; step++) {
            int which = random.nextInt(WRITERS);
            if (writers[which] == null) {
                writers[which] = new Writer(store);
            } else if (random.nextInt(6) == 0) {
                writers[which].end(disk);
                writers[which] = null;
            } else {
                writers[which].step();
            }
            if (random.nextInt(20) == 0) {
                store.tasks().run(List.of("page writer", "page cleaner", "purge", "redo log flush").get(random.nextInt(4)));
            } else if (random.nextInt(40) == 0) {
                store.checkpoint();
            }
        }
    }

    private int owedAt(long sequence) {
        int owed = 0;
        for (int commit = 0; commit < owedFrom.size(); commit++) {
            if (owedFrom.get(commit) <= sequence) {
                owed = commit;
            }
        }
        return owed;
    }

    private void check(DiskImage image, int owed, String where) {
        states++;
        try {
            Map<Long, Long> found = contentOf(image);
            boolean legal = found.equals(committed.get(owed)) || owed + 1 < committed.size() && found.equals(committed.get(owed + 1));
            assertTrue(legal, () -> "owed commit " + owed + " of " + committed.size() + ":\n" + committed.get(owed) + ", found\n" + found);
        } catch (AssertionError | RuntimeException wrong) {
            fail(where, wrong);
        }
    }

    private static Map<Long, Long> contentOf(DiskImage image) {
        SimulatedDisk disk = new SimulatedDisk(image);
        disk.recording(false);
        try (Workbench store = SmallLog.SETUP.open(disk, FRAMES)) {
            return store.content(PAGES);
        }
    }

    @Test
    @DisplayName("shows after each power loss what the commits made, all of them, and nothing else: 12 seeds of 8 lives")
    void again() {
        for (long run = 1; run <= 12; run++) {
            lives(run, 8, 16);
        }
        assertTrue(states > 1000, "states: " + states);
    }

    @Test
    @Tag("campaign")
    @DisplayName("the same with 100 seeds of 20 lives, and many more states of each")
    void manyLives() {
        for (long run = 1000; run < 1100; run++) {
            lives(run, 20, 60);
        }
    }
}
