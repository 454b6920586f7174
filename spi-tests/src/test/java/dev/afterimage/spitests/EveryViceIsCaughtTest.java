package dev.afterimage.spitests;

import static dev.afterimage.spitests.play.DirectedScenario.CHECKPOINT_AFTER_COMMIT;
import static dev.afterimage.spitests.play.DirectedScenario.FIRST_COMMIT;
import static dev.afterimage.spitests.play.DirectedScenario.RECYCLED_LOG;
import static dev.afterimage.spitests.play.DirectedScenario.TWO_PAGES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RestartScenario;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.OnForgetfulDisk;
import dev.afterimage.spitests.specimen.SpecimenLate;
import dev.afterimage.spitests.specimen.SpecimenLog;
import dev.afterimage.spitests.specimen.SpecimenShadow;
import dev.afterimage.spitests.specimen.SpecimenUndo;
import dev.afterimage.spitests.specimen.Vice;

@DisplayName("A specimen with a vice breaks a rule")
public class EveryViceIsCaughtTest {
    /** The method of the conformance class that catches a vice, and the rules that may be named for it: one mistake can show in more than one way. */
    private record Catch(Vice vice, Set<String> rules, String by) {
        static Catch of(Vice vice, String rules, String by) {
            return new Catch(vice, Set.of(rules.split(" ")), by);
        }

        Method method() {
            try {
                return RecoveryStrategyConformance.class.getMethod(by);
            } catch (NoSuchMethodException e) {
                throw new AssertionError("the conformance class has no test " + by, e);
            }
        }

        String row() {
            return EveryViceIsCaughtTest.row(vice, method().getAnnotation(DisplayName.class).value());
        }
    }

    /** The conformance class as a plug-in's author would extend it; run by the tests here alone. */
    public static final class Vicious extends RecoveryStrategyConformance {
        private static volatile Vice vice = Vice.W4_ANSWERS_BEFORE_SYNC;

        /** For JUnit. */
        public Vicious() {
        }

        @Override
        protected RecoveryStrategyProvider strategy() {
            return specimen(vice);
        }
    }

    private static final List<Catch> CATCHES = List.of(
            Catch.of(Vice.W1_PAGES_BEFORE_LOG, "A1 A2 A3 D2", "logComesBeforeData"),
            Catch.of(Vice.W4_ANSWERS_BEFORE_SYNC, "A2 D1", "powerSafeCommitSurvives"),
            Catch.of(Vice.F1_SWALLOWS_FAILED_SYNC, "F1 D1 A2", "failedSyncIsFinal"),
            Catch.of(Vice.F2_RETRIES_FAILED_SYNC, "F1 D1", "failedSyncIsFinal"),
            Catch.of(Vice.F3_CHECKPOINT_GOES_ON, "F1 D1 A2", "failedSyncIsFinal"),
            Catch.of(Vice.F8_READ_ERROR_ENDS_LOG, "T2", "failingReadsAreNoEndOfLog"),
            Catch.of(Vice.D1_NO_SYNC_BEFORE_HOME, "A2", "nothingIsOverwrittenTooEarly"),
            Catch.of(Vice.D5_REPAIR_NOT_SYNCED, "A2", "recoveryIsRestartable"),
            Catch.of(Vice.P5_IGNORES_CHECKSUMS, "T1", "rotIsNeverReturned"),
            Catch.of(Vice.P6_CHECKSUM_BEFORE_LSN, "A2", "recoveryIsRestartable"),
            Catch.of(Vice.P9_CHECKSUM_WITHOUT_NUMBER, "T1", "rotIsNeverReturned"),
            Catch.of(Vice.L1_REDOES_TWICE, "A3 A1 D1 D2 T1", "powerSafeCommitSurvives"),
            Catch.of(Vice.L2_REDO_STAMPS_NOTHING, "A3 A2 A1 D1 D2 T1", "recoveryIsRestartable"),
            Catch.of(Vice.L5_LSN_STARTS_OVER, "D1 A3 D2 A2", "powerSafeCommitSurvives"),
            Catch.of(Vice.C1_POINTER_BEFORE_PAGES, "D1 A2 A3 D2", "powerSafeCommitSurvives"),
            Catch.of(Vice.C2_CONTROL_IN_PLACE, "A2", "powerSafeCommitSurvives"),
            Catch.of(Vice.C3_LOG_REUSED_TOO_EARLY, "D1 A2 A3", "powerSafeCommitSurvives"),
            Catch.of(Vice.C4_CHECKPOINT_OMITS_PAGE, "D1 A2 A3 D2", "powerSafeCommitSurvives"),
            Catch.of(Vice.C7_CLEAN_MARK_TOO_EARLY, "D1 A2 A3 D2", "recoveryIsRestartable"),
            Catch.of(Vice.G1_BELIEVES_STALE_RECORDS, "A1 A2 A3 D1 D2 T1", "nothingIsOverwrittenTooEarly"),
            Catch.of(Vice.G2_TAIL_RISES_AGAIN, "A1 A2 A3 D1", "survivorsAreAPrefix"),
            Catch.of(Vice.G3_BELIEVES_LENGTH, "A2", "nothingIsOverwrittenTooEarly"),
            Catch.of(Vice.G6_DAMAGE_ENDS_LOG, "T2", "damageIsNotATornTail"),
            Catch.of(Vice.G7_REFUSES_TORN_TAIL, "A2", "survivorsAreAPrefix"),
            Catch.of(Vice.R3_CREATION_NOT_SYNCED, "A2 D1", "recoveryIsRestartable"),
            Catch.of(Vice.A1_STEALS_WITHOUT_UNDO, "A1", "unfinishedWorkLeavesNoTrace"),
            Catch.of(Vice.A4_KEEPS_ROLLED_BACK_PART, "S1 A3", "savepointsNest"),
            Catch.of(Vice.E1_READER_DOES_NOT_WAIT, "D3", "readersWaitForWhatTheySaw"),
            Catch.of(Vice.N1_OWN_RANDOM, "N1", "nothingElseDecides"),
            Catch.of(Vice.A6_UNDOES_ROLLED_BACK, "A1 A2 A3 D1 D2", "rolledBackStaysRolledBack"),
            Catch.of(Vice.A2_UNDOES_AGAIN, "A1 A2 A3 D1 D2", "nothingIsUndoneTwice"),
            Catch.of(Vice.A_FORGETS_IDLE_LOSER, "A1 A3 T1", "idleLosersAreUndone"),
            Catch.of(Vice.A_UNDOES_BY_OLD_IMAGE, "A1 A2 A3 D1 D2", "undoTakesNoCommitAlong"),
            Catch.of(Vice.A11_LOCKS_NOT_HELD, "A11", "unfinishedWorkKeepsItsPages"),
            Catch.of(Vice.A11_LATE_ROLLBACK_NOT_LOGGED, "A2 A3 D1 A1", "unfinishedWorkKeepsItsPages"),
            Catch.of(Vice.S5_REUSES_SLOTS_UNDER_SNAPSHOT, "V1 A3", "snapshotsSeeOneMoment"),
            Catch.of(Vice.S_SNAPSHOT_SEES_THE_NEWEST, "V1", "snapshotsWaitForNobody"),
            Catch.of(Vice.S_SNAPSHOT_GIVES_NOTHING_BACK, "V3", "snapshotsGiveBack"),
            Catch.of(Vice.S1_ROOT_BEFORE_PAGES, "A2 T1", "recoveredStateIsLegal"),
            Catch.of(Vice.S2_OVERWRITES_VALID_ROOT, "A2", "recoveryIsRestartable"),
            Catch.of(Vice.S3_ROOT_WITHOUT_CHECKSUM, "A1 A2 A3 T1 D1", "recoveredStateIsLegal"),
            Catch.of(Vice.S5_IGNORES_CHECKSUMS, "T1", "rotIsNeverReturned"),
            Catch.of(Vice.S6_REUSES_SLOTS_TOO_EARLY, "A2 T1", "recoveredStateIsLegal"),
            Catch.of(Vice.S9_ORPHANS_STAY, "L2", "spaceIsBounded"),
            Catch.of(Vice.S10_FALLS_BACK_SILENTLY, "T1", "rotIsNeverReturned"));

    /** Those that only several threads show: {@link ThreadsCatchVicesTest}'s. */
    private static final Set<Vice> VICES_OF_THREADS = EnumSet.of(Vice.E_ANSWERS_FOLLOWER_BEFORE_SYNC, Vice.D_WRITES_OUT_OF_ORDER, Vice.X_LOSES_WAKEUPS, Vice.C6_CHECKPOINT_LETS_GO, Vice.P3_COPIES_IN_HALVES);
    private static final Set<Vice> UNDO_VICES = EnumSet.of(Vice.A6_UNDOES_ROLLED_BACK, Vice.A2_UNDOES_AGAIN, Vice.A_FORGETS_IDLE_LOSER, Vice.A_UNDOES_BY_OLD_IMAGE);

    /** For JUnit. */
    public EveryViceIsCaughtTest() {
    }

    /** The vices, as rows of the page of what the kit catches. */
    public static List<String> rows() {
        Stream<String> ofThreads = VICES_OF_THREADS.stream().map(vice -> row(vice, "several threads, whose turns a seed decides"));
        return Stream.concat(CATCHES.stream().map(Catch::row), ofThreads).toList();
    }

    private static String row(Vice vice, String caughtBy) {
        return "| " + vice.fault() + " | " + specimen(vice).name() + " | " + vice.sentence() + " | " + caughtBy + " |";
    }

    private static RecoveryStrategyProvider specimen(Vice vice) {
        if (UNDO_VICES.contains(vice)) {
            return new SpecimenUndo(vice);
        }
        if (vice.name().startsWith("A11")) {
            return new SpecimenLate(vice);
        }
        return vice.name().startsWith("S") ? new SpecimenShadow(vice) : new SpecimenLog(vice);
    }

    @TestFactory
    @DisplayName("each of them, by the rule it breaks, in the conformance test that is about it")
    public Stream<DynamicTest> eachIsCaught() {
        return CATCHES.stream().map(aCatch -> DynamicTest.dynamicTest(aCatch.vice + " breaks " + String.join(" or ", new TreeSet<>(aCatch.rules)), () -> isCaught(aCatch)));
    }

    private static void isCaught(Catch aCatch) {
        Vicious.vice = aCatch.vice;
        Method method = aCatch.method();
        EngineExecutionResults run = EngineTestKit.engine("junit-jupiter").selectors(selectMethod(Vicious.class, method)).configurationParameter(RuleReporting.SUMMARY, "false").execute();
        Event failed = run.testEvents().failed().stream().findFirst().orElseThrow(() -> new AssertionError("expected " + aCatch.by + " to fail, found that it passed"));
        Throwable failure = failed.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
        assertEquals(method.getAnnotation(DisplayName.class).value(), failed.getTestDescriptor().getDisplayName());
        Violation violation = assertInstanceOf(Violation.class, failure, () -> "expected a broken rule, found " + failure);
        String[] lines = String.valueOf(violation.getMessage()).lines().toArray(String[]::new);
        assertTrue(lines[0].startsWith("replay: kit1:" + specimen(aCatch.vice).name() + ":strict:"), lines[0]);
        assertEquals(lines[0], "replay: " + ReplayLine.parse(lines[0].substring("replay: ".length())));
        // Where the failure could be made smaller, the line it was made from stands in between.
        String told = lines[1].startsWith("shrunk from: kit1:") ? lines[2] : lines[1];
        assertTrue(told.startsWith("rule " + violation.rule() + ": "), told);
        assertTrue(aCatch.rules.contains(violation.rule()), () -> "expected one of " + aCatch.rules + ", found " + violation.getMessage());
        RuleReport report = run.testEvents().reportingEntryPublished().stream().map(event -> event.getRequiredPayload(ReportEntry.class).getKeyValuePairs())
                .flatMap(entry -> RuleReport.fromEntry(entry).stream()).findFirst().orElseThrow();
        assertEquals(RuleReport.Verdict.FAILED, report.verdict());
        assertEquals(method.getAnnotation(Rule.class).value(), report.rule());
    }

    @Test
    @DisplayName("but the undo specimen without vices breaks none: its scenarios, restarts crashed twice over, and random work")
    public void undoWithoutVices() {
        Campaign campaign = new Campaign(new StoreUnderTest(new SpecimenUndo(), Map.of(), 4096, 16), Effort.QUICK.with(120, 2));
        campaign.directed(RestartScenario.values());
        campaign.restarts(RestartScenario.IDLE_LOSER);
        campaign.randomNested(Mix.CHECKPOINTS, 100, 20);
        campaign.randomNested(Mix.ABORTS, 100, 20);
    }

    @TestFactory
    @DisplayName("each file whose syncs a disk forgets is missed")
    public Stream<DynamicTest> forgottenSyncsAreMissed() {
        return Stream.of("specimen.control", "specimen.pages", "specimen.twice", "specimen.log-1", "specimen.slots", "specimen.roots")
                .map(file -> DynamicTest.dynamicTest(file, () -> {
                    boolean shadow = file.endsWith("slots") || file.endsWith("roots");
                    RecoveryStrategyProvider correct = shadow ? new SpecimenShadow() : new SpecimenLog();
                    StoreUnderTest subject = new StoreUnderTest(new OnForgetfulDisk(correct, file::equals), Map.of(), 4096, 16);
                    Campaign campaign = new Campaign(subject, Effort.QUICK.with(2_000, 2));
                    assertThrows(Violation.class, () -> {
                        campaign.directed(FIRST_COMMIT, TWO_PAGES, CHECKPOINT_AFTER_COMMIT, RECYCLED_LOG);
                        campaign.random(Mix.CHECKPOINTS, 100);
                    });
                }));
    }

    @Test
    @DisplayName("every vice is tried")
    public void everyViceIsTried() {
        Set<Vice> untried = EnumSet.complementOf(EnumSet.copyOf(VICES_OF_THREADS));
        CATCHES.forEach(aCatch -> untried.remove(aCatch.vice));
        assertTrue(untried.isEmpty(), () -> "untried: " + untried);
    }
}
