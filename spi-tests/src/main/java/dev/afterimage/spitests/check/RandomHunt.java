package dev.afterimage.spitests.check;

import java.time.Duration;

import dev.afterimage.spitests.play.Mix;

/** Looks for anything at all, by workloads drawn from seeds: in turn each mix, with crashes, with crashes of recoveries. */
public final class RandomHunt {
    private static final int STATES_EACH = 150;

    /** Seeds below are those of the rules' tests. */
    private static final long FIRST_UNTRIED = 1_001;

    private final Campaign campaign;

    /** A hunt that counts in the campaign's tally. */
    public RandomHunt(Campaign campaign) {
        this.campaign = campaign;
    }

    /** Goes on until so many images have been looked at, or a rule is broken. */
    public void until(long images) {
        for (long seed = 1; campaign.tally().distinct() < images; seed++) {
            for (Mix mix : Mix.ALL) {
                campaign.randomSeed(mix, seed, STATES_EACH);
            }
        }
    }

    /** Goes on for so long, with seeds that the rules' tests leave alone, or until a rule is broken. */
    public void until(Duration time) {
        long begun = System.nanoTime();
        for (long seed = FIRST_UNTRIED;; seed++) {
            for (Mix mix : Mix.ALL) {
                if (System.nanoTime() - begun >= time.toNanos()) {
                    return;
                }
                campaign.randomSeed(mix, seed, STATES_EACH);
            }
        }
    }
}
