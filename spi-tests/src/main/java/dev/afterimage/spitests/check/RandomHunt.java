package dev.afterimage.spitests.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomLives;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.SnapshotWorkload;

/**
 * Looks for anything at all, by chance: with each seed in turn, many short stories of lives in which the disk fails, workloads, damage to the medium, errors in recovery, and lives by the hundred; with crashes, and with
 * crashes of recoveries. Some are only played, and some are watched as they are played: that costs no crash image. What a story is made of, and which of its crash states are looked at, is drawn from its seed as well.
 *
 * <p>It knows no scenario, and the same seeds are drawn for every strategy.
 */
public final class RandomHunt {
    private static final int STATES_OF_MIX = 24;
    private static final int MIXES_OF_SEED = 2;
    private static final int LIVES_OF_SEED = 40;
    /** Of so many lives the last one's crash states are looked at; the others are only played. */
    private static final int LIVES_SWEPT_ONE_IN = 2;
    private static final int STATES_OF_LIVES_MAX = 48;
    private static final int SNAPSHOTS_OF_SEED = 4;
    private static final int STATES_OF_LAPS = 150;
    private static final int LAPS_ONE_IN = 6;
    private static final int CYCLES_ONE_IN = 4;
    private static final int IMAGES_DAMAGED = 16;
    private static final int DAMAGES_OF_SEED = 10;

    /** Seeds below are those of the rules' tests. */
    private static final long FIRST_UNTRIED = 1_001;

    private final Campaign campaign;

    /** A hunt that counts in the campaign's tally. */
    public RandomHunt(Campaign campaign) {
        this.campaign = campaign;
    }

    /**
     * Goes on until so many images have been looked at, the time is over, or a rule is broken. What is damaged counts as an image, and so does each error in a recovery.
     *
     * @throws dev.afterimage.spitests.model.Violation if a rule is broken
     */
    public void until(long images, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        BooleanSupplier over = () -> campaign.tally().distinct() >= images || System.nanoTime() - end >= 0;
        for (long seed = 1; !over.getAsBoolean(); seed++) {
            for (Iterator<Runnable> errands = errands(campaign.seed(seed)).iterator(); errands.hasNext() && !over.getAsBoolean();) {
                errands.next().run();
            }
        }
    }

    /** Goes on for so long, with seeds that the rules' tests leave alone, or until a rule is broken. */
    public void until(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long number = FIRST_UNTRIED; System.nanoTime() < end; number++) {
            long seed = campaign.seed(number);
            errands(seed).forEach(Runnable::run);
            campaign.threads(seed, STATES_OF_MIX);
        }
    }

    private List<Runnable> errands(long seed) {
        List<Runnable> errands = new ArrayList<>();
        for (int number = 0; number < MIXES_OF_SEED; number++) {
            Mix mix = Mix.ALL.get((int) ((seed * MIXES_OF_SEED + number) % Mix.ALL.size()));
            errands.add(() -> campaign.drawn(new RandomWorkload(mix, seed), STATES_OF_MIX, new SplittableRandom(seed)));
            errands.add(() -> campaign.watched(new RandomWorkload(mix, seed)));
        }
        for (int life = 0; life < LIVES_OF_SEED; life++) {
            RandomLives lives = new RandomLives(seed * LIVES_OF_SEED + life);
            errands.add(lives.seed() % LIVES_SWEPT_ONE_IN == 0 ? () -> sweep(lives) : () -> campaign.play(lives));
        }
        for (int damage = 0; damage < DAMAGES_OF_SEED; damage++) {
            long number = seed * DAMAGES_OF_SEED + damage;
            errands.add(() -> campaign.damage(number, IMAGES_DAMAGED));
        }
        if (campaign.subject().strategy().traits().has(OptionalTrait.SNAPSHOT_READS)) {
            errands.add(() -> campaign.drawn(new SnapshotWorkload(seed * SNAPSHOTS_OF_SEED), STATES_OF_MIX, new SplittableRandom(seed)));
            for (int other = 1; other < SNAPSHOTS_OF_SEED; other++) {
                SnapshotWorkload played = new SnapshotWorkload(seed * SNAPSHOTS_OF_SEED + other);
                errands.add(() -> campaign.play(played));
            }
        }
        if (seed % CYCLES_ONE_IN == 1) {
            errands.add(() -> campaign.cycles(seed));
        }
        if (seed % LAPS_ONE_IN == 2) {
            errands.add(() -> campaign.drawn(new RandomWorkload(Mix.LAPS, seed), STATES_OF_LAPS, new SplittableRandom(seed)));
        }
        Collections.shuffle(errands, new Random(seed)); // so that little time is enough for some of each kind
        return errands;
    }

    private void sweep(RandomLives lives) {
        SplittableRandom random = new SplittableRandom(lives.seed());
        campaign.drawn(lives, 1 + random.nextInt(STATES_OF_LIVES_MAX), random);
    }
}
