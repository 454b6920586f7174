package dev.afterimage.spitests.play;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;

import dev.afterimage.api.Durability;
import dev.afterimage.api.LockTimeoutException;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;

/** New work begins before what a crash left unfinished is rolled back (rule A11); only for strategies that do that. The second life of each is what is crashed. */
public enum LateRollbackScenario implements Scenario {
    /** Between any two slices: its pages are refused, others take commits. */
    COMMITS_BESIDE_ROLLBACK {
        @Override
        void afterwards(Stage stage, List<Long> free, List<Long> locked) {
            for (int round = 0; stage.rollingBack(); round++) {
                expectLocked(stage, locked);
                DirectedScenario.commit(stage, free.get(round % free.size()), Durability.POWER_SAFE);
                if (round % 2 == 1) {
                    stage.checkpoint();
                }
                stage.rollBackSome();
            }
        }
    },
    /** Somebody waits for a locked page, and has it when the rollback is done. */
    WAITING_WRITER {
        @Override
        void afterwards(Stage stage, List<Long> free, List<Long> locked) {
            Actor waiter = stage.actor(2);
            Future<Boolean> waiting = waiter.startWriting(locked.get(0), Durability.POWER_SAFE);
            waiter.awaitBlockedOr(waiting);
            stage.rollBackSome();
            if (waiting.isDone() && stage.rollingBack()) {
                throw new Violation("A11", "page " + locked.get(0) + " of a transaction that is still being rolled back: expected a writer to wait, found its commit answered", null);
            }
            stage.finishRollbacks();
            if (!Actor.finish(waiting)) {
                throw new Violation("A11", "a writer that waited for a rollback: expected it to go on when that was done, found " + stage.refusals(), null);
            }
        }
    },
    /** Rolled back in part, closed in good order, opened, rolled back in part, crashed, opened. */
    CUT_SHORT {
        @Override
        void afterwards(Stage stage, List<Long> free, List<Long> locked) {
            stage.rollBackSome();
            stage.closeStore();
            stage.open(OpenMode.OPEN);
            expectLocked(stage, stage.rollingBack() ? locked.subList(0, 1) : List.of());
            DirectedScenario.commit(stage, free.get(0), Durability.POWER_SAFE);
            stage.rollBackSome();
            DirectedScenario.commit(stage, free.get(1), Durability.POWER_SAFE);
            stage.crash(CrashKind.PROCESS);
            DirectedScenario.commit(stage, free.get(0), Durability.POWER_SAFE);
            stage.rollBackSome();
        }
    };

    /** What comes after the crash, with the rollback held. */
    abstract void afterwards(Stage stage, List<Long> free, List<Long> locked);

    @Override
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        List<Long> pages = stage.fill(10);
        List<Long> free = pages.subList(7, 10);
        Actor loser = stage.actor(1);
        loser.begin();
        List<Long> locked = new ArrayList<>(pages.subList(0, 6));
        pages.subList(0, 5).forEach(loser::write);
        loser.write(pages.get(0), 2, 9);
        loser.free(pages.get(5));
        locked.add(loser.allocate(0, PageContent.SLOTS));
        stage.background();
        stage.checkpoint();
        DirectedScenario.commit(stage, free.get(0), Durability.POWER_SAFE);
        stage.holdRollbacks(true);
        stage.crash(CrashKind.PROCESS);
        if (!stage.rollingBack()) {
            throw new Violation("P1", "the strategy declares that it rolls back after opening: expected a transaction to be rolled back, found none", null);
        }
        afterwards(stage, free, locked);
        stage.finishRollbacks();
        // Now whoever wants them has them, as they were.
        for (long page : locked) {
            Actor actor = stage.actor(3);
            if (!actor.begin() || !actor.read(page) || !actor.commit(Durability.POWER_SAFE)) {
                throw new Violation("A11", "page " + page + " after the rollback: expected it to be free, found " + stage.refusals(), null);
            }
        }
        DirectedScenario.commitAll(stage, locked.subList(0, 3), Durability.POWER_SAFE);
    }

    private static void expectLocked(Stage stage, List<Long> pages) {
        for (long page : pages) {
            try (Transaction probe = stage.store().begin(TransactionOptions.READ_ONLY.withLockTimeout(Duration.ZERO))) {
                probe.read(page).close();
            } catch (LockTimeoutException asItShouldBe) {
                continue;
            } catch (PageNotFoundException e) {
                throw new Violation("A11", "page " + page + " of a transaction that is still being rolled back: expected it to be locked, found that it does not exist", e);
            }
            throw new Violation("A11", "page " + page + " of a transaction that is still being rolled back: expected it to be locked, found it readable", null);
        }
    }
}
