package dev.afterimage.spitests.play;

import java.util.SplittableRandom;

/**
 * One number from which all chance of a scenario comes, split into streams that know nothing of each other: a draw more in one changes none of the others, so that a workload stays the same when its crash states are
 * drawn in another way.
 *
 * @param value the number that stands in replay lines
 */
public record Seed(long value) {
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final long SHIFT_MAX = 999_999_999_999L;
    private static final long PER_SHIFT = 100_000;

    /**
     * The seed of that number in a run that is itself seeded: by 0 the number itself; by another, one of a hundred thousand numbers that no other run draws from.
     *
     * @param number counted from 1, less than 100,000
     * @param run seed of the run, 0 to 999,999,999,999
     */
    public static Seed of(long number, long run) {
        if (run < 0 || run > SHIFT_MAX) {
            throw new IllegalArgumentException("seed: expected 0 to " + SHIFT_MAX + ", found " + run);
        }
        return new Seed(number + PER_SHIFT * run);
    }

    /** What is done, by whom, to which pages. */
    public SplittableRandom workload() {
        return new SplittableRandom(value * GOLDEN_RATIO + 1);
    }

    /** Who goes on when several could. */
    public SplittableRandom schedule() {
        return new SplittableRandom(value * GOLDEN_RATIO + 2);
    }

    /** What the disk fails to do, and when. */
    public SplittableRandom faults() {
        return new SplittableRandom(value * GOLDEN_RATIO + 3);
    }

    /** Which of the undecided parts survive a crash, where that is drawn. */
    public SplittableRandom crashes() {
        return new SplittableRandom(value * GOLDEN_RATIO + 4);
    }
}
