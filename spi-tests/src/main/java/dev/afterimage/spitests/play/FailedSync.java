package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Locale;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreState;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * One sync of a short run fails (rule F1): nothing is acknowledged on its strength, the store serves nobody until it is opened again, and opening it again,
 * at once or after a crash, shows a legal state that stays.
 *
 * @param failing which sync after the store was made, counted from 0; names and files count apart
 * @param names whether it is a sync of names
 * @param failure what the disk does to the bytes
 */
public record FailedSync(int failing, boolean names, SyncFailure failure) implements Scenario {
    /** More syncs than the run makes. */
    public static final int LIMIT = 64;
    private static final String PREFIX = "failed-sync-";

    /** Reads a title; null if it is none of these. */
    @Nullable
    static FailedSync named(String title) {
        if (!title.matches(PREFIX + "(names|clean-new|clean-old)-\\d{1,3}")) {
            return null;
        }
        String kind = title.substring(PREFIX.length(), title.lastIndexOf('-'));
        int failing = Integer.parseInt(title.substring(title.lastIndexOf('-') + 1));
        boolean names = kind.equals("names");
        return new FailedSync(failing, names, names ? SyncFailure.CLEAN_NEW : SyncFailure.valueOf(kind.toUpperCase(Locale.ROOT).replace('-', '_')));
    }

    @Override
    public String title() {
        return PREFIX + (names ? "names" : failure.name().toLowerCase(Locale.ROOT).replace('_', '-')) + "-" + failing;
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        // Names change where files come and go, which takes more than a few pages.
        List<Long> pages = stage.fill(names ? 2 * stage.subject().cachePages() : 3);
        if (names) {
            stage.disk().faults().failNamesSync(failing);
        } else {
            stage.disk().faults().failSync(file -> true, failing, failure);
        }
        run(stage, pages);
        if (stage.disk().faults().struck() == 0) {
            return;
        }
        stage.disk().faults().clear();
        mustHaveFailed(stage);
        stage.reopenAfterFailure();
        DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
        if (stage.hasFailed()) {
            throw new Violation("F1", "a store opened again after a failed sync must take work; found " + stage.failure(), stage.failure());
        }
    }

    /** Whether there is a sync of that number to fail. */
    public boolean struck(StoreUnderTest subject) {
        try (Stage stage = new Stage(subject, seed())) {
            play(stage);
            return stage.disk().faults().struck() > 0;
        }
    }

    private static void run(Stage stage, List<Long> pages) {
        for (int round = 0; round < 2 && !stage.hasFailed(); round++) {
            DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
            if (!stage.hasFailed() && pages.size() > 3) {
                DirectedScenario.muchLog(stage, pages);
            }
            if (!stage.hasFailed()) {
                DirectedScenario.commit(stage, pages.get(round), Durability.RELAXED);
            }
            if (!stage.hasFailed()) {
                stage.checkpoint();
            }
            if (!stage.hasFailed() && stage.disk().faults().struck() == 0) {
                stage.background();
            }
        }
    }

    static void mustHaveFailed(Stage stage) {
        if (stage.store().state() != StoreState.FAILED) {
            throw new Violation("F1", "after a failed sync: expected the store to be FAILED, found " + stage.store().state(), null);
        }
        try {
            stage.store().begin().close();
        } catch (StoreFailedException e) {
            return;
        }
        throw new Violation("F1", "after a failed sync: expected begin to throw StoreFailedException, found that it succeeded", null);
    }
}
