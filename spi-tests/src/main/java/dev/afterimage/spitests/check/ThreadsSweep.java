package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.CrashStory;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.history.Anomaly;
import dev.afterimage.spitests.history.IsolationCheck;
import dev.afterimage.spitests.history.ListHistory;
import dev.afterimage.spitests.history.SurvivalCheck;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.ListStore;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.play.ThreadsRun;
import dev.afterimage.spitests.play.ThreadsWorkload;
import dev.afterimage.spitests.schedule.Twin;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;

/**
 * Plays several threads on one store, checks what they saw, and looks at what crashes meanwhile may leave.
 *
 * <p>Crash points are those of one thread, and for the same reason: see {@link CrashStates}. A crash that comes in the midst of somebody's call finds that commit in doubt.
 */
public final class ThreadsSweep {
    private static final int SLICES_MAX = 100_000;
    /** One state in so many gets a commit after recovery, and a second crash. */
    private static final int SECOND_CRASH_ONE_IN = 4;
    /** An element that no transaction of a run appends. */
    private static final long LATER = 0x4CL << 56 | 0xFFFF_FFFFL << 16;

    private final StoreUnderTest subject;
    private final Effort effort;
    private final Tally tally;
    private final Optional<Twin> twin;

    /** A sweep that adds what it looks at to a tally. */
    public ThreadsSweep(StoreUnderTest subject, Effort effort, Tally tally) {
        this.subject = subject;
        this.effort = effort;
        this.tally = tally;
        this.twin = subject.twin();
    }

    /** Whether the strategy lets itself be scheduled: if not, only threads that run free can be played. */
    public boolean canSchedule() {
        return twin.isPresent();
    }

    /**
     * Plays it and tries at most so many crash states.
     *
     * @return what was played
     * @throws Violation with its replay line, if a rule is broken
     */
    public ThreadsRun.Played run(ThreadsWorkload workload, long states) {
        tally.oneCase();
        ReplayLine line = new ReplayLine(subject.strategy().name(), subject.profile(), workload.title(), List.of());
        ThreadsRun.Played played = play(workload, line);
        SurvivalCheck check = new SurvivalCheck(played.history());
        Workers workers = new Workers(effort.threads(), state -> look(played, check, state, line));
        try {
            tally.add(CrashStates.enumerate(played.trace(), effort.plan().withStatesInAll(states), sequence -> check.obligations(ListHistory.endOf(sequence)), workers));
        } finally {
            workers.finish();
        }
        if (workers.failure() != null) {
            throw workers.failure();
        }
        return played;
    }

    /** Plays it, and looks at the one crash that a line names. */
    public void replay(ThreadsWorkload workload, ReplayLine line, Consumer<String> story) {
        tally.oneCase();
        ThreadsRun.Played played = play(workload, new ReplayLine(line.strategy(), line.profile(), line.scenario(), List.of()));
        if (!line.crashes().isEmpty()) {
            ReplayLine.Crash crash = line.crashes().get(0);
            CrashStory.tell(played.trace(), crash.point(), crash.choice()).forEach(story);
            look(played, new SurvivalCheck(played.history()), CrashStates.replay(played.trace(), crash.point(), crash.choice()), new ReplayLine(line.strategy(), line.profile(), line.scenario(), List.of()));
        }
    }

    private ThreadsRun.Played play(ThreadsWorkload workload, ReplayLine line) {
        try {
            ThreadsRun.Played played = new ThreadsRun(subject, workload, twin).play();
            List<Anomaly> anomalies = IsolationCheck.of(played.history());
            if (!anomalies.isEmpty()) {
                Anomaly worst = anomalies.get(anomalies.size() - 1);
                throw new Violation(worst.text().contains(", snapshot") ? "V1" : "A3", "several threads: expected them to be serializable, found " + anomalies.size() + " anomalies; " + worst, null);
            }
            return played;
        } catch (Violation e) {
            throw e.replayedBy(line.toString());
        }
    }

    private void look(ThreadsRun.Played played, SurvivalCheck check, CrashState state, ReplayLine line) {
        tally.image(state.image().hash());
        // A crash that keeps everything may have been the process's alone, and then a lesser promise counts as well.
        boolean everything = state.choice().kept().cardinality() == state.choice().parts();
        try {
            recover(state.image(), played.pages(), found -> check.check(found, ListHistory.endOf(state.sequence()), everything ? CrashKind.PROCESS : CrashKind.POWER));
        } catch (Violation e) {
            throw e.replayedBy(line.then(state).toString());
        }
    }

    private interface Verdict {
        void check(Map<Long, List<Long>> found);
    }

    private void recover(DiskImage image, TreeSet<Long> pages, Verdict verdict) {
        SimulatedDisk disk = new SimulatedDisk(image, subject.profile());
        PageStore store = open(disk, image.hash());
        try {
            Map<Long, List<Long>> found = scan(store, pages);
            verdict.check(found);
            if (Long.remainderUnsigned(image.hash(), SECOND_CRASH_ONE_IN) == 0) {
                secondCrash(store, disk, pages, found);
            }
        } finally {
            disk.powerOff();
            try {
                store.close();
            } catch (RuntimeException e) {
                // The disk is off: nothing can be closed in good order, and nothing needs to be.
            }
        }
    }

    private void secondCrash(PageStore store, SimulatedDisk disk, TreeSet<Long> pages, Map<Long, List<Long>> found) {
        tally.marks().secondCrash();
        try {
            ListStore.append(store, LATER);
        } catch (RuntimeException e) {
            throw new Violation("A2", "a recovered store must take new work; found " + e, e);
        }
        Map<Long, List<Long>> expected = new TreeMap<>(found);
        expected.compute(store.rootPageId(), (page, list) -> {
            List<Long> longer = new ArrayList<>(list);
            longer.add(LATER);
            return longer;
        });
        DiskImage second = disk.asSynced();
        SimulatedDisk rebooted = new SimulatedDisk(second, subject.profile());
        PageStore again = open(rebooted, second.hash());
        try {
            if (!expected.equals(new TreeMap<>(scan(again, pages)))) {
                throw new Violation("A2", "after recovery, one commit and a second crash: expected what had been shown and acknowledged, found something else", null);
            }
        } finally {
            rebooted.powerOff();
            try {
                again.close();
            } catch (RuntimeException e) {
                // As above.
            }
        }
    }

    private PageStore open(SimulatedDisk disk, long seed) {
        StillTasks tasks = new StillTasks();
        PageStore store;
        try {
            store = subject.open(disk, OpenMode.OPEN, new StoreUnderTest.Surroundings(new SteppedTime(), tasks, new SplittableRandom(seed), StoreListener.NONE));
        } catch (RuntimeException e) {
            throw new Violation("A2", "recovery: expected it to succeed, found " + e, e);
        }
        for (int slice = 0; store.statistics().transactionsRollingBack() > 0; slice++) {
            if (slice == SLICES_MAX) {
                throw new Violation("A11", "rollback after opening: expected it to end, found " + store.statistics().transactionsRollingBack() + " transactions left", null);
            }
            tasks.run(RecoveredTransaction.TASK);
        }
        return store;
    }

    private static Map<Long, List<Long>> scan(PageStore store, TreeSet<Long> pages) {
        try {
            return ListStore.scan(store, pages);
        } catch (StoreDamagedException e) {
            throw new Violation("T1", "after recovery: expected every page whole, found " + e, e);
        } catch (RuntimeException e) {
            throw new Violation("A3", "after recovery: expected every page to be readable, found " + e, e);
        }
    }
}
