package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Locale;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.PageContent;

/**
 * What a restart must not do. The first four are the mistakes of a widely copied teaching pseudo-code of recovery by undo and redo; a strategy that undoes nothing makes none of them, and is asked all
 * the same.
 */
public enum RestartScenario implements Scenario {
    /** Rolled back before the crash, and others committed over its pages: undone again, those commits would be gone (A6). */
    RESURRECTED_ROLLBACK {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            Actor loser = stage.actor(1);
            loser.begin();
            pages.forEach(loser::write);
            loser.allocate(0, PageContent.SLOTS);
            stage.background();
            stage.checkpoint(); // which finds it active
            loser.rollback();
            DirectedScenario.commit(stage, pages.get(1), Durability.POWER_SAFE);
            commitPart(stage, pages.get(2), 2, 9);
            stage.background();
            DirectedScenario.commit(stage, pages.get(3), Durability.POWER_SAFE);
        }
    },
    /** Undone by one restart, then others commit over its pages, then a second crash: undone once more, those commits would be gone (A2). */
    UNDONE_TWICE {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            Actor loser = stage.actor(1);
            loser.begin();
            loser.write(stage.root());
            pages.subList(0, 3).forEach(loser::write);
            stage.checkpoint();
            pages.subList(0, 3).forEach(page -> loser.write(page, 5, 7));
            DirectedScenario.commit(stage, pages.get(3), Durability.POWER_SAFE);
            stage.background();
            stage.crash(CrashKind.PROCESS);
            DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
            commitPart(stage, pages.get(0), 2, 9);
            DirectedScenario.commit(stage, pages.get(1), Durability.POWER_SAFE);
            stage.crash(CrashKind.POWER);
            DirectedScenario.commit(stage, pages.get(2), Durability.POWER_SAFE);
        }
    },
    /** Active before the checkpoint, idle since: a restart that reads the log from the checkpoint on meets no record of it, and must undo it all the same. */
    IDLE_LOSER {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            Actor loser = stage.actor(1);
            loser.begin();
            loser.write(pages.get(0));
            loser.write(pages.get(1), 3, 8);
            loser.allocate(0, 5);
            for (int round = 0; round < 3; round++) {
                DirectedScenario.commit(stage, pages.get(2 + round % 2), Durability.POWER_SAFE);
                stage.background();
                stage.checkpoint();
            }
            DirectedScenario.commit(stage, pages.get(2), Durability.POWER_SAFE);
        }
    },
    /** A page changed by one who rolls back or commits, by one who commits, and by a loser, all since one checkpoint: an undo by whole pages, as they were then, would take the commits along. */
    IMAGE_UNDO {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(3);
            for (int round = 0; round < 2; round++) {
                stage.checkpoint();
                Actor first = stage.actor(1);
                first.begin();
                first.write(pages.get(round), 0, 6);
                if (round == 0) {
                    stage.checkpoint();
                }
                if (round == 0) {
                    first.rollback();
                } else {
                    first.commit(Durability.POWER_SAFE);
                }
                commitPart(stage, pages.get(round), 6, 12);
                Actor loser = stage.actor(2 + round);
                loser.begin();
                loser.write(pages.get(round), 4, 9);
                stage.background();
                DirectedScenario.commit(stage, pages.get(2), Durability.POWER_SAFE);
            }
            stage.checkpoint();
            DirectedScenario.commit(stage, pages.get(2), Durability.POWER_SAFE);
        }
    },
    /** Several losers, larger together than the cache, one in the midst of its rollback: what restarts that are cut short, again and again, have to come to the end with. */
    SEVERAL_LOSERS {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(stage.subject().cachePages() + 10);
            Actor one = begun(stage, 1);
            Actor two = begun(stage, 2);
            Actor three = begun(stage, 3);
            pages.subList(0, 8).forEach(one::write);
            one.savepoint();
            one.write(pages.get(0), 2, 9);
            one.free(pages.get(1));
            one.rollbackTo(0);
            pages.subList(8, 16).forEach(two::write);
            two.allocate(0, 7);
            three.write(pages.get(16));
            stage.background();
            stage.checkpoint();
            one.write(pages.get(2), 4, 9);
            two.savepoint();
            pages.subList(8, 11).forEach(page -> two.write(page, 0, 3));
            Actor rolledBack = begun(stage, 4);
            pages.subList(17, 20).forEach(rolledBack::write);
            rolledBack.rollback();
            DirectedScenario.commit(stage, pages.get(17), Durability.POWER_SAFE);
            two.rollbackTo(0);
            two.free(pages.get(12));
            stage.background();
            DirectedScenario.commit(stage, pages.get(20), Durability.POWER_SAFE);
        }
    };

    @Override
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Actor begun(Stage stage, int number) {
        Actor actor = stage.actor(number);
        actor.begin();
        return actor;
    }

    static void commitPart(Stage stage, long page, int from, int to) {
        Actor actor = stage.actor(0);
        actor.begin();
        actor.write(page, from, to);
        actor.commit(Durability.POWER_SAFE);
    }
}
