package dev.afterimage.spitests.check;

import java.time.Duration;

import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomLives;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.SnapshotWorkload;

/**
 * Looks for anything at all, by chance: with each seed in turn, workloads of every mix, lives in which the disk fails, damage to the medium, and errors in recovery; with crashes, and with crashes of recoveries.
 *
 * <p>It knows no scenario, and the same seeds are drawn for every strategy.
 */
public final class RandomHunt {
    private static final int STATES_OF_MIX = 60;
    private static final int STATES_OF_LIVES = 40;
    private static final int LIVES_OF_SEED = 6;
    private static final int STATES_OF_LAPS = 150;
    private static final int LAPS_ONE_IN = 3;
    private static final int IMAGES_DAMAGED = 60;
    private static final int DAMAGES_OF_SEED = 4;

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
        for (long seed = 1; campaign.tally().distinct() < images && System.nanoTime() < end; seed++) {
            seed(campaign.seed(seed));
        }
    }

    /** Goes on for so long, with seeds that the rules' tests leave alone, or until a rule is broken. */
    public void until(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long seed = FIRST_UNTRIED; System.nanoTime() < end; seed++) {
            seed(campaign.seed(seed));
            campaign.threads(campaign.seed(seed), STATES_OF_MIX);
        }
    }

    private void seed(long seed) {
        for (Mix mix : Mix.ALL) {
            campaign.drawn(new RandomWorkload(mix, seed), STATES_OF_MIX);
        }
        for (int life = 0; life < LIVES_OF_SEED; life++) {
            campaign.drawn(new RandomLives(seed * LIVES_OF_SEED + life), STATES_OF_LIVES);
        }
        for (int damage = 0; damage < DAMAGES_OF_SEED; damage++) {
            campaign.damage(seed * DAMAGES_OF_SEED + damage, IMAGES_DAMAGED);
        }
        if (campaign.subject().strategy().traits().has(OptionalTrait.SNAPSHOT_READS)) {
            campaign.drawn(new SnapshotWorkload(seed), STATES_OF_MIX);
        }
        if (seed % LAPS_ONE_IN == 2) {
            campaign.drawn(new RandomWorkload(Mix.LAPS, seed), STATES_OF_LAPS);
        }
    }
}
