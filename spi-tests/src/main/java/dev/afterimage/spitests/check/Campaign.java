package dev.afterimage.spitests.check;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.spitests.disk.DiskProfile;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.monitor.Monitor;
import dev.afterimage.spitests.play.FailedSync;
import dev.afterimage.spitests.play.FailedWrite;
import dev.afterimage.spitests.play.FailingRollback;
import dev.afterimage.spitests.play.FullDisk;
import dev.afterimage.spitests.play.Interrupted;
import dev.afterimage.spitests.play.KilledProcess;
import dev.afterimage.spitests.play.LargeTransaction;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.Scenarios;
import dev.afterimage.spitests.play.SnapshotWorkload;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.play.ThreadsWorkload;
import org.jspecify.annotations.Nullable;

/** What one rule's test does: scenarios swept for crash states within a share of the run's budget, all counted in one tally. */
public final class Campaign {
    /** States of a directed scenario, at most. */
    private static final int DIRECTED_STATES = 500;
    /** Where a crash point of a directed scenario leaves no more than so many combinations, all are tried. */
    private static final int DIRECTED_PRODUCT = 1 << 8;
    /** On disks of each profile every scenario has this share of the run's crash states. */
    private static final int PROFILE_SHARE = 300;
    private static final int PROFILE_STATES_MIN = 20;
    private static final int FAILED_WRITE_STATES = 6;
    private static final int KILLED_STATES = 40;
    /** Executions of E5 at one crash point: what a killed process leaves open is little, and most of those points can be proved. */
    private static final int KILLED_EXECUTIONS = 128;
    private static final int FULL_DISK_CASES = 24;
    private static final int FAULT_CASE_STATES = 12;
    private static final int LARGE_STATES = 40;
    private static final int RESTART_STATES_PER_SYNC = 2;
    private static final int NESTED_AT_RANDOM = 10;
    private static final int NESTED_DEPTH = 3;
    private static final int NESTED_STATES_AT_RANDOM = 12;
    /** States of one recovery of a directed scenario, at most, where all recoveries are crashed. */
    private static final int NESTED_STATES = 60;
    private static final int STATES_OF_SEED_MAX = 1_200;
    private static final int SEEDS_MAX = 200;

    /** Of so many runs of several threads one is not scheduled, in a soak. */
    private static final int FREE_ONE_IN = 7;

    private final StoreUnderTest subject;
    private final Effort effort;
    private final Tally tally = new Tally();
    @Nullable
    private WatchedRun watching;
    private Set<Monitor> monitors = EnumSet.allOf(Monitor.class);

    /** A campaign of its own for one test. */
    public Campaign(StoreUnderTest subject, Effort effort) {
        this.subject = subject;
        this.effort = effort;
    }

    /** What it looked at. */
    public Tally tally() {
        return tally;
    }

    /** This campaign with no other monitors than these. */
    public Campaign with(Set<Monitor> others) {
        monitors = Set.copyOf(others);
        watching = null;
        return this;
    }

    /** Directed scenarios, every crash state of them (up to a cap, evenly spread). */
    public void directed(Scenario... scenarios) {
        directed(effort.forDirected(DIRECTED_PRODUCT), scenarios);
    }

    /** Directed scenarios on disks of a profile, with what such a disk may trash trashed as well: a share of the crash states of each. */
    public void directed(DiskProfile profile, Scenario... scenarios) {
        Effort thorough = effort.forDirected(DIRECTED_PRODUCT).withTrash();
        for (Scenario scenario : scenarios) {
            new CrashSweep(subject.on(profile), thorough, tally).run(scenario, Math.max(PROFILE_STATES_MIN, effort.states() / PROFILE_SHARE));
        }
    }

    /** What the strategy says to a disk of a profile if it refuses it by name; null if it takes it. */
    @Nullable
    public String refusal(DiskProfile profile) {
        tally.oneCase();
        try (Stage stage = new Stage(subject.on(profile), 1)) {
            stage.open(OpenMode.CREATE);
            return null;
        } catch (ConfigException e) {
            return e.getMessage();
        }
    }

    /** The same, with the recovery of one state in a few crashed as well. */
    public void directedNested(int nestedOneIn, Scenario... scenarios) {
        directed(effort.forDirected(DIRECTED_PRODUCT).withNested(nestedOneIn), scenarios);
    }

    private void directed(Effort thorough, Scenario... scenarios) {
        for (Scenario scenario : scenarios) {
            new CrashSweep(subject, thorough, tally).run(scenario, Math.min(effort.times(DIRECTED_STATES), effort.states()));
            if (effort.crashesEveryRecovery()) {
                new CrashSweep(subject, effort.everyRecovery(NESTED_STATES), tally).run(scenario, DIRECTED_STATES);
            }
        }
    }

    /** Scenarios whose recovery is crashed at each of its syncs, and each of those recoveries at each of theirs (rule A2). */
    public void restarts(Scenario... scenarios) {
        Effort everyRestart = effort.everyRestart(effort.crashesEveryRecovery() ? 2 * RESTART_STATES_PER_SYNC : RESTART_STATES_PER_SYNC);
        for (Scenario scenario : scenarios) {
            new CrashSweep(subject, everyRestart, tally).atEnd(scenario);
        }
    }

    /** Random workloads of a kind, one seed after the other, until a share of the run's crash states has been looked at. */
    public void random(Mix mix, int percent) {
        random(mix, percent, effort);
    }

    /** The same, with the recovery of one state in a few crashed as well. */
    public void randomNested(Mix mix, int percent, int nestedOneIn) {
        random(mix, percent, effort.withNested(nestedOneIn));
    }

    /** A scenario drawn from a seed, so many states of it, in a way that is drawn as well. */
    void drawn(Scenario scenario, long states, SplittableRandom random) {
        EnumerationPlan plan = random.nextInt(3) == 0 ? EnumerationPlan.GATE.withTrash() : EnumerationPlan.GATE;
        int nestedOneIn = random.nextInt(4) == 0 ? NESTED_AT_RANDOM : Integer.MAX_VALUE;
        new CrashSweep(subject, effort.withoutNested(plan).withNested(nestedOneIn, NESTED_DEPTH, NESTED_STATES_AT_RANDOM), tally).drawn(scenario, states);
    }

    /** Damage, and errors in recovery, drawn from a seed; so many images. */
    void damage(long seed, int images) {
        RandomDamage damage = new RandomDamage(seed, images);
        replayable(damage.title(), () -> damage.run(subject, tally));
    }

    /** Many lives with what is drawn from a seed done in each. */
    void cycles(long seed) {
        replayable(CrashCycles.title(seed), () -> CrashCycles.drawn(subject, tally, seed).lives());
    }

    /** The seed of that number, counted from 1, with this effort's. */
    long seed(long number) {
        return effort.workload(number);
    }

    StoreUnderTest subject() {
        return subject;
    }

    private void random(Mix mix, int percent, Effort how) {
        long budget = (long) effort.states() * percent / 100;
        long goal = tally.counts().visited() + budget;
        // Several seeds share the budget, so that no single history gets all of it.
        long each = Math.max(50, Math.min(STATES_OF_SEED_MAX, budget / 4));
        for (long seed = 1; tally.counts().visited() < goal && seed <= SEEDS_MAX; seed++) {
            new CrashSweep(subject, how, tally).run(new RandomWorkload(mix, effort.workload(seed)), Math.min(each, goal - tally.counts().visited()));
        }
    }

    /** Random workloads of seeds that no other part of a run draws, until the time of a soak is over. */
    public void soak() {
        new RandomHunt(this).until(Effort.soakTime());
    }

    /** Random workloads with snapshots beside them. */
    public void snapshots(int seeds, int percent) {
        long each = Math.max(50, (long) effort.states() * percent / 100 / seeds);
        for (int seed = 1; seed <= seeds; seed++) {
            new CrashSweep(subject, effort, tally).run(new SnapshotWorkload(effort.workload(seed)), each);
        }
    }

    /** Random workloads whose threads are interrupted, without looking at crash states. */
    public void interrupted(int seeds) {
        for (int seed = 1; seed <= seeds; seed++) {
            play(new Interrupted(effort.workload(seed)));
        }
    }

    /** Each sync of a short run fails, in each way a sync can fail. */
    public void failedSyncs() {
        Effort few = effort.withoutNested(EnumerationPlan.GATE);
        for (SyncFailure failure : SyncFailure.values()) {
            eachUntilNoneFails(few, false, failure);
        }
        eachUntilNoneFails(few, true, SyncFailure.CLEAN_NEW);
        tally.marks().demandFailedSyncs();
    }

    private void eachUntilNoneFails(Effort few, boolean names, SyncFailure failure) {
        for (int failing = 0; failing < FailedSync.LIMIT; failing++) {
            FailedSync scenario = new FailedSync(failing, names, failure);
            new CrashSweep(subject, few, tally).run(scenario, effort.times(FAULT_CASE_STATES));
            if (!scenario.struck(subject)) {
                return;
            }
            tally.marks().failedSync();
        }
    }

    /** The process dies at each sync of a short run, or after each of its writes that fails although it arrived; the power fails later, in the next opening or after it. */
    public void killedProcesses() {
        Effort few = effort.withoutNested(EnumerationPlan.PREFIXES.withTrash().withFurther(EnumerationPlan.Further.NONE.withReadDriven(KILLED_EXECUTIONS)));
        for (KilledProcess.Moment moment : KilledProcess.Moment.values()) {
            for (int number : KilledProcess.numbers(moment, subject, effort.profile() != Effort.Profile.QUICK)) {
                new CrashSweep(subject, few, tally).run(new KilledProcess(moment, number), effort.times(KILLED_STATES));
            }
        }
    }

    /** Some of the writes of a short run fail, in each way a write can fail. */
    public void failedWrites() {
        Effort few = effort.withoutNested(EnumerationPlan.PREFIXES);
        for (FailedWrite.Kind kind : FailedWrite.Kind.values()) {
            for (int failing = kind.ordinal() % 2; failing < FailedWrite.LIMIT; failing += 1 + failing / 4) {
                FailedWrite scenario = new FailedWrite(failing, kind);
                new CrashSweep(subject, few, tally).run(scenario, FAILED_WRITE_STATES);
                if (!scenario.struck(subject)) {
                    break;
                }
            }
        }
    }

    /** Some of the reads, and of the writes, of a rollback fail. */
    public void failingRollbacks() {
        Effort few = effort.withoutNested(EnumerationPlan.PREFIXES);
        for (boolean reads : new boolean[] {true, false}) {
            for (int failing = 0; failing < FailingRollback.LIMIT; failing += 1 + failing / 2) {
                FailingRollback scenario = new FailingRollback(reads, failing);
                new CrashSweep(subject, few, tally).run(scenario, effort.times(FAULT_CASE_STATES));
                if (!scenario.struck(subject)) {
                    break;
                }
            }
        }
    }

    /** The disk fills up sooner or later. */
    public void fullDisks() {
        Effort few = effort.withoutNested(EnumerationPlan.GATE);
        int sectors = 0;
        for (int count = 0; count < FULL_DISK_CASES; count++) {
            FullDisk scenario = new FullDisk(sectors);
            new CrashSweep(subject, few, tally).run(scenario, effort.times(FAULT_CASE_STATES));
            noRoomToRecover(scenario);
            sectors += 1 + sectors / 3;
        }
        tally.marks().demandFullDisks();
    }

    /** A transaction of that many pages commits, another rolls back, and a crash comes at some of the syncs (rule L1). */
    public void large(int pages) {
        Effort few = effort.withoutNested(EnumerationPlan.PREFIXES);
        new CrashSweep(subject, few, tally).run(new LargeTransaction(pages), effort.times(LARGE_STATES));
    }

    /** Checks that are more than a scenario and its crashes. */
    public void check(RuleCheck... checks) {
        for (RuleCheck check : checks) {
            replayable(check.title(), () -> check.run(subject, tally));
        }
    }

    /** Scenarios under the eyes of monitors, and no crash states but the last. */
    public void watched(Scenario... scenarios) {
        WatchedRun run = watching == null ? new WatchedRun(subject, monitors, tally) : watching;
        watching = run; // which has learned where pages live
        for (Scenario scenario : scenarios) {
            replayable(scenario.title(), () -> run.play(scenario));
        }
    }

    /** A scenario, without looking at crash states. */
    public void play(Scenario scenario) {
        tally.oneCase();
        replayable(scenario.title(), () -> {
            try (Stage stage = new Stage(subject, scenario.seed())) {
                scenario.play(stage);
            }
        });
    }

    private void noRoomToRecover(FullDisk scenario) {
        replayable(scenario.title(), () -> new NoRoomToRecover(subject, tally).afterCrash(scenario));
    }

    private void replayable(String title, Runnable body) {
        try {
            body.run();
        } catch (Violation e) {
            throw e.replayedBy(new ReplayLine(subject.strategy().name(), subject.profile(), title, List.of()).toString());
        }
    }

    /** Several threads on one store, so many seeds (in a full effort ten times as many), each with its part of a share of the run's crash states; scheduled, where the strategy lets itself be. */
    public void threads(ThreadsWorkload.Order order, ThreadsWorkload.Lean lean, int seeds, int percent) {
        ThreadsSweep sweep = new ThreadsSweep(subject, effort, tally);
        ThreadsWorkload.Order possible = sweep.canSchedule() ? order : ThreadsWorkload.Order.FREE;
        int all = effort.profile() == Effort.Profile.QUICK ? seeds : 10 * seeds;
        long each = Math.max(20, (long) effort.states() * percent / 100 / all);
        for (int number = 1; number <= all; number++) {
            sweep.run(new ThreadsWorkload(possible, lean, effort.workload(number)), each);
        }
    }

    /** Several threads of one seed, which also says what they mostly do, and that one time in a few they run free; so many states of it. */
    void threads(long seed, long states) {
        ThreadsSweep sweep = new ThreadsSweep(subject, effort, tally);
        ThreadsWorkload.Lean[] leans = ThreadsWorkload.Lean.values();
        ThreadsWorkload.Order order = sweep.canSchedule() && seed % FREE_ONE_IN != 0 ? ThreadsWorkload.Order.SCHEDULED : ThreadsWorkload.Order.FREE;
        sweep.run(new ThreadsWorkload(order, leans[(int) (seed % leans.length)], seed), states);
    }

    /** Replays a line. */
    public void replay(ReplayLine line) {
        replay(line, fact -> { });
    }

    /** Replays a line; tells {@code story}, line by line, what it is about. */
    public void replay(ReplayLine line, Consumer<String> story) {
        ThreadsWorkload threads = ThreadsWorkload.named(line.scenario());
        if (threads != null) {
            new ThreadsSweep(subject.on(line.profile()), effort, tally).replay(threads, line, story);
            return;
        }
        RuleCheck check = RuleCheck.named(line.scenario());
        if (check != null) {
            check(check);
            return;
        }
        RandomDamage damage = RandomDamage.named(line.scenario());
        if (damage != null) {
            replayable(damage.title(), () -> damage.run(subject, tally));
            return;
        }
        long cycles = CrashCycles.seedOf(line.scenario());
        if (cycles >= 0) {
            cycles(cycles);
            return;
        }
        Scenario scenario = Scenarios.named(line.scenario());
        new CrashSweep(subject.on(line.profile()), effort, tally).replay(scenario, line, story);
        if (line.crashes().isEmpty()) {
            watched(scenario);
        }
        if (scenario instanceof FullDisk full && line.crashes().isEmpty()) {
            noRoomToRecover(full);
        }
    }
}
