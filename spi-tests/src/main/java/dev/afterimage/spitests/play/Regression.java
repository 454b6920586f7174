package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Locale;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreState;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.disk.SyncScope;
import dev.afterimage.spitests.model.Violation;

/**
 * Bugs that were found and are not to come back, each as the smallest history that showed it: a script, or a random workload with everything left out that it does not need.
 *
 * <p>To add one, shrink the failure (the kit does that by itself), and give its scenario a constant here that says where the bug was, what it did, and the commit that ended it. A workload's title can be
 * played as it is: {@code Scenarios.named("commits-7-without-3.5-8").play(stage)}.
 */
public enum Regression implements Scenario {
    /** A checkpoint's sync fails, and what it did not make durable is read as if it were. */
    PAGES_SHOWN_AFTER_FAILED_SYNC("postgres-style", "75cfd74",
            "A sync of the home pages failed and left them in the cache as clean. Redo read them, found them up to date and skipped them; no later sync wrote them, the next checkpoint let go of the log, and a power loss "
                    + "brought the old bytes back.") {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            for (int failing = 0; failing < CHECKPOINT_SYNCS; failing++) {
                DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
                stage.disk().faults().failSync(file -> true, failing, SyncFailure.CLEAN_NEW);
                stage.checkpoint();
                boolean struck = stage.disk().faults().struck() > failing;
                stage.disk().faults().clear();
                if (stage.hasFailed()) {
                    FailedSync.mustHaveFailed(stage);
                    stage.reopenAfterFailure();
                }
                stage.checkpoint();
                stage.checkpoint();
                if (!struck) {
                    return;
                }
            }
        }
    },
    /** The last sync of a store's making fails. */
    SYNC_FAILED_AT_CREATION("the engine", "d38fe05",
            "The sync that declares a new store ready failed. The next opening saw the declaration, took commits, and a crash could bring back the header that says that the store is being made: it was made again, and was "
                    + "empty.") {
        @Override
        public void play(Stage stage) {
            int syncs = syncsOfCreation(stage.subject());
            stage.disk().faults().failSync(file -> true, syncs - 1, SyncFailure.CLEAN_NEW);
            try {
                if (stage.open(OpenMode.CREATE).state() != StoreState.FAILED) {
                    throw new Violation("F1", "the last sync of a store's making failed: expected that it is told, found silence", null);
                }
                return;
            } catch (RuntimeException e) {
                stage.disk().faults().clear();
            }
            try {
                stage.open(OpenMode.OPEN_OR_CREATE);
            } catch (RuntimeException e) {
                throw new Violation("A2", "opening after a creation that failed: expected it to succeed, found " + e, e);
            }
            stage.model().made(stage.root());
            stage.history().created(stage.now());
            DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
        }
    };

    private static final int CHECKPOINT_SYNCS = 8;

    private final String where;
    private final String commit;
    private final String story;

    Regression(String where, String commit, String story) {
        this.where = where;
        this.commit = commit;
        this.story = story;
    }

    /** Where the bug was. */
    public String where() {
        return where;
    }

    /** The commit that ended it. */
    public String commit() {
        return commit;
    }

    /** What it did. */
    public String story() {
        return story;
    }

    @Override
    public String title() {
        return "regression-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How many syncs of files the making of a store takes. */
    private static int syncsOfCreation(StoreUnderTest subject) {
        try (Stage stage = new Stage(subject, 1)) {
            stage.create();
            return (int) stage.disk().trace().events().stream().filter(event -> event instanceof DiskEvent.SyncEnded ended && ended.scope() != SyncScope.NAMES).count();
        }
    }
}
