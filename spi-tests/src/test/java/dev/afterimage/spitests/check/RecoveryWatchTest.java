package dev.afterimage.spitests.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spitests.model.Violation;

@DisplayName("A recovery report that cannot be true breaks rule R1")
public class RecoveryWatchTest {
    private static final StrategyTraits UNDO_REDO = new StrategyTraits(true, false, true, true, TornPageProtection.FULL_PAGE_IMAGES, ChangeDetail.RANGES_WITH_BEFORE, 24);
    private static final StrategyTraits REDO_ONLY = new StrategyTraits(false, false, true, false, TornPageProtection.FULL_PAGE_IMAGES, ChangeDetail.RANGES, 24);
    private static final RecoveryPhase REDO = RecoveryPhase.over("redo", 100, 900, 800, Duration.ofMillis(3)).withRecords(9).withPages(2, 1).withRedo(7, 2);
    private static final RecoveryPhase UNDO = RecoveryPhase.over("undo", 100, 900, 400, Duration.ofMillis(2)).withRecords(4).withUndo(4, 4);

    /** For JUnit. */
    public RecoveryWatchTest() {
    }

    private static RecoveryReport report(long redone, long undone, RecoveryPhase... phases) {
        return new RecoveryReport("any", Outcome.RECOVERED, List.of(phases), redone, undone, 0, 0, 9, Duration.ofMillis(5));
    }

    @Test
    @DisplayName("one whose numbers fit passes")
    public void fits() {
        RecoveryWatch.expectConsistent(report(2, 1, REDO, UNDO), UNDO_REDO);
        RecoveryWatch.expectConsistent(report(2, 0, REDO), REDO_ONLY);
        RecoveryWatch.expectUndone(report(2, 1, REDO, UNDO), 4);
    }

    @Test
    @DisplayName("phases longer than the whole, transactions without changes, changes without transactions, too many compensation records, undo by those who declare none")
    public void doesNotFit() {
        requireViolation("phases to take no longer", () -> RecoveryWatch.expectConsistent(report(2, 1, REDO, UNDO, UNDO), UNDO_REDO));
        requireViolation("changes redone where", () -> RecoveryWatch.expectConsistent(report(2, 1, UNDO), UNDO_REDO));
        requireViolation("transactions undone where", () -> RecoveryWatch.expectConsistent(report(2, 0, REDO, UNDO), UNDO_REDO));
        requireViolation("no more compensation", () -> RecoveryWatch.expectConsistent(report(2, 1, REDO, UNDO.withUndo(4, 5)), UNDO_REDO));
        requireViolation("declares no undo", () -> RecoveryWatch.expectConsistent(report(2, 1, REDO, UNDO), REDO_ONLY));
        requireViolation("no negative number", () -> RecoveryWatch.expectConsistent(report(2, 1, REDO.withPages(-1, 0)), REDO_ONLY));
    }

    @Test
    @DisplayName("a loser of which the report says too little")
    public void undoneTooLittle() {
        requireViolation("one transaction undone", () -> RecoveryWatch.expectUndone(report(2, 1, REDO, UNDO), 5));
        requireViolation("one transaction undone", () -> RecoveryWatch.expectUndone(report(2, 0, REDO, UNDO), 4));
    }

    @Test
    @DisplayName("progress that goes back, or knows of less than no time; another recovery begins anew")
    public void progress() {
        RecoveryWatch watch = new RecoveryWatch();
        watch.recoveryProgress(RecoveryProgress.towards("redo", 5, 10, Duration.ofSeconds(2)));
        requireViolation("no step back", () -> watch.recoveryProgress(RecoveryProgress.towards("redo", 4, 10, Duration.ofSeconds(3))));
        requireViolation("no step back", () -> watch.recoveryProgress(RecoveryProgress.towards("redo", 6, 10, Duration.ofSeconds(1))));
        requireViolation("no negative time", () -> watch.recoveryProgress(new RecoveryProgress("redo", 6, 10, Duration.ofSeconds(3), Optional.of(Duration.ofSeconds(-1)))));
        requireViolation("between 0 and total", () -> watch.recoveryProgress(new RecoveryProgress("redo", 11, 10, Duration.ofSeconds(3), Optional.empty())));
        watch.recovered(report(2, 1, REDO, UNDO));
        watch.recoveryProgress(RecoveryProgress.towards("redo", 1, 10, Duration.ZERO));
        watch.expectProgress();
    }

    private static void requireViolation(String message, Executable work) {
        Violation violation = assertThrows(Violation.class, work);
        assertEquals("R1", violation.rule());
        assertTrue(violation.getMessage().contains(message), violation::getMessage);
    }
}
