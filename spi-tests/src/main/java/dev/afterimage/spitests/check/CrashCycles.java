package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.FullDisk;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/** Crashes a store over and over, each time with a little work in between (rule L2): what it holds stays right, and the space it takes stays bounded. */
public final class CrashCycles {
    private static final int ATTEMPTS = 30;
    private static final String TITLE = "cycles-";

    private final StoreUnderTest subject;
    private final Tally tally;
    private final Habits habits;

    /**
     * What each of the lives is like.
     *
     * @param lives how many
     * @param pages how many pages the store tends towards
     * @param commits how many commits each life makes
     * @param unfinished how many pages are taken by what is unfinished when the crash comes
     * @param checkpointEvery of so many lives one takes a checkpoint
     * @param processDiesOneIn of so many crashes one is of the process only
     */
    record Habits(int lives, int pages, int commits, int unfinished, int checkpointEvery, int processDiesOneIn) {
        static final Habits USUAL = new Habits(100, 8, 3, 4, 10, 3);

        static Habits drawn(SplittableRandom random) {
            return new Habits(60 + random.nextInt(60), 2 + random.nextInt(15), 1 + random.nextInt(4), random.nextInt(13), 1 + random.nextInt(12), 1 + random.nextInt(5));
        }
    }

    /** Adds what it looks at to a tally. */
    public CrashCycles(StoreUnderTest subject, Tally tally) {
        this(subject, tally, Habits.USUAL);
    }

    private CrashCycles(StoreUnderTest subject, Tally tally, Habits habits) {
        this.subject = subject;
        this.tally = tally;
        this.habits = habits;
    }

    /** The same with habits drawn from a seed. */
    static CrashCycles drawn(StoreUnderTest subject, Tally tally, long seed) {
        return new CrashCycles(subject, tally, Habits.drawn(new SplittableRandom(seed)));
    }

    /** What the one of that seed is called in replay lines. */
    static String title(long seed) {
        return TITLE + seed;
    }

    /** The seed of the one that is called so; negative if none is. */
    static long seedOf(String title) {
        return title.matches(TITLE + "\\d{1,18}") ? Long.parseLong(title.substring(TITLE.length())) : -1;
    }

    /** Many lives of one store, and then one that is hardly ever born. */
    public void live() {
        attempts(lives());
    }

    /** Many lives of one store; the answer is what the last crash leaves. */
    DiskImage lives() {
        ReferenceModel model = new ReferenceModel(CommittedState.of(Map.of()), 0);
        DiskImage image = DiskImage.EMPTY;
        List<Long> sizes = new ArrayList<>();
        List<Long> files = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        for (int cycle = 0; cycle < habits.lives; cycle++) {
            tally.oneCase();
            SimulatedDisk disk = new SimulatedDisk(image);
            try (Stage stage = new Stage(subject, disk, disk, model, cycle)) {
                open(stage, cycle);
                work(stage, cycle);
                image = cycle % habits.processDiesOneIn == 0 ? disk.asIssued() : disk.asSynced();
                sizes.add(FullDisk.bytes(image));
                files.add((long) image.names().size());
                numbers.add(Collections.max(stage.model().knownPages()));
                model = new ReferenceModel(stage.history().latest().after(), stage.model().transactions());
            }
        }
        requireBounded("crash cycles with the same few pages: bytes", sizes);
        requireBounded("crash cycles with the same few pages: files", files);
        requireBounded("crash cycles with the same few pages: page numbers given out", numbers);
        return image;
    }

    /** One store whose recovery is cut short half way, over and over. */
    private void attempts(DiskImage crashed) {
        DiskImage image = crashed;
        List<Long> sizes = new ArrayList<>();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            tally.oneCase();
            SimulatedDisk disk = new SimulatedDisk(image);
            try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(CommittedState.of(Map.of()), 0), attempt)) {
                stage.open(OpenMode.OPEN);
                image = halfWay(disk.trace(), image);
            }
            sizes.add(FullDisk.bytes(image));
        }
        requireBounded("recoveries cut short: bytes", sizes);
    }

    /** What is left of a recovery that is cut short at the middle one of its syncs, with all it wrote until then. */
    private static DiskImage halfWay(DiskTrace recovery, DiskImage before) {
        DiskImage[] middle = {before};
        CrashStates.forEach(recovery, EnumerationPlan.PREFIXES, state -> {
            if (state.point() <= recovery.syncCompletions() / 2) {
                middle[0] = state.image();
            }
        });
        return middle[0];
    }

    private static void requireBounded(String what, List<Long> sizes) {
        long early = Collections.max(sizes.subList(0, sizes.size() / 2));
        long late = Collections.max(sizes.subList(sizes.size() / 2, sizes.size()));
        if (late > early + early / 4) {
            throw new Violation("L2", sizes.size() + " " + what + ": expected a bound, found " + early + " at most in the first half and " + late
                    + " in the second; one by one " + sizes, null);
        }
    }

    private static void open(Stage stage, int cycle) {
        if (cycle == 0) {
            stage.create();
            return;
        }
        CommittedState wanted = stage.history().latest().after();
        try {
            stage.open(OpenMode.OPEN);
        } catch (RuntimeException e) {
            throw new Violation("A2", "crash cycle " + cycle + ": expected recovery to succeed, found " + e, e);
        }
        CommittedState found = Scan.of(stage.store(), stage.model().knownPages());
        if (!found.equals(wanted)) {
            throw new Violation("D1", "after crash cycle " + cycle + ": expected what was committed, found\n" + wanted.difference(found), null);
        }
    }

    /** Rewrites, takes and gives back pages, all power safe; leaves something unfinished. */
    private void work(Stage stage, int cycle) {
        Actor actor = stage.actor(0);
        for (int round = 0; round < habits.commits; round++) {
            actor.begin();
            List<Long> pages = new ArrayList<>(stage.model().history().latest().after().pages());
            Collections.sort(pages);
            if (pages.size() < habits.pages) {
                actor.allocate(0, 24);
            } else if (round == 1) {
                actor.free(pages.get(1 + cycle % (habits.pages - 1)));
            }
            actor.write(pages.get(0));
            actor.commit(Durability.POWER_SAFE);
        }
        if (cycle % habits.checkpointEvery == habits.checkpointEvery - 1) {
            stage.checkpoint();
        }
        actor.begin();
        actor.write(stage.root());
        for (int count = 0; count < habits.unfinished; count++) {
            actor.allocate(0, 24);
        }
    }
}
