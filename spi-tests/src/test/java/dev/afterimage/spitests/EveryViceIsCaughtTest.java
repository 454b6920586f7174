package dev.afterimage.spitests;

import static dev.afterimage.spitests.play.DirectedScenario.*;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.RuleCheck;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.LateRollbackScenario;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.ReaderDuringSync;
import dev.afterimage.spitests.play.RestartScenario;
import dev.afterimage.spitests.play.SnapshotScenario;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.OnForgetfulDisk;
import dev.afterimage.spitests.specimen.SpecimenLate;
import dev.afterimage.spitests.specimen.SpecimenLog;
import dev.afterimage.spitests.specimen.SpecimenShadow;
import dev.afterimage.spitests.specimen.SpecimenUndo;
import dev.afterimage.spitests.specimen.Vice;

@DisplayName("A specimen with a vice breaks a rule")
public class EveryViceIsCaughtTest {
    /** What catches a vice, and the rules that may be named for it: one mistake can show in more than one way. */
    private record Catch(Vice vice, Set<String> rules, Consumer<Campaign> by) {
        static Catch of(Vice vice, String rules, Consumer<Campaign> by) {
            return new Catch(vice, Set.of(rules.split(" ")), by);
        }
    }

    private static final List<Catch> CATCHES = List.of(
            Catch.of(Vice.W1_PAGES_BEFORE_LOG, "A1 A3 D2", campaign -> campaign.directed(CHECKPOINT_AFTER_RELAXED)),
            Catch.of(Vice.W4_ANSWERS_BEFORE_SYNC, "A2 D1", campaign -> campaign.directed(FIRST_COMMIT)),
            Catch.of(Vice.F1_SWALLOWS_FAILED_SYNC, "F1 D1", campaign -> campaign.failedSyncs()),
            Catch.of(Vice.F2_RETRIES_FAILED_SYNC, "F1 D1", campaign -> campaign.failedSyncs()),
            Catch.of(Vice.F3_CHECKPOINT_GOES_ON, "F1 D1 A2", campaign -> campaign.failedSyncs()),
            Catch.of(Vice.F8_READ_ERROR_ENDS_LOG, "T2", campaign -> campaign.check(RuleCheck.READ_ERRORS_IN_RECOVERY)),
            Catch.of(Vice.D1_NO_SYNC_BEFORE_HOME, "A2", campaign -> campaign.random(Mix.CHECKPOINTS, 100)),
            Catch.of(Vice.D5_REPAIR_NOT_SYNCED, "A2", campaign -> campaign.randomNested(Mix.CHECKPOINTS, 100, 2)),
            Catch.of(Vice.P5_IGNORES_CHECKSUMS, "T1", campaign -> campaign.check(RuleCheck.ROT_AT_REST)),
            Catch.of(Vice.P6_CHECKSUM_BEFORE_LSN, "A2", campaign -> campaign.play(CLOSE_AND_REOPEN)),
            Catch.of(Vice.P9_CHECKSUM_WITHOUT_NUMBER, "T1", campaign -> campaign.check(RuleCheck.ROT_AT_REST)),
            Catch.of(Vice.L1_REDOES_TWICE, "A3 A1 D1 D2 T1", campaign -> campaign.directed(CHECKPOINT_AFTER_COMMIT)),
            Catch.of(Vice.L2_REDO_STAMPS_NOTHING, "A3 A2 A1 D1 D2 T1", campaign -> campaign.randomNested(Mix.CHECKPOINTS, 100, 2)),
            Catch.of(Vice.L5_LSN_STARTS_OVER, "D1 A3 D2 A2", campaign -> campaign.directed(CHECKPOINT_AFTER_COMMIT)),
            Catch.of(Vice.C1_POINTER_BEFORE_PAGES, "D1 A2 A3 D2", campaign -> campaign.directed(CHECKPOINT_AFTER_COMMIT)),
            Catch.of(Vice.C2_CONTROL_IN_PLACE, "A2", campaign -> campaign.directed(CHECKPOINT_AFTER_COMMIT)),
            Catch.of(Vice.C3_LOG_REUSED_TOO_EARLY, "D1 A2 A3", campaign -> campaign.directed(CHECKPOINT_AFTER_COMMIT)),
            Catch.of(Vice.C4_CHECKPOINT_OMITS_PAGE, "D1 A2 A3 D2", campaign -> campaign.directed(CHECKPOINT_AFTER_COMMIT)),
            Catch.of(Vice.C7_CLEAN_MARK_TOO_EARLY, "D1 A2 A3 D2", campaign -> campaign.directed(CLOSE_AND_REOPEN)),
            Catch.of(Vice.G1_BELIEVES_STALE_RECORDS, "A1 A2 A3 D1 D2 T1", campaign -> campaign.random(Mix.CHECKPOINTS, 100)),
            Catch.of(Vice.G2_TAIL_RISES_AGAIN, "A1 A2 A3 D1", campaign -> campaign.directed(RELAXED_ROW)),
            Catch.of(Vice.G3_BELIEVES_LENGTH, "A2", campaign -> campaign.directed(RECYCLED_LOG)),
            Catch.of(Vice.G6_DAMAGE_ENDS_LOG, "T2", campaign -> campaign.check(RuleCheck.ROT_IN_WHAT_WAS_SYNCED)),
            Catch.of(Vice.G7_REFUSES_TORN_TAIL, "A2", campaign -> campaign.directed(RELAXED_ROW)),
            Catch.of(Vice.R3_CREATION_NOT_SYNCED, "A2 D1", campaign -> campaign.directed(CREATION, FIRST_COMMIT)),
            Catch.of(Vice.A1_STEALS_WITHOUT_UNDO, "A1", campaign -> campaign.directed(CHECKPOINT_AMID_WORK)),
            Catch.of(Vice.A4_KEEPS_ROLLED_BACK_PART, "S1 A3", campaign -> campaign.play(SAVEPOINT_THEN_COMMIT)),
            Catch.of(Vice.E1_READER_DOES_NOT_WAIT, "D3", campaign -> campaign.directed(new ReaderDuringSync(Durability.POWER_SAFE))),
            Catch.of(Vice.N1_OWN_RANDOM, "N1", campaign -> campaign.check(RuleCheck.SAME_CALLS_TWICE)),
            Catch.of(Vice.A6_UNDOES_ROLLED_BACK, "A1 A2 A3 D1 D2", campaign -> campaign.directed(RestartScenario.RESURRECTED_ROLLBACK)),
            Catch.of(Vice.A2_UNDOES_AGAIN, "A1 A2 A3 D1 D2", campaign -> campaign.directed(RestartScenario.UNDONE_TWICE)),
            Catch.of(Vice.A_FORGETS_IDLE_LOSER, "A1 A3", campaign -> campaign.directed(RestartScenario.IDLE_LOSER)),
            Catch.of(Vice.A_UNDOES_BY_OLD_IMAGE, "A1 A2 A3 D1 D2", campaign -> campaign.directed(RestartScenario.IMAGE_UNDO)),
            Catch.of(Vice.A11_LOCKS_NOT_HELD, "A11", campaign -> campaign.directed(LateRollbackScenario.COMMITS_BESIDE_ROLLBACK)),
            Catch.of(Vice.A11_LATE_ROLLBACK_NOT_LOGGED, "A2 A3 D1 A1", campaign -> campaign.directed(LateRollbackScenario.values())),
            Catch.of(Vice.S5_REUSES_SLOTS_UNDER_SNAPSHOT, "V1 A3", campaign -> campaign.play(SnapshotScenario.SNAPSHOT_OF_PAGES_THAT_GO)),
            Catch.of(Vice.S_SNAPSHOT_SEES_THE_NEWEST, "V1", campaign -> campaign.play(SnapshotScenario.SNAPSHOT_BESIDE_WRITER)),
            Catch.of(Vice.S_SNAPSHOT_GIVES_NOTHING_BACK, "V3", campaign -> campaign.check(RuleCheck.SNAPSHOTS_GIVE_BACK)),
            Catch.of(Vice.S1_ROOT_BEFORE_PAGES, "A2 T1", campaign -> campaign.directed(TWO_PAGES)),
            Catch.of(Vice.S2_OVERWRITES_VALID_ROOT, "A2", campaign -> campaign.directed(CLOSE_AND_REOPEN, FIRST_COMMIT)),
            Catch.of(Vice.S3_ROOT_WITHOUT_CHECKSUM, "A1 A2 A3 T1 D1", campaign -> campaign.directed(TWO_PAGES)),
            Catch.of(Vice.S5_IGNORES_CHECKSUMS, "T1", campaign -> campaign.check(RuleCheck.ROT_AT_REST)),
            Catch.of(Vice.S6_REUSES_SLOTS_TOO_EARLY, "A2 T1", campaign -> campaign.directed(TWO_PAGES)),
            Catch.of(Vice.S9_ORPHANS_STAY, "L2", campaign -> campaign.check(RuleCheck.CRASH_CYCLES)),
            Catch.of(Vice.S10_FALLS_BACK_SILENTLY, "T1", campaign -> campaign.check(RuleCheck.ROT_AT_REST)));

    private static final Set<Vice> UNDO_VICES = EnumSet.of(Vice.A6_UNDOES_ROLLED_BACK, Vice.A2_UNDOES_AGAIN, Vice.A_FORGETS_IDLE_LOSER, Vice.A_UNDOES_BY_OLD_IMAGE);

    /** For JUnit. */
    public EveryViceIsCaughtTest() {
    }

    private static StoreUnderTest subject(Vice... vices) {
        boolean shadow = vices.length > 0 && vices[0].name().startsWith("S");
        boolean undo = vices.length > 0 && UNDO_VICES.contains(vices[0]);
        boolean late = vices.length > 0 && vices[0].name().startsWith("A11");
        RecoveryStrategyProvider strategy = shadow ? new SpecimenShadow(vices) : undo ? new SpecimenUndo(vices)
                : late ? new SpecimenLate(vices) : new SpecimenLog(vices);
        return new StoreUnderTest(strategy, Map.of(), 4096, 16);
    }

    @TestFactory
    @DisplayName("each of them, by the rule it breaks")
    public Stream<DynamicTest> eachIsCaught() {
        return CATCHES.stream().map(aCatch -> DynamicTest.dynamicTest(aCatch.vice + " breaks " + String.join(" or ", new TreeSet<>(aCatch.rules)), () -> {
            Campaign campaign = new Campaign(subject(aCatch.vice), Effort.QUICK.with(2_000, 2));
            Violation violation = assertThrows(Violation.class, () -> aCatch.by.accept(campaign));
            assertTrue(violation.getMessage().startsWith("replay: kit1:"), violation.getMessage());
            assertTrue(aCatch.rules.contains(violation.rule()), () -> "expected one of " + aCatch.rules + ", found " + violation.getMessage());
        }));
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
        EnumSet<Vice> untried = EnumSet.allOf(Vice.class);
        CATCHES.forEach(aCatch -> untried.remove(aCatch.vice));
        assertTrue(untried.isEmpty(), () -> "untried: " + untried);
    }
}
