package dev.afterimage.spitests.check;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.CrashStory;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.DrawnCrashes;
import dev.afterimage.spitests.disk.EnumerationCounts;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.Hashing;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.Seed;
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
    record Played(ReplayLine line, DiskTrace trace, int firstPoint, History history, Oracle oracle, Set<Long> crashedRecoveries) {
        History.Legal legal(CrashState state) {
            // A crash that keeps everything may have been the process's alone, and then a lesser promise counts as well.
            boolean everything = state.choice().kept().cardinality() == state.choice().parts();
            return history.legalAt(state.sequence(), everything ? CrashKind.PROCESS : CrashKind.POWER);
        }

        /** A key of what is owed, which is which states are legal: two crash points that owe the same and leave the same image are one. */
        long obligations(long sequence) {
            long key = history.mustExistAt(sequence) ? 1 : 0;
            for (CrashKind kind : CrashKind.values()) {
                key = key(key, history.legalAt(sequence, kind));
            }
            return key;
        }

        private static long key(long before, History.Legal legal) {
            long key = before;
            for (CommitRecord state : legal.states()) {
                key = Hashing.mix(key + state.called());
            }
            return Hashing.mix(~key);
        }

        /** Whether an image that a crash of a recovery left, with these states legal, comes up for the first time: many recoveries do the same, and leave the same. */
        boolean isNew(DiskImage image, History.Legal legal, boolean mustExist) {
            return crashedRecoveries.add(Hashing.mix(image.hash() + Hashing.GOLDEN * key(mustExist ? 1 : 0, legal)));
        }
    }

    /**
     * Plays it and tries at most so many crash states.
     *
     * @throws Violation with its replay line, if a rule is broken
     */
    public void run(Scenario scenario, long states) {
        tally.oneCase();
        try {
            sweep(scenario, states);
        } catch (Violation e) {
            throw effort.shrinks() ? new Shrinking(subject, effort, scenario, e).shrink() : e;
        }
    }

    /**
     * Plays it and tries at most so many crash states, drawn from the scenario's seed.
     *
     * @throws Violation with its replay line, if a rule is broken
     */
    void drawn(Scenario scenario, long states) {
        tally.oneCase();
        Played played = play(scenario);
        DrawnCrashes crashes = new DrawnCrashes(new Seed(scenario.seed()).crashes(), effort.plan().trash());
        look(played, workers -> crashes.of(played.trace, states, workers));
    }

    private void sweep(Scenario scenario, long states) {
        Played played = play(scenario);
        EnumerationPlan plan = effort.plan().withStatesInAll(states).withDrawnFrom(new Seed(scenario.seed()).crashes().nextLong());
        look(played, workers -> CrashStates.enumerateFrom(played.firstPoint, played.trace, plan, played::obligations, workers));
    }

    private void look(Played played, Function<Workers, EnumerationCounts> enumeration) {
        Workers workers = new Workers(effort.threads(), state -> look(played, state));
        try {
            tally.add(enumeration.apply(workers));
        } finally {
            workers.finish();
        }
        tally.looked(workers.looked());
        if (workers.failure() != null) {
            throw workers.failure();
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
        replay(play(scenario), line, story);
    }

    /** Looks at the one crash that a line names, of a scenario that has been played. */
    void replay(Played played, ReplayLine line, Consumer<String> story) {
        if (line.crashes().isEmpty()) {
            return;
        }
        ReplayLine.Crash first = line.crashes().get(0);
        CrashState state = CrashStates.replay(played.trace, first.point(), first.choice());
        CrashStory.tell(played.trace, first.point(), first.choice()).forEach(story);
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

    /** Looks for a failure at the last crash points of a scenario that has been played, on this thread; throws the first it finds. */
    void search(Played played, int points) {
        CrashStates.forEachFrom(played.trace.syncCompletions() + 1 - points, played.trace, effort.plan(), state -> look(played, state));
    }

    Played play(Scenario scenario) {
        ReplayLine line = new ReplayLine(subject.strategy().name(), subject.profile(), scenario.title(), List.of());
        try (Stage stage = new Stage(subject, scenario.seed())) {
            scenario.play(stage);
            return new Played(line, stage.disk().trace(), stage.crashStatesFrom(), stage.history(), new Oracle(subject, stage.model(), tally.marks()), ConcurrentHashMap.newKeySet());
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
            // Where few recoveries are crashed, hardly any leaves what another left, and then every run is to tell the same failure, whichever thread was first.
            if (effort.nestedOneIn() == 1 && !played.isNew(state.image(), legal, mustExist)) {
                return;
            }
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
}
