package dev.afterimage.spitests.play;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.PageContent;
import org.jspecify.annotations.Nullable;

/**
 * A workload drawn from a seed: several actors take turns, on pages that the model says nobody else has locked, so that nobody ever waits.
 *
 * <p>It knows the store only through the stage, and looks at nothing that differs from run to run; one seed is one workload.
 */
public final class RandomWorkload implements Scenario {
    private final Mix mix;
    private final long seed;

    /** A workload of that mix; one seed is one workload. */
    public RandomWorkload(Mix mix, long seed) {
        this.mix = mix;
        this.seed = seed;
    }

    /** Workloads of that mix, of the seeds from one to another, both included. */
    public static Scenario[] of(Mix mix, int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(seed -> new RandomWorkload(mix, seed)).toArray(Scenario[]::new);
    }

    @Override
    public String title() {
        return mix.title() + "-" + seed;
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        proceed(stage, mix.steps());
    }

    /** Goes on with a store that is there already, for some steps. */
    public void proceed(Stage stage, int steps) {
        new Run(stage).steps(steps);
    }

    private final class Run {
        private final Stage stage;
        private final SplittableRandom random = new Seed(seed).workload();

        Run(Stage stage) {
            this.stage = stage;
        }

        void steps(int count) {
            for (int step = 0; step < count && !stage.hasFailed(); step++) {
                if (chance(mix.checkpoint())) {
                    stage.checkpoint();
                } else if (chance(mix.background())) {
                    background();
                } else if (chance(mix.reopen())) {
                    stage.reopen();
                } else {
                    act(stage.actor(random.nextInt(mix.actors())));
                }
            }
        }

        private boolean chance(int weight) {
            return random.nextInt(100) < weight;
        }

        private void background() {
            if (random.nextBoolean()) {
                stage.background();
            } else {
                stage.backgroundTask(random.nextInt(8));
            }
        }

        private void act(Actor actor) {
            if (!actor.active()) {
                actor.begin();
                return;
            }
            int[] weights = {mix.write(), mix.read(), mix.allocate(), mix.free(), mix.savepoint(), mix.rollbackTo(), mix.commit(), mix.rollback()};
            int sum = 0;
            for (int weight : weights) {
                sum += weight;
            }
            int drawn = random.nextInt(sum);
            int choice = 0;
            while (drawn >= weights[choice]) {
                drawn -= weights[choice++];
            }
            act(actor, choice);
        }

        private void act(Actor actor, int choice) {
            switch (choice) {
                case 0 -> write(actor);
                case 1 -> read(actor);
                case 2 -> allocate(actor);
                case 3 -> free(actor);
                case 4 -> actor.savepoint();
                case 5 -> rollbackTo(actor);
                case 6 -> actor.commit(level());
                default -> actor.rollback();
            }
        }

        private void write(Actor actor) {
            Long page = pageFor(actor, true);
            if (page == null) {
                return;
            }
            int from = random.nextInt(PageContent.SLOTS);
            int to = random.nextInt(4) == 0 ? PageContent.SLOTS : Math.min(PageContent.SLOTS, from + 1 + random.nextInt(6));
            actor.write(page, random.nextInt(5) == 0 ? 0 : from, to);
        }

        private void read(Actor actor) {
            Long page = pageFor(actor, false);
            if (page != null) {
                actor.read(page);
            }
        }

        private void allocate(Actor actor) {
            int exist = stage.history().latest().after().pages().size();
            if (exist < mix.pages() || random.nextInt(4) == 0) {
                actor.allocate(random.nextInt(3), random.nextInt(4, PageContent.SLOTS));
            } else {
                write(actor);
            }
        }

        private void free(Actor actor) {
            Long page = pageFor(actor, true);
            if (page != null && page != stage.root()) {
                actor.free(page);
            }
        }

        private void rollbackTo(Actor actor) {
            int savepoints = actor.expected().savepoints();
            if (savepoints > 0) {
                actor.rollbackTo(random.nextInt(savepoints));
            } else {
                actor.savepoint();
            }
        }

        private Durability level() {
            if (random.nextInt(100) >= mix.relaxedPercent()) {
                return Durability.POWER_SAFE;
            }
            return random.nextBoolean() ? Durability.PROCESS_SAFE : Durability.RELAXED;
        }

        /** A page that the actor sees and may lock at once; null if there is none. */
        @Nullable
        private Long pageFor(Actor actor, boolean writing) {
            List<Long> fit = new ArrayList<>();
            for (long page : stage.model().knownPages()) {
                if (actor.expected().sees(page) && actor.expected().canLock(page, writing)) {
                    fit.add(page);
                }
            }
            return fit.isEmpty() ? null : fit.get(random.nextInt(fit.size()));
        }
    }
}
