package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Locale;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreState;
import dev.afterimage.spitests.disk.DiskFaults;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * One write of a short run fails, or is cut short (rule F1): whoever called is told, nothing is acknowledged on its strength, and the store, opened again if it has to be, shows a legal state
 * that stays, and takes work.
 *
 * @param failing which write after the store was made, counted from 0
 * @param kind how it fails
 */
public record FailedWrite(int failing, Kind kind) implements Scenario {
    /** More writes than the run makes. */
    public static final int LIMIT = 400;
    private static final String PREFIX = "failed-write-";
    private static final int SHORT_BYTES = 700;

    /** How a write fails. */
    public enum Kind {
        /** Nothing is written, and an error says so. */
        ERROR,
        /** One sector is written, and then there is an error. */
        ERROR_AFTER_SECTOR,
        /** Some bytes are written, and the answer is how many. */
        SHORT,
        /** No byte is written, and the answer says so. */
        NO_BYTES
    }

    /** Reads a title; null if it is none of these. */
    @Nullable
    static FailedWrite named(String title) {
        for (Kind kind : Kind.values()) {
            if (title.matches(prefix(kind) + "\\d{1,4}")) {
                return new FailedWrite(Integer.parseInt(title.substring(title.lastIndexOf('-') + 1)), kind);
            }
        }
        return null;
    }

    private static String prefix(Kind kind) {
        return PREFIX + kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-";
    }

    @Override
    public String title() {
        return prefix(kind) + failing;
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        List<Long> pages = stage.fill(3);
        arm(stage.disk().faults());
        for (int round = 0; round < 2 && isOpen(stage); round++) {
            DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
            if (isOpen(stage)) {
                DirectedScenario.commit(stage, pages.get(round), Durability.RELAXED);
            }
            if (isOpen(stage)) {
                stage.checkpoint();
            }
        }
        if (stage.disk().faults().struck() == 0) {
            return;
        }
        stage.disk().faults().clear();
        if (!isOpen(stage)) {
            stage.reopenAfterFailure();
        }
        CommittedState wanted = stage.history().latest().after();
        CommittedState found = Scan.of(stage.store(), stage.model().knownPages());
        if (!found.equals(wanted)) {
            throw new Violation("F1", "after a failed write: expected what was committed, found\n" + wanted.difference(found), null);
        }
        int refusals = stage.refusals().size();
        DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
        if (!isOpen(stage) || stage.refusals().size() > refusals) {
            throw new Violation("F1", "after a failed write: expected new work to be taken, found " + stage.failure() + " " + stage.refusals(), stage.failure());
        }
    }

    private static boolean isOpen(Stage stage) {
        return !stage.hasFailed() && stage.store().state() == StoreState.OPEN;
    }

    private void arm(DiskFaults faults) {
        switch (kind) {
            case ERROR -> faults.failWrite(file -> true, failing, 0);
            case ERROR_AFTER_SECTOR -> faults.failWrite(file -> true, failing, 1);
            case SHORT -> faults.shortWrite(file -> true, failing, SHORT_BYTES);
            case NO_BYTES -> faults.shortWrite(file -> true, failing, 0);
        }
    }

    /** Whether there is a write of that number to fail. */
    public boolean struck(StoreUnderTest subject) {
        try (Stage stage = new Stage(subject, seed())) {
            play(stage);
            return stage.disk().faults().struck() > 0;
        }
    }
}
