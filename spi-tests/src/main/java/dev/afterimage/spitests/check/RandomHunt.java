package dev.afterimage.spitests.check;

import dev.afterimage.spitests.play.Mix;

/** Looks for anything at all, by workloads drawn from seeds: in turn each mix, with crashes, with crashes of recoveries. */
public final class RandomHunt {
    private static final int STATES_EACH = 150;

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
}
