package dev.afterimage.spitests.check;

import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.CrashStory;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Plays a scenario and lets the oracle look at what each crash during it may leave; then crashes some of the recoveries, and some of the recoveries of those.
 *
 * <p>Which states there are is {@link CrashStates}'s business, which of them are legal is {@link History}'s, whether one is, is {@link Oracle}'s; this class
 * brings them together, on several threads, and writes the line that replays a failure.
 */
public final class CrashSweep {
    private final StoreUnderTest subject;
    private final Effort effort;
    private final Tally tally;

    /** A sweep that adds what it looks at to a tally. */
    public CrashSweep(StoreUnderTest subject, Effort effort, Tally tally) {
        this.subject = subject;
        this.effort = effort;
        this.tally = tally;
    }

    /** A scenario that has been played: what the disk was asked, and what is right. */
    private record Played(ReplayLine line, DiskTrace trace, History history, Oracle oracle) {
        History.Legal legal(CrashState state) {
            // A crash that keeps everything may have been the process's alone, and then a lesser promise counts as well.
            boolean everything = state.choice().kept().cardinality() == state.choice().parts();
            return history.legalAt(state.sequence(), everything ? CrashKind.PROCESS : CrashKind.POWER);
        }

        /** A key of what is owed: two crash points that owe the same and leave the same image are one. */
        long obligations(long sequence) {
            return key(CrashKind.POWER, sequence) * 31 * 31 + key(CrashKind.PROCESS, sequence) * 31 + (history.mustExistAt(sequence) ? 1 : 0);
        }

        private long key(CrashKind kind, long sequence) {
            List<CommitRecord> states = history.legalAt(sequence, kind).states();
            return states.get(0).called() * 31 + states.get(states.size() - 1).called();
        }
    }

    /**
     * Plays it and tries at most so many crash states.
     *
     * @throws Violation with its replay line, if a rule is broken
     */
    public void run(Scenario scenario, long states) {
        tally.oneCase();
        Played played = play(scenario);
        AtomicReference<Failure> first = new AtomicReference<>();
        AtomicLong ordinal = new AtomicLong();
        ExecutorService workers = Executors.newFixedThreadPool(effort.threads());
        Semaphore ahead = new Semaphore(4 * effort.threads());
        try {
            tally.add(CrashStates.enumerate(played.trace, effort.plan().withStatesInAll(states), played::obligations, state -> {
                long number = ordinal.getAndIncrement();
                if (first.get() == null) {
                    ahead.acquireUninterruptibly();
                    workers.execute(() -> {
                        try {
                            look(played, state);
                        } catch (Throwable e) {
                            first.accumulateAndGet(new Failure(number, e), Failure::earlier);
                        } finally {
                            ahead.release();
                        }
                    });
                }
            }));
        } finally {
            finish(workers);
        }
        tally.looked(first.get() == null ? ordinal.get() : first.get().ordinal + 1);
        if (first.get() != null) {
            throw first.get().asError();
        }
    }

    /**
     * Plays it to its end, and crashes the recovery of what is left, with everything written kept and with nothing that was not synced; then each of the recoveries that follow, to the depth of the effort.
     *
     * @throws Violation with its replay line, if a rule is broken
     */
    public void atEnd(Scenario scenario) {
        tally.oneCase();
        Played played = play(scenario);
        CrashStates.atEnd(played.trace).forEach(state -> look(played, state));
    }

    /** Plays a scenario and looks at the one crash that a line names; tells {@code story}, line by line, what that crash was. */
    public void replay(Scenario scenario, ReplayLine line, Consumer<String> story) {
        tally.oneCase();
        Played played = play(scenario);
        if (line.crashes().isEmpty()) {
            return;
        }
        ReplayLine.Crash crash = line.crashes().get(0);
        AtomicReference<CrashState> outer = new AtomicReference<>();
        // The sequence number of a crash point is the trace's to say, so it is asked for any state of that point.
        CrashStates.forEach(played.trace, EnumerationPlan.PREFIXES, state -> {
            if (state.point() == crash.point()) {
                outer.set(new CrashState(crash.point(), state.sequence(), crash.choice(), CrashStates.rebuild(played.trace, crash.point(), crash.choice())));
            }
        });
        CrashState state = outer.get();
        if (state == null) {
            throw new IllegalArgumentException("the trace of " + line.scenario() + " has no crash point " + crash.point());
        }
        CrashStory.tell(played.trace, crash.point(), crash.choice()).forEach(story);
        boolean mustExist = played.history.mustExistAt(state.sequence());
        DiskImage image = state.image();
        try {
            for (int depth = 0;; depth++) {
                boolean last = depth == line.crashes().size() - 1;
                DiskTrace trace = played.oracle.check(image, played.legal(state), mustExist, last ? EnumSet.allOf(Oracle.Sequel.class) : Oracle.NOTHING_MORE);
                if (last) {
                    return;
                }
                ReplayLine.Crash nested = line.crashes().get(depth + 1);
                story.accept("the recovery that followed was cut short as well:");
                CrashStory.tell(trace, nested.point(), nested.choice()).forEach(story);
                image = CrashStates.rebuild(trace, nested.point(), nested.choice());
            }
        } catch (Violation e) {
            throw e.replayedBy(line.toString());
        }
    }

    private Played play(Scenario scenario) {
        ReplayLine line = new ReplayLine(subject.strategy().name(), subject.profile(), scenario.title(), List.of());
        try (Stage stage = new Stage(subject, scenario.seed())) {
            scenario.play(stage);
            return new Played(line, stage.disk().trace(), stage.history(), new Oracle(subject, stage.model(), tally.marks()));
        } catch (Violation e) {
            throw e.replayedBy(line.toString());
        }
    }

    private void look(Played played, CrashState state) {
        tally.image(state.image().hash());
        ReplayLine line = played.line.then(state);
        History.Legal legal = played.legal(state);
        boolean mustExist = played.history.mustExistAt(state.sequence());
        DiskTrace recovery;
        try {
            recovery = played.oracle.check(state.image(), legal, mustExist, Oracle.Sequel.of(state.image(), effort.directed()));
        } catch (Violation e) {
            throw e.replayedBy(line.toString());
        }
        if (sampled(state.image().hash(), effort.nestedOneIn())) {
            within(played, line, legal, mustExist, recovery, 2);
        }
    }

    /** Crashes a recovery; one in a few of those has its own recovery crashed in turn. */
    private void within(Played played, ReplayLine outer, History.Legal legal, boolean mustExist, DiskTrace recovery, int depth) {
        tally.add(CrashStates.enumerate(recovery, effort.nestedPlan(), sequence -> 0, state -> {
            tally.image(state.image().hash());
            tally.marks().nestedIn(played.oracle.phaseAt(recovery, state.sequence()));
            ReplayLine line = outer.then(state);
            DiskTrace again;
            try {
                again = played.oracle.check(state.image(), legal, mustExist, Oracle.Sequel.of(state.image(), effort.directed()));
            } catch (Violation e) {
                throw e.replayedBy(line.toString());
            }
            if (depth < effort.nestedDepth() && sampled(state.image().hash(), effort.nestedOneIn())) {
                within(played, line, legal, mustExist, again, depth + 1);
            }
        }));
    }

    private static boolean sampled(long hash, int oneIn) {
        return Long.remainderUnsigned(hash * 0x9E3779B97F4A7C15L >>> 20, oneIn) == 0;
    }

    private static void finish(ExecutorService workers) {
        workers.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (workers.awaitTermination(1, TimeUnit.HOURS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The failure of one state; of several the one that comes first in the enumeration is told, so that every run tells the same. */
    private record Failure(long ordinal, Throwable cause) {
        static Failure earlier(Failure one, Failure other) {
            return one == null || other.ordinal < one.ordinal ? other : one;
        }

        Error asError() {
            if (cause instanceof Error error) {
                return error;
            }
            return new AssertionError("the kit failed: " + cause, cause);
        }
    }
}
