package dev.afterimage.spitests.play;

import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * The disk fails once in the midst of a rollback (rule A1; F7 of the fault model): either the rollback gets round it, or the store fails and opening it again finishes the rollback. In neither case is anything of
 * the transaction left, then or after a crash.
 *
 * @param reads whether a read fails, and otherwise a write
 * @param failing which one since the rollback began, counted from 0
 */
public record FailingRollback(boolean reads, int failing) implements Scenario {
    /** More reads, or writes, than the rollback makes. */
    public static final int LIMIT = 400;
    private static final String PREFIX = "failing-rollback-";

    /** Reads a title; null if it is none of these. */
    @Nullable
    static FailingRollback named(String title) {
        return title.matches(PREFIX + "(read|write)-\\d{1,4}") ? new FailingRollback(title.contains("read-"), Integer.parseInt(title.substring(title.lastIndexOf('-') + 1))) : null;
    }

    @Override
    public String title() {
        return PREFIX + (reads ? "read-" : "write-") + failing;
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        List<Long> pages = stage.fill(2 * stage.subject().cachePages());
        Actor loser = stage.actor(1);
        loser.begin();
        pages.forEach(loser::write);
        if (reads) {
            stage.disk().faults().failReads(file -> true, failing, 1);
        } else {
            stage.disk().faults().failWrite(file -> true, failing, 0);
        }
        loser.rollback();
        stage.disk().faults().clear();
        if (stage.hasFailed()) {
            stage.reopenAfterFailure();
        }
        CommittedState wanted = stage.history().latest().after();
        CommittedState found = Scan.of(stage.store(), stage.model().knownPages());
        if (!found.equals(wanted)) {
            throw new Violation("A1", "after a rollback in which the disk failed: expected what was committed, found\n" + wanted.difference(found), null);
        }
        DirectedScenario.commitAll(stage, pages.subList(0, 3), Durability.POWER_SAFE);
        if (stage.hasFailed()) {
            throw new Violation("A1", "after a rollback in which the disk failed: expected new work to be taken, found " + stage.failure(), stage.failure());
        }
    }

    /** Whether there is a read, or a write, of that number to fail. */
    public boolean struck(StoreUnderTest subject) {
        try (Stage stage = new Stage(subject, seed())) {
            play(stage);
            return stage.disk().faults().struck() > 0;
        }
    }
}
