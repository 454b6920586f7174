package dev.afterimage.spitests.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomLives;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.SnapshotWorkload;

/**
 * Looks for anything at all, by chance: with each seed in turn, workloads of every mix, lives in which the disk fails, damage to the medium, and errors in recovery; with crashes, and with crashes of recoveries. Some are
 * only played, and some are watched as they are played: that costs no crash image.
 *
 * <p>It knows no scenario, and the same seeds are drawn for every strategy.
 */
public final class RandomHunt {
    private static final int STATES_OF_MIX = 30;
    private static final int STATES_OF_LIVES = 24;
    private static final int LIVES_OF_SEED = 12;
    private static final int SNAPSHOTS_OF_SEED = 6;
    private static final int STATES_OF_LAPS = 150;
    private static final int LAPS_ONE_IN = 3;
    private static final int IMAGES_DAMAGED = 24;
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
        for (Mix mix : Mix.ALL) {
            errands.add(() -> campaign.drawn(new RandomWorkload(mix, seed), STATES_OF_MIX));
        }
        for (int life = 0; life < LIVES_OF_SEED; life++) {
            RandomLives lives = new RandomLives(seed * LIVES_OF_SEED + life);
            errands.add(() -> {
                if (lives.seed() % 2 == 0) {
                    campaign.drawn(lives, STATES_OF_LIVES);
                } else {
                    campaign.play(lives);
                }
            });
        }
        for (int damage = 0; damage < DAMAGES_OF_SEED; damage++) {
            long number = seed * DAMAGES_OF_SEED + damage;
            errands.add(() -> campaign.damage(number, IMAGES_DAMAGED));
        }
        if (campaign.subject().strategy().traits().has(OptionalTrait.SNAPSHOT_READS)) {
            errands.add(() -> campaign.drawn(new SnapshotWorkload(seed * SNAPSHOTS_OF_SEED), STATES_OF_MIX));
            for (int other = 1; other < SNAPSHOTS_OF_SEED; other++) {
                SnapshotWorkload played = new SnapshotWorkload(seed * SNAPSHOTS_OF_SEED + other);
                errands.add(() -> campaign.play(played));
            }
        }
        if (seed % LAPS_ONE_IN == 2) {
            errands.add(() -> campaign.drawn(new RandomWorkload(Mix.LAPS, seed), STATES_OF_LAPS));
        }
        errands.add(() -> campaign.watched(Mix.ALL.stream().map(mix -> new RandomWorkload(mix, seed)).toArray(Scenario[]::new)));
        Collections.shuffle(errands, new Random(seed)); // so that little time is enough for some of each kind
        return errands;
    }
}
