package dev.afterimage.spitests;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.check.RuleCheck;
import dev.afterimage.spitests.check.Tally;
import dev.afterimage.spitests.disk.DiskProfile;
import dev.afterimage.spitests.monitor.Monitor;
import dev.afterimage.spitests.play.ClockJumps;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.LateRollbackScenario;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.NamedBugScenario;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.ReaderDuringSync;
import dev.afterimage.spitests.play.Regression;
import dev.afterimage.spitests.play.RestartScenario;
import dev.afterimage.spitests.play.SnapshotScenario;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.play.ThreadsWorkload.Lean;
import dev.afterimage.spitests.play.ThreadsWorkload.Order;
import org.jspecify.annotations.Nullable;

/**
 * The conformance kit: extend this class, say which strategy, and run it with JUnit 5.
 *
 * <pre>{@code
 * class MyStrategyTest extends RecoveryStrategyConformance {
 *     @Override
 *     protected RecoveryStrategyProvider strategy() {
 *         return new MyStrategy();
 *     }
 * }
 * }</pre>
 *
 * <p>Each test carries the number of a rule of {@code dev.afterimage.spi} in its name, in {@link Rule} and as a tag. The strategy is run under the real engine, on a
 * simulated disk that loses, at each sync, whatever the contract of {@code dev.afterimage.spi.storage} lets it lose; an oracle that keeps its own books
 * says whether what recovery makes of it is legal. A failure's first line replays it: {@code -Dafterimage.replay=LINE}. How hard it looks, {@code -Dafterimage.effort=quick|full|soak}
 * says; {@code -Dafterimage.seed=N} lets it draw workloads that no other number draws.
 *
 * <p>Stores are opened tens of thousands of times: keep what opening does small, by small sizes ({@link #smallOptions()}).
 */
@ExtendWith(RuleReporting.class)
public abstract class RecoveryStrategyConformance {
    static final String REPLAY = "replayOfOneLine";
    static final String SOAK = "soak";

    @Nullable
    private Campaign campaign;

    /** For subclasses. */
    protected RecoveryStrategyConformance() {
    }

    /** The strategy to test. */
    protected abstract RecoveryStrategyProvider strategy();

    /**
     * Options that make everything small: logs that fill up, checkpoints that come often. Left alone, each option measured in bytes has its smallest value, and
     * all others their defaults.
     */
    protected Map<String, String> smallOptions() {
        return smallOptionsOf(strategy());
    }

    /** {@link #smallOptions()} of a strategy that they are left alone for. */
    public static Map<String, String> smallOptionsOf(RecoveryStrategyProvider strategy) {
        Map<String, String> options = new LinkedHashMap<>();
        for (StrategyOption<?> option : strategy.options()) {
            if (option.defaultValue() instanceof Long) {
                options.put(option.name(), option.range().substring(0, option.range().indexOf(" to ")).replace(" bytes", " B"));
            }
        }
        return options;
    }

    /** Bytes of a page. */
    protected int pageSize() {
        return StoreConfig.PAGE_SIZE_MIN;
    }

    /** Pages of cache. */
    protected int cachePages() {
        return StoreConfig.CACHE_PAGES_MIN;
    }

    /**
     * What is watched while scenarios run, as far as it applies to the strategy's traits; all of it, if left alone.
     *
     * <p>The monitors search what is written for the values that the kit put into pages. A strategy that does not store values as they are (because it compresses or encrypts them, or logs differences) overrides this
     * to watch nothing, {@code Set.of()}; one that rests on something else than {@link Monitor} says of one of them leaves that one out. The crash states are looked at all the same.
     */
    protected Set<Monitor> monitors() {
        return EnumSet.allOf(Monitor.class);
    }

    /** Distinct crash states to look at in all with the effort {@code quick}; other efforts look at so many times more. {@code -Dafterimage.crash-states} overrides it. */
    protected int crashStates() {
        return Effort.QUICK.states();
    }

    String strategyName() {
        return strategy().name();
    }

    Tally tally() {
        return campaign().tally();
    }

    StoreUnderTest subject() {
        return new StoreUnderTest(strategy(), smallOptions(), pageSize(), cachePages());
    }

    Campaign campaign() {
        Campaign begun = campaign;
        if (begun == null) {
            begun = new Campaign(subject(), Effort.requested().withQuickStates(Integer.getInteger("afterimage.crash-states", crashStates()))).with(monitors());
            campaign = begun;
        }
        return begun;
    }

    /** Rule A1. */
    @Test
    @Rule("A1")
    @Tag("rule-A1")
    @DisplayName("A1 An unfinished or rolled-back transaction leaves no trace")
    public void unfinishedWorkLeavesNoTrace() {
        campaign().directed(DirectedScenario.CHECKPOINT_AMID_WORK, DirectedScenario.ROLLBACK_AFTER_CHECKPOINT);
        campaign().random(Mix.ABORTS, 10);
    }

    /** Rule A1, where the disk fails. */
    @Test
    @Rule("A1")
    @Tag("rule-A1")
    @DisplayName("A1 A rollback in which a read or a write fails leaves no trace either")
    public void failingRollbacksLeaveNoTrace() {
        campaign().failingRollbacks();
    }

    /** Rule A2. */
    @Test
    @Rule("A2")
    @Tag("rule-A2")
    @DisplayName("A2 Recovery can itself be cut short at any of its syncs, and again, and then recovers")
    public void recoveryIsRestartable() {
        campaign().directed(DirectedScenario.CREATION, DirectedScenario.CLOSE_AND_REOPEN, DirectedScenario.GROWN_IN_VAIN);
        campaign().randomNested(Mix.CHECKPOINTS, 2, 2);
        campaign().randomNested(Mix.COMMITS, 2, 2);
    }

    /** Rule A2, after a process's death. */
    @Test
    @Rule("A2")
    @Tag("rule-A2")
    @DisplayName("A2 What a killed process wrote and never synced is seen by the next opening; what rests on it survives the power failure that comes then")
    public void whatIsSeenNeedNotBeDurable() {
        campaign().killedProcesses();
    }

    /** Rule A2, every recovery crashed. */
    @Test
    @Rule("A2")
    @Tag("rule-A2")
    @DisplayName("A2 Restart with several losers, cut short at each of its syncs, and the restart after that as well, comes to the same state")
    public void everyRestartComesToTheSame() {
        campaign().restarts(RestartScenario.SEVERAL_LOSERS, RestartScenario.IDLE_LOSER);
    }

    /** Rule A1, after a rollback. */
    @Test
    @Rule("A1")
    @Tag("rule-A1")
    @DisplayName("A1 resurrected-rollback: what was rolled back before the crash is not undone again over what others committed since")
    public void rolledBackStaysRolledBack() {
        campaign().directed(RestartScenario.RESURRECTED_ROLLBACK);
    }

    /** Rule A2, across two crashes. */
    @Test
    @Rule("A2")
    @Tag("rule-A2")
    @DisplayName("A2 undone-twice: what one restart undid, the next does not undo again over what was committed in between")
    public void nothingIsUndoneTwice() {
        campaign().directed(RestartScenario.UNDONE_TWICE);
    }

    /** Rule A1, for one who is idle. */
    @Test
    @Rule("A1")
    @Tag("rule-A1")
    @DisplayName("A1 idle-loser: a transaction that was active before the checkpoint and wrote nothing since is undone")
    public void idleLosersAreUndone() {
        campaign().directed(RestartScenario.IDLE_LOSER);
    }

    /** Rule D1, against undo by pages. */
    @Test
    @Rule("D1")
    @Tag("rule-D1")
    @DisplayName("D1 image-undo: undoing a transaction takes back its own bytes, and no commit of another to the same page")
    public void undoTakesNoCommitAlong() {
        campaign().directed(RestartScenario.IMAGE_UNDO);
    }

    /** Rule A2, by the bugs of others. */
    @Test
    @Rule("A2")
    @Tag("rule-A2")
    @DisplayName("A2 Bugs that real systems had and told of: none of them is here")
    public void namedBugsAreNotHere() {
        campaign().directed(NamedBugScenario.values());
        campaign().restarts(NamedBugScenario.REPLAY_OVER_DROPPED_PAGES, NamedBugScenario.UNDO_READ_BEFORE_REDO, NamedBugScenario.ABORTED_CONTRECORD);
    }

    /** Rule A3, with the demand that the campaign met what it is about. */
    @Test
    @Rule("A3")
    @Tag("rule-A3")
    @DisplayName("A3 The recovered state is the effect of whole transactions, each seen with all it depends on")
    public void recoveredStateIsLegal() {
        campaign().directed(DirectedScenario.TWO_PAGES, DirectedScenario.PAGES_COME_AND_GO);
        campaign().random(Mix.MIXED, 20);
        campaign().random(Mix.PAGES, 10);
        tally().marks().demand(strategy().traits());
    }

    /** Rule A3, with several threads. */
    @Test
    @Rule("A3")
    @Tag("rule-A3")
    @DisplayName("A3 Several threads, whose turns a seed decides, are serializable, and a crash leaves each commit whole, with all it depends on")
    public void severalThreadsAreSerializable() {
        campaign().threads(Order.SCHEDULED, Lean.MIXED, 4, 2);
        campaign().threads(Order.SCHEDULED, Lean.DUEL, 4, 2);
    }

    /** Rule A3, with threads that run free. */
    @Test
    @Rule("A3")
    @Tag("rule-A3")
    @DisplayName("A3 The same for threads that run free, some of them until the power fails or a sync does")
    public void freeThreadsAreSerializable() {
        campaign().threads(Order.FREE, Lean.MIXED, 3, 1);
    }

    /** Rule D1. */
    @Test
    @Rule("D1")
    @Tag("rule-D1")
    @DisplayName("D1 An awaited POWER_SAFE commit survives power loss")
    public void powerSafeCommitSurvives() {
        campaign().directed(DirectedScenario.FIRST_COMMIT, DirectedScenario.CHECKPOINT_AFTER_COMMIT, DirectedScenario.COMMIT_AFTER_FLUSH);
        campaign().random(Mix.COMMITS, 10);
    }

    /** Rule D2, with the promise of PROCESS_SAFE. */
    @Test
    @Rule("D2")
    @Tag("rule-D2")
    @DisplayName("D2 What survives is a prefix of the commit order, whatever each commit waited for")
    public void survivorsAreAPrefix() {
        campaign().directed(DirectedScenario.EVERY_LEVEL, DirectedScenario.RELAXED_ROW, DirectedScenario.WRITTEN_ROW);
        campaign().random(Mix.LEVELS, 10);
    }

    /** Rule D2, with several threads. */
    @Test
    @Rule("D2")
    @Tag("rule-D2")
    @DisplayName("D2 Of what several threads commit at all levels, nothing survives without what had been answered before it")
    public void survivorsOfSeveralThreadsAreAPrefix() {
        campaign().threads(Order.SCHEDULED, Lean.LEVELS, 3, 2);
    }

    /** Rule D3, with several threads. */
    @Test
    @Rule("D3")
    @Tag("rule-D3")
    @DisplayName("D3 What a reader among several threads had seen when it was answered survives")
    public void readersAmongSeveralThreadsWait() {
        campaign().threads(Order.SCHEDULED, Lean.READERS, 3, 2);
    }

    /** Rule D3. */
    @Test
    @Rule("D3")
    @Tag("rule-D3")
    @DisplayName("D3 A reader of a commit that is not yet durable is not answered before it is")
    public void readersWaitForWhatTheySaw() {
        campaign().directed(DirectedScenario.READER_AFTER_RELAXED, new ReaderDuringSync(Durability.POWER_SAFE));
    }

    /** Rule D1, watched as it happens. */
    @Test
    @Rule("D1")
    @Tag("rule-D1")
    @DisplayName("D1 What a commit owes is durable when it is answered, and stays so: watched call by call")
    public void answersAreWatched() {
        campaign().watched(DirectedScenario.FIRST_COMMIT, DirectedScenario.TWO_PAGES, DirectedScenario.EVERY_LEVEL, DirectedScenario.READER_AFTER_RELAXED, DirectedScenario.CLOSE_AND_REOPEN,
                DirectedScenario.PAGES_COME_AND_GO);
        campaign().watched(RandomWorkload.of(Mix.COMMITS, 1, 4));
        campaign().watched(RandomWorkload.of(Mix.LEVELS, 1, 4));
        marksOfTheWatch();
    }

    /** Rule W1, watched as it happens. */
    @Test
    @Rule("W1")
    @Tag("rule-W1")
    @DisplayName("W1 No call takes the last durable copy of a value that is owed: watched call by call")
    public void lastCopiesAreWatched() {
        campaign().watched(DirectedScenario.CHECKPOINT_AFTER_COMMIT, DirectedScenario.RECYCLED_LOG, DirectedScenario.MUCH_LOG, DirectedScenario.LOG_LAPS, DirectedScenario.BACKGROUND_AMID_CHECKPOINT,
                DirectedScenario.EVICTION_AMID_CHECKPOINT, DirectedScenario.COLD_PAGES);
        campaign().watched(RandomWorkload.of(Mix.CHECKPOINTS, 1, 4));
        campaign().watched(RandomWorkload.of(Mix.MIXED, 1, 4));
        if (monitors().contains(Monitor.LAST_COPY)) {
            tally().marks().demandUsedAgain();
        }
        marksOfTheWatch();
    }

    /** Rule W2, watched as it happens. */
    @Test
    @Rule("W2")
    @Tag("rule-W2")
    @DisplayName("W2 No page goes home before its log, and nothing unfinished where nothing may be stolen: watched call by call")
    public void homesAreWatched() {
        campaign().watched(DirectedScenario.CHECKPOINT_AFTER_RELAXED, DirectedScenario.CHECKPOINT_AMID_WORK, DirectedScenario.CHECKPOINT_AMID_WRITE, DirectedScenario.ROLLBACK_AFTER_CHECKPOINT,
                DirectedScenario.SAVEPOINT_THEN_COMMIT, DirectedScenario.COMMIT_AFTER_FLUSH, DirectedScenario.LARGER_THAN_CACHE);
        campaign().watched(RestartScenario.values());
        campaign().watched(RandomWorkload.of(Mix.ABORTS, 1, 4));
        campaign().watched(RandomWorkload.of(Mix.SAVEPOINTS, 1, 2));
        if (monitors().contains(Monitor.LOG_BEFORE_DATA)) {
            tally().marks().demandStolen(strategy().traits());
        }
        marksOfTheWatch();
    }

    private void marksOfTheWatch() {
        if (!monitors().isEmpty()) {
            tally().marks().demandWatched(strategy().traits());
        }
    }

    /** Rules W1 and W2, as far as crash states show them. */
    @Test
    @Rule("W1")
    @Tag("rule-W1")
    @DisplayName("W1 Nothing durable is overwritten before what recovery needs is durable")
    public void nothingIsOverwrittenTooEarly() {
        campaign().directed(DirectedScenario.RECYCLED_LOG, DirectedScenario.MUCH_LOG, DirectedScenario.BACKGROUND_AMID_CHECKPOINT, DirectedScenario.EVICTION_AMID_CHECKPOINT);
        campaign().random(Mix.CHECKPOINTS, 15);
        tally().marks().demandRepairs(strategy().traits());
        tally().marks().demandTails(strategy().traits());
    }

    /** Rule W2. */
    @Test
    @Rule("W2")
    @Tag("rule-W2")
    @DisplayName("W2 A page of a commit that nobody waited for never reaches the disk before its log")
    public void logComesBeforeData() {
        campaign().directed(DirectedScenario.CHECKPOINT_AFTER_RELAXED, DirectedScenario.LARGER_THAN_CACHE, DirectedScenario.CHECKPOINT_AMID_WRITE);
    }

    /** Rule W1, on disks that are meaner, as every disk may be. */
    @Test
    @Rule("W1")
    @Tag("rule-W1")
    @DisplayName("W1 Trash in fresh space, bytes of another time in grown space, and renames that fall into their halves do no harm")
    public void meanDisksDoNoHarm() {
        for (DiskProfile profile : new DiskProfile[] {DiskProfile.STRICT, DiskProfile.GARBAGE, DiskProfile.SPLIT_RENAME}) {
            campaign().directed(profile, DirectedScenario.CREATION, DirectedScenario.CHECKPOINT_AFTER_COMMIT, DirectedScenario.RECYCLED_LOG, DirectedScenario.CHECKPOINT_AMID_WORK);
        }
    }

    /** Rule W1, on disks that promise too little. */
    @Test
    @Rule("W1")
    @Tag("rule-W1")
    @DisplayName("W1 A disk without power-safe overwriting is survived, or refused by name")
    public void powerSafeOverwritingIsNotTakenForGranted() {
        for (DiskProfile profile : new DiskProfile[] {DiskProfile.TRASH_ANYWHERE, DiskProfile.NO_PSOW}) {
            String refusal = campaign().refusal(profile);
            if (refusal != null) {
                Assumptions.abort(refusal);
            }
            campaign().directed(profile, DirectedScenario.CREATION, DirectedScenario.CHECKPOINT_AFTER_COMMIT, DirectedScenario.RECYCLED_LOG, DirectedScenario.CHECKPOINT_AMID_WORK);
        }
    }

    /** Rule T1, what a device loses without a word. */
    @Test
    @Rule("T1")
    @Tag("rule-T1")
    @DisplayName("T1 How many phantom and misdirected writes are noticed is measured; none leads to an error without a name")
    public void strayWritesAreMeasured() {
        campaign().check(RuleCheck.STRAY_WRITES);
    }

    /** Rule T1. */
    @Test
    @Rule("T1")
    @Tag("rule-T1")
    @DisplayName("T1 A rotten byte is repaired or reported, never returned")
    public void rotIsNeverReturned() {
        campaign().check(RuleCheck.ROT_AT_REST, RuleCheck.ROT_ALONE_IN_ITS_BLOCK);
    }

    /** Rule T2, damage. */
    @Test
    @Rule("T2")
    @Tag("rule-T2")
    @DisplayName("T2 Damage inside synced bytes is refused or repaired, never taken for a torn tail")
    public void damageIsNotATornTail() {
        campaign().check(RuleCheck.ROT_IN_WHAT_WAS_SYNCED, RuleCheck.ROT_IN_EACH_BYTE, RuleCheck.MISDIRECTED_WRITES, RuleCheck.ONE_FILE_OF_A_LATER_COPY);
    }

    /** Rule T2, what nobody can be asked to tell. */
    @Test
    @Rule("T2")
    @Tag("rule-T2")
    @DisplayName("T2 Rot in what the last commit alone wrote costs at most that commit; how often it is told is measured")
    public void rotInTheTail() {
        campaign().check(RuleCheck.ROT_IN_THE_TAIL);
    }

    /** Rule T2, failing reads. */
    @Test
    @Rule("T2")
    @Tag("rule-T2")
    @DisplayName("T2 A read error or a lack of memory in recovery is never taken for the end of the log")
    public void failingReadsAreNoEndOfLog() {
        campaign().check(RuleCheck.READ_ERRORS_IN_RECOVERY, RuleCheck.READ_ERRORS_FOR_GOOD_IN_RECOVERY, RuleCheck.BAD_SECTORS, RuleCheck.NO_MEMORY_IN_RECOVERY);
    }

    /** Rule F1, writes. */
    @Test
    @Rule("F1")
    @Tag("rule-F1")
    @DisplayName("F1 A write that fails, or is cut short, is told to whoever called, and nothing rests on it")
    public void failedWritesAreTold() {
        campaign().failedWrites();
    }

    /** Rule F1, in recovery. */
    @Test
    @Rule("F1")
    @Tag("rule-F1")
    @DisplayName("F1 A write or a sync that fails in recovery ends that attempt; the next one finds everything, and makes it durable")
    public void recoveryTrustsNoFailedSync() {
        campaign().check(RuleCheck.WRITE_ERRORS_IN_RECOVERY, RuleCheck.FAILED_SYNCS_IN_RECOVERY);
    }

    /** Rule F1. */
    @Test
    @Rule("F1")
    @Tag("rule-F1")
    @DisplayName("F1 After a failed sync nothing is acknowledged, the store is failed, and reopening recovers")
    public void failedSyncIsFinal() {
        campaign().failedSyncs();
    }

    /** Bugs that were found, most of them where syncs fail. */
    @Test
    @Rule("F1")
    @Tag("rule-F1")
    @DisplayName("F1 Bugs that were found in strategies and in the engine do not come back")
    public void regressionsStayAway() {
        campaign().directed(Regression.values());
    }

    /** Rule F2. */
    @Test
    @Rule("F2")
    @Tag("rule-F2")
    @DisplayName("F2 A full disk fails the transaction, keeps reads working, and reopening needs no room")
    public void fullDiskIsSurvived() {
        campaign().fullDisks();
    }

    /** Rule F2, restarts. */
    @Test
    @Rule("F2")
    @Tag("rule-F2")
    @DisplayName("F2 On a disk that stays full, fifty restarts in a row that are cut short leave the room that the next one needs")
    public void interruptedRestartsFindRoom() {
        campaign().check(RuleCheck.INTERRUPTED_RESTARTS_ON_FULL_DISK);
    }

    /** Rule F3. */
    @Test
    @Rule("F3")
    @Tag("rule-F3")
    @DisplayName("F3 Interrupts harm nothing and stay pending")
    public void interruptsAreHarmless() {
        campaign().interrupted(4);
    }

    /** Rule F4. */
    @Test
    @Rule("F4")
    @Tag("rule-F4")
    @DisplayName("F4 A second opener is told so; a killed opener is in nobody's way")
    public void oneOpenerAtATime() {
        campaign().check(RuleCheck.SECOND_OPENER, RuleCheck.KILLED_OPENER);
    }

    /** Rule S1. */
    @Test
    @Rule("S1")
    @Tag("rule-S1")
    @DisplayName("S1 Savepoints nest; rolling back to one keeps what came before it")
    public void savepointsNest() {
        campaign().directed(DirectedScenario.SAVEPOINT_THEN_COMMIT);
        campaign().random(Mix.SAVEPOINTS, 8);
    }

    /** Rule R1. */
    @Test
    @Rule("R1")
    @Tag("rule-R1")
    @DisplayName("R1 Recovery reports what it did and how far it has come")
    public void recoveryReports() {
        campaign().check(RuleCheck.REPORTS);
    }

    /** Rule L1. */
    @Test
    @Rule("L1")
    @Tag("rule-L1")
    @DisplayName("L1 A transaction far larger than the cache commits, rolls back and survives")
    public void largeTransactionsWork() {
        campaign().large(20 * cachePages());
    }

    /** Rule L1, at default options. */
    @Test
    @Rule("L1")
    @Tag("rule-L1")
    @DisplayName("L1 A transaction of 20,000 pages works in a cache of 256 pages")
    public void hugeTransactionsWork() {
        campaign().check(RuleCheck.HUGE_TRANSACTION);
    }

    /** Rule L2. */
    @Test
    @Rule("L2")
    @Tag("rule-L2")
    @DisplayName("L2 Space is bounded over a hundred crash cycles")
    public void spaceIsBounded() {
        campaign().check(RuleCheck.CRASH_CYCLES);
    }

    /** Rule L2, restarts. */
    @Test
    @Rule("L2")
    @Tag("rule-L2")
    @DisplayName("L2 Fifty restarts in a row that are cut short leave no more on the disk than one needs")
    public void interruptedRestartsLeaveNoMoreThanOne() {
        campaign().check(RuleCheck.INTERRUPTED_RESTARTS);
    }

    /** Rule N1. */
    @Test
    @Rule("N1")
    @Tag("rule-N1")
    @DisplayName("N1 The same clock, tasks and random source give the same calls to the disk")
    public void nothingElseDecides() {
        campaign().check(RuleCheck.SAME_CALLS_TWICE);
    }

    /** Rule N1, the clock. */
    @Test
    @Rule("N1")
    @Tag("rule-N1")
    @DisplayName("N1 A clock that jumps forwards and back, while a store works and when it crashes, decides nothing")
    public void theClockDecidesNothing() {
        campaign().directed(DiskProfile.STRICT, new ClockJumps());
        campaign().check(RuleCheck.CLOCK_DECIDES_NOTHING);
    }

    /** Rule N1, on real files. */
    @Test
    @Rule("N1")
    @Tag("rule-N1")
    @DisplayName("N1 A process killed while it works in a real folder leaves what the simulated disk says it may leave")
    public void killedProcessesLeaveWhatIsSimulated() {
        campaign().check(RuleCheck.KILLED_PROCESSES);
    }

    /** Rule N1, with several threads. */
    @Test
    @Rule("N1")
    @Tag("rule-N1")
    @DisplayName("N1 Several threads with the same turns give the same calls to the disk")
    public void nothingElseDecidesAmongThreads() {
        campaign().check(RuleCheck.SAME_TURNS_TWICE);
    }

    /** Rule P1. */
    @Test
    @Rule("P1")
    @Tag("rule-P1")
    @DisplayName("P1 The declared traits are seen on the disk")
    public void traitsAreObserved() {
        campaign().check(RuleCheck.STEAL_AS_DECLARED, RuleCheck.FORCE_AS_DECLARED);
    }

    /** Rule P1, what is optional. */
    @Test
    @Rule("P1")
    @Tag("rule-P1")
    @DisplayName("P1 An optional trait is there if it is declared, and refused by name if not")
    public void optionalTraitsAreAsDeclared() {
        campaign().check(RuleCheck.SNAPSHOTS_AS_DECLARED, RuleCheck.LATE_ROLLBACK_AS_DECLARED);
    }

    /** Goes on where the strategy declares a trait; elsewhere it must do without as {@code refusal} says, and the rule counts as refused (rule P1). */
    private void require(OptionalTrait trait, RuleCheck refusal) {
        if (!strategy().traits().has(trait)) {
            campaign().check(refusal);
            Assumptions.abort(strategyName() + " does not declare " + trait + ", and refuses what needs it");
        }
    }

    /** Rule A11. */
    @Test
    @Rule("A11")
    @Tag("rule-A11")
    @DisplayName("A11 What a crash left unfinished keeps its pages until it is rolled back, while other pages take new work")
    public void unfinishedWorkKeepsItsPages() {
        require(OptionalTrait.ROLLBACK_AFTER_OPENING, RuleCheck.LATE_ROLLBACK_AS_DECLARED);
        campaign().directed(LateRollbackScenario.values());
        campaign().restarts(LateRollbackScenario.COMMITS_BESIDE_ROLLBACK, LateRollbackScenario.CUT_SHORT);
    }

    /** Rule V1. */
    @Test
    @Rule("V1")
    @Tag("rule-V1")
    @DisplayName("V1 A snapshot sees one moment, whole, whatever happens to the pages meanwhile")
    public void snapshotsSeeOneMoment() {
        require(OptionalTrait.SNAPSHOT_READS, RuleCheck.SNAPSHOTS_AS_DECLARED);
        campaign().directed(SnapshotScenario.SNAPSHOT_OF_PAGES_THAT_GO, SnapshotScenario.SNAPSHOT_LARGER_THAN_CACHE, SnapshotScenario.SNAPSHOT_AMID_ROLLBACK,
                SnapshotScenario.SNAPSHOT_AFTER_RELAXED);
        campaign().snapshots(8, 10);
    }

    /** Rule V1, with several threads. */
    @Test
    @Rule("V1")
    @Tag("rule-V1")
    @DisplayName("V1 Snapshots among several threads fit into their order, each at the moment it began")
    public void snapshotsAmongSeveralThreads() {
        require(OptionalTrait.SNAPSHOT_READS, RuleCheck.SNAPSHOTS_AS_DECLARED);
        campaign().threads(Order.SCHEDULED, Lean.SNAPSHOTS, 3, 2);
    }

    /** Rule V2. */
    @Test
    @Rule("V2")
    @Tag("rule-V2")
    @DisplayName("V2 A snapshot waits for no transaction, and none waits for it")
    public void snapshotsWaitForNobody() {
        require(OptionalTrait.SNAPSHOT_READS, RuleCheck.SNAPSHOTS_AS_DECLARED);
        campaign().directed(SnapshotScenario.SNAPSHOT_BESIDE_WRITER);
    }

    /** Rule V3. */
    @Test
    @Rule("V3")
    @Tag("rule-V3")
    @DisplayName("V3 What is kept for a snapshot is given back when it ends")
    public void snapshotsGiveBack() {
        require(OptionalTrait.SNAPSHOT_READS, RuleCheck.SNAPSHOTS_AS_DECLARED);
        campaign().check(RuleCheck.SNAPSHOTS_GIVE_BACK);
    }

    /** Runs alone, where a line is given. */
    @Test
    @DisplayName("The crash state named by -Dafterimage.replay")
    public void replayOfOneLine() {
        ReplayLine line = Objects.requireNonNull(ReplayLine.requested());
        if (line.strategy().equals(strategyName())) {
            Replay replay = Replay.of(this, line);
            replay.story().forEach(System.out::println);
            replay.demand();
        }
    }

    /** Runs only where the effort is a soak. */
    @Test
    @Rule("A3")
    @Tag("rule-A3")
    @DisplayName("A3 A soak: workloads that nobody tried, each with crashes and crashes of recoveries, for as long as told")
    public void soak() {
        campaign().soak();
    }
}
