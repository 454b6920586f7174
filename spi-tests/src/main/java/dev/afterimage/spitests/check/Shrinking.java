package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.afterimage.spitests.disk.ChoiceVector;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Makes a failure small before it is told: of a random workload it leaves out what came after the crash, then whole transactions, then single operations; then it lets as much as possible of what was lost survive.
 * What is left fails by the same rule, has a name of its own, and replays.
 *
 * <p>It stops after some tries or some seconds, and after a few failures of one process it shrinks no more: a strategy that breaks every rule is told so without delay.
 */
final class Shrinking {
    private static final int TRIES_MAX = 500;
    private static final int FAILURES_MAX = 3;
    /** Nobody is told what a try's crash was. */
    private static final Consumer<String> UNTOLD = sentence -> { };
    private static final AtomicLong NANOS_SPENT = new AtomicLong();

    private final StoreUnderTest subject;
    private final Effort effort;
    private final Scenario scenario;
    private long end;
    private int tries;
    private final Violation original;
    /** The smallest failure so far. */
    private Violation smallest;
    /** At how many crash points, the last ones, a smaller workload is searched. */
    private int searched = 1;

    Shrinking(StoreUnderTest subject, Effort effort, Scenario scenario, Violation original) {
        this.subject = subject;
        this.effort = effort;
        this.scenario = scenario;
        this.original = original;
        this.smallest = original;
    }

    /** The smallest failure found that breaks the same rule; the original one if that has no replay line. */
    Violation shrink() {
        long begun = System.nanoTime();
        long nanos = Math.min(Effort.shrinkTime().toNanos(), FAILURES_MAX * Effort.shrinkTime().toNanos() - NANOS_SPENT.get());
        if (original.replay().isEmpty() || nanos <= 0) {
            return original;
        }
        end = begun + nanos;
        try {
            Scenario small = scenario instanceof RandomWorkload workload ? operations(workload) : scenario;
            atoms(small);
        } finally {
            NANOS_SPENT.addAndGet(System.nanoTime() - begun);
        }
        return smallest == original ? original : smallest.shrunkFrom(original.replay(), tries + " tries");
    }

    private ReplayLine line() {
        return ReplayLine.parse(smallest.replay());
    }

    private boolean isTrashed() {
        return line().crashes().stream().anyMatch(crash -> !crash.choice().trashed().isEmpty());
    }

    /** Tries something that may fail in the same way; if so, that is the smallest failure from now on. */
    private boolean fails(Runnable attempt) {
        if (tries >= TRIES_MAX || System.nanoTime() >= end) {
            return false;
        }
        tries++;
        try {
            attempt.run();
            return false;
        } catch (Violation e) {
            if (e.rule().equals(original.rule()) && !e.replay().isEmpty()) {
                smallest = e;
                return true;
            }
            return false;
        } catch (RuntimeException | AssertionError e) {
            // A scenario with parts left out may ask for what is not there: then it is no scenario.
            return false;
        }
    }

    private RandomWorkload operations(RandomWorkload workload) {
        CrashSweep sweep = new CrashSweep(subject, effort.forSearch(Math.max(1, line().crashes().size()), isTrashed()), new Tally());
        RandomWorkload small = cut(workload);
        Map<Integer, List<Integer>> transactions = new TreeMap<>();
        int[] numbers = small.transactions();
        List<Integer> kept = kept(small);
        kept.forEach(operation -> transactions.computeIfAbsent(numbers[operation], begin -> new ArrayList<>()).add(operation));
        List<List<Integer>> whole = DeltaDebugging.minimize(new ArrayList<>(transactions.values()), groups -> fails(sweep, workload, flat(groups)));
        List<Integer> single = DeltaDebugging.minimize(flat(whole), operations -> fails(sweep, workload, operations));
        return only(workload, single);
    }

    /** Without the operations that began after the crash: the trace up to there is the same, and so is the choice. */
    private RandomWorkload cut(RandomWorkload workload) {
        if (line().crashes().isEmpty()) {
            return workload;
        }
        int point = line().crashes().get(0).point();
        CrashSweep sweep = new CrashSweep(subject, effort, new Tally());
        List<Integer> all = kept(workload);
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) / 2;
            if (sweep.play(only(workload, all.subList(0, middle))).trace().syncCompletions() > point) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        RandomWorkload cut = only(workload, all.subList(0, Math.min(low, all.size())));
        CrashSweep.Played played = sweep.play(cut);
        ReplayLine line = line();
        if (!fails(() -> sweep.replay(played, new ReplayLine(line.strategy(), line.profile(), cut.title(), line.crashes()), UNTOLD))) {
            return workload;
        }
        searched = played.trace().syncCompletions() + 1 - point;
        return cut;
    }

    private static List<Integer> flat(List<List<Integer>> groups) {
        return groups.stream().flatMap(List::stream).sorted().toList();
    }

    private static List<Integer> kept(RandomWorkload workload) {
        BitSet out = workload.leftOutOperations();
        List<Integer> kept = new ArrayList<>();
        for (int operation = 0; operation < workload.operations(); operation++) {
            if (!out.get(operation)) {
                kept.add(operation);
            }
        }
        return kept;
    }

    private static RandomWorkload only(RandomWorkload workload, List<Integer> operations) {
        BitSet out = new BitSet();
        out.set(0, workload.operations());
        operations.forEach(out::clear);
        return workload.without(out);
    }

    private boolean fails(CrashSweep sweep, RandomWorkload workload, List<Integer> operations) {
        return fails(() -> {
            CrashSweep.Played played = sweep.play(only(workload, operations));
            if (!line().crashes().isEmpty()) {
                sweep.search(played, searched + 1);
            }
        });
    }

    /** Lets as many of the lost parts survive as can, crash by crash. */
    private void atoms(Scenario small) {
        if (line().crashes().isEmpty()) {
            return;
        }
        CrashSweep sweep = new CrashSweep(subject, effort, new Tally());
        CrashSweep.Played played = sweep.play(small);
        for (int depth = 0; depth < line().crashes().size(); depth++) {
            int level = depth;
            ChoiceVector choice = line().crashes().get(level).choice();
            BitSet kept = choice.kept();
            List<Integer> lost = new ArrayList<>();
            for (int part = 0; part < choice.parts(); part++) {
                if (!kept.get(part)) {
                    lost.add(part);
                }
            }
            DeltaDebugging.minimize(lost, fewer -> fails(() -> sweep.replay(played, with(level, choice, fewer), UNTOLD)));
        }
    }

    /** The smallest failure's line, where of one crash's choice only these parts are as they were, and all others are kept. */
    private ReplayLine with(int level, ChoiceVector choice, List<Integer> fewer) {
        ReplayLine line = line();
        List<ReplayLine.Crash> crashes = new ArrayList<>(line.crashes());
        crashes.set(level, new ReplayLine.Crash(crashes.get(level).point(), choice.keepingAllBut(fewer)));
        return new ReplayLine(line.strategy(), line.profile(), line.scenario(), crashes);
    }
}
