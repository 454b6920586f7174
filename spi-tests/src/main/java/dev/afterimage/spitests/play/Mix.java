package dev.afterimage.spitests.play;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * How often a random workload does what; weights, not percentages.
 *
 * @param title what it is called in replay lines
 * @param actors how many transactions are under way at once
 * @param pages how many pages it tends towards
 * @param steps how many steps it takes
 * @param write writing some slots of a page
 * @param read reading a page
 * @param allocate taking a page
 * @param free giving one back
 * @param savepoint setting a savepoint
 * @param rollbackTo rolling back to one
 * @param commit committing
 * @param rollback rolling back
 * @param checkpoint taking a checkpoint
 * @param background letting time pass and background work run, or one piece of it
 * @param reopen closing in good order and opening again
 * @param relaxedPercent how many commits in 100 wait for less than power safety
 * @param whole whether each write is of a whole page, so that one is as long as the other
 */
public record Mix(String title, int actors, int pages, int steps, int write, int read, int allocate, int free, int savepoint, int rollbackTo, int commit, int rollback,
        int checkpoint, int background, int reopen, int relaxedPercent, boolean whole) {
    /** A bit of everything. */
    public static final Mix MIXED = new Mix("mixed", 3, 26, 130, 34, 8, 6, 3, 4, 3, 16, 3, 4, 3, 1, 25, false);
    /** Many small power-safe commits with nothing beside them. */
    public static final Mix COMMITS = new Mix("commits", 2, 12, 110, 30, 4, 2, 1, 0, 0, 24, 1, 2, 0, 0, 0, false);
    /** Many transactions that end badly, one way or another. */
    public static final Mix ABORTS = new Mix("aborts", 3, 22, 130, 40, 4, 5, 4, 8, 8, 8, 9, 4, 2, 0, 15, false);
    /** Commits of all levels, and readers who must not promise too much. */
    public static final Mix LEVELS = new Mix("levels", 3, 14, 120, 26, 10, 2, 1, 0, 0, 24, 2, 3, 3, 0, 75, false);
    /** Checkpoints in the midst of everything. */
    public static final Mix CHECKPOINTS = new Mix("checkpoints", 3, 24, 110, 36, 2, 4, 2, 1, 1, 16, 2, 14, 4, 1, 25, false);
    /** Savepoints within savepoints. */
    public static final Mix SAVEPOINTS = new Mix("savepoints", 2, 18, 140, 34, 4, 5, 4, 16, 12, 10, 2, 2, 1, 0, 10, false);
    /** Pages that come and go. */
    public static final Mix PAGES = new Mix("pages", 3, 30, 120, 14, 3, 18, 14, 4, 3, 16, 5, 3, 2, 1, 20, false);
    /** So much that a log of a fixed size goes round, and one of segments uses several, in commits that seldom wait. */
    public static final Mix LAPS = new Mix("laps", 2, 16, 9_000, 30, 0, 2, 0, 0, 0, 30, 0, 0, 0, 0, 92, false);

    /** All of them but the long one. */
    public static final List<Mix> ALL = List.of(MIXED, COMMITS, ABORTS, LEVELS, CHECKPOINTS, SAVEPOINTS, PAGES);
    /** All of them. */
    public static final List<Mix> ALL_AND_LONG = Stream.concat(ALL.stream(), Stream.of(LAPS)).toList();

    private static final int WEIGHT_MAX = 30;
    private static final int[] SIZES = {1, 2, 4, 12, 24, 40};

    /** A mix that nobody chose, which never closes the store: each thing that it could do it leaves out as often as not, but for writing and committing. */
    static Mix drawn(SplittableRandom random) {
        return new Mix("drawn", 1 + random.nextInt(4), SIZES[random.nextInt(SIZES.length)], 0, weight(random), maybe(random), maybe(random), maybe(random), maybe(random), maybe(random), weight(random),
                maybe(random), maybe(random) / 2, maybe(random) / 4, 0, random.nextInt(4) == 0 ? 100 : 25 * random.nextInt(4), random.nextBoolean());
    }

    /** The same with commits that all wait for power safety. */
    Mix powerSafe() {
        return new Mix(title, actors, pages, steps, write, read, allocate, free, savepoint, rollbackTo, commit, rollback, checkpoint, background, reopen, 0, whole);
    }

    private static int weight(SplittableRandom random) {
        return 1 + random.nextInt(WEIGHT_MAX);
    }

    private static int maybe(SplittableRandom random) {
        return random.nextBoolean() ? 0 : weight(random) / 2;
    }
}
