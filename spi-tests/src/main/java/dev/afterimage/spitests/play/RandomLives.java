package dev.afterimage.spitests.play;

import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreState;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Several lives of one store, drawn from a seed: work as in {@link RandomWorkload}, with a disk that now and then fails a sync, is full for a while, or fails in the midst of a rollback, and with things that happen in
 * the midst of others; each life ends by a crash or in good order. The last one's crash states are those of the scenario.
 *
 * <p>Three streams come from the seed: what the workloads do, what befalls them, and how lives end; so each goes on as it was when another is changed.
 *
 * @param seed one seed is one story
 */
public record RandomLives(long seed) implements Scenario {
    private static final String TITLE = "lives-";
    private static final int LIVES_MAX = 4;
    private static final int CHAPTERS_MAX = 4;
    private static final int PAGES_OF_CACHE = 2;

    /** The one of that title, or null. */
    @Nullable
    static RandomLives named(String title) {
        return title.matches(TITLE + "\\d{1,18}") ? new RandomLives(Long.parseLong(title.substring(TITLE.length()))) : null;
    }

    @Override
    public String title() {
        return TITLE + seed;
    }

    @Override
    public void play(Stage stage) {
        new Story(stage, new Seed(seed)).tell();
    }

    private static final class Story {
        private final Stage stage;
        private final SplittableRandom ends;
        private final LifeEvents events;

        Story(Stage stage, Seed seed) {
            this.stage = stage;
            ends = seed.schedule();
            events = new LifeEvents(stage, seed.workload(), seed.faults());
        }

        void tell() {
            stage.create();
            int most = PAGES_OF_CACHE * stage.subject().cachePages();
            stage.fill(1 + (ends.nextBoolean() ? events.few(most) : ends.nextInt(most)));
            for (int life = ends.nextInt(LIVES_MAX); life > 0; life--) {
                live();
                end();
            }
            live();
        }

        private void live() {
            for (int chapters = ends.nextInt(CHAPTERS_MAX); chapters >= 0; chapters--) {
                events.work();
                events.happen();
            }
            if (ends.nextBoolean()) {
                events.work();
            }
        }

        /** How a life ends, and the next begins. */
        private void end() {
            switch (ends.nextInt(7)) {
                case 0 -> stage.reopen();
                case 1 -> quietCrash();
                case 2 -> crashWithLosers();
                case 3, 4 -> stage.tornCrash(ends);
                default -> stage.crash(ends.nextBoolean() ? CrashKind.POWER : CrashKind.PROCESS);
            }
        }

        /** A crash when nobody has work under way: recovery has nobody to undo, and says so. */
        private void quietCrash() {
            events.quiesce();
            Actor actor = events.other();
            if (actor.begin()) {
                actor.write(events.anyPage());
            }
            if (actor.active()) {
                actor.rollback();
            }
            DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
            if (stage.hasFailed()) {
                return;
            }
            stage.crash(CrashKind.POWER);
            long undone = stage.reports().get(stage.reports().size() - 1).transactionsUndone();
            if (undone > 0) {
                throw new Violation("R1", "a crash while no transaction was under way: expected the report to name none as undone, found " + undone, null);
            }
        }

        /** A crash with work under way, which a strategy that rolls back after opening has still to roll back while others work. */
        private void crashWithLosers() {
            events.quiesce();
            Actor loser = events.loser();
            loser.begin();
            for (int count = 1 + ends.nextInt(6); count > 0 && loser.active(); count--) {
                loser.write(events.anyPage());
            }
            stage.background();
            if (ends.nextBoolean()) {
                stage.checkpoint();
            }
            boolean late = stage.subject().strategy().traits().has(OptionalTrait.ROLLBACK_AFTER_OPENING) && !stage.hasFailed() && stage.store().state() == StoreState.OPEN;
            stage.holdRollbacks(late);
            stage.crash(ends.nextBoolean() ? CrashKind.POWER : CrashKind.PROCESS);
            while (late && stage.rollingBack() && !stage.hasFailed()) {
                new RandomWorkload(Mix.COMMITS, ends.nextLong()).proceed(stage, 12);
                stage.rollBackSome();
            }
            stage.holdRollbacks(false);
        }
    }
}
