package dev.afterimage.spitests.play;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.Violation;

/**
 * A workload drawn from a seed: writers as in {@link RandomWorkload}, and snapshots that begin, read any page and end in any order beside them (rules V1 and V2).
 *
 * @param seed one seed is one workload
 */
public record SnapshotWorkload(long seed) implements Scenario {
    private static final String TITLE = "snapshots-";
    private static final int ROUNDS = 30;
    private static final int STEPS_BETWEEN = 4;
    private static final int READERS = 3;
    /** Readers have the numbers behind the writers'. */
    private static final int FIRST_READER = 10;

    /** The one of that title, or null. */
    static SnapshotWorkload named(String title) {
        return title.matches(TITLE + "\\d{1,18}") ? new SnapshotWorkload(Long.parseLong(title.substring(TITLE.length()))) : null;
    }

    @Override
    public String title() {
        return TITLE + seed;
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS && !stage.hasFailed(); round++) {
            // Without the mix that closes the store: that would end the snapshots.
            new RandomWorkload(Mix.ABORTS, random.nextLong()).proceed(stage, STEPS_BETWEEN);
            Actor reader = stage.actor(FIRST_READER + random.nextInt(READERS));
            if (!reader.active()) {
                reader.begin(SnapshotScenario.SNAPSHOT);
            } else if (random.nextInt(4) == 0) {
                reader.commit(random.nextBoolean() ? Durability.POWER_SAFE : Durability.RELAXED);
            } else {
                read(stage, reader, random);
            }
        }
    }

    private static void read(Stage stage, Actor reader, SplittableRandom random) {
        List<Long> pages = new ArrayList<>(stage.model().knownPages());
        for (int count = 0; count < 3; count++) {
            long page = pages.get(random.nextInt(pages.size()));
            if (!reader.read(page)) {
                throw new Violation("V2", "a snapshot reads page " + page + ": expected it to be answered, found that it was ended", null);
            }
        }
    }
}
