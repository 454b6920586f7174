package dev.afterimage.spitests.schedule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Who goes first: the PCT scheduler (Burckhardt et al., ASPLOS 2010) with depth 3.
 *
 * <p>Each thread has a priority of its own, drawn by the seed, and the one with the highest that can run does. At two steps drawn by the seed the thread that runs falls
 * below all others. A bug that takes three events in a certain order shows with a probability of at least 1/(n k^2) in a stretch of k steps and n threads.
 *
 * <p>A disk is slow: every other thread that syncs, and a few that read or write, fall below the others as well, as if they had lost the processor meanwhile.
 *
 * <p>The paper's runs are short. Ours are long, so everything is drawn anew after each stretch, whose length is drawn as well.
 */
final class PriorityOrder {
    private static final int CHANGES = 2;
    private static final int STRETCH_MIN = 60;
    private static final int STRETCH_MAX = 3_000;

    private final SplittableRandom random;
    private final Map<ScheduledThread, Integer> priorities = new HashMap<>();
    private final int[] changes = new int[CHANGES];
    private int left;
    private int lowest;

    PriorityOrder(long seed) {
        random = new SplittableRandom(seed);
    }

    /** One step of the thread that runs. */
    void step(ScheduledThread running, List<ScheduledThread> all) {
        if (left-- <= 0) {
            drawAnew(all);
        }
        for (int change : changes) {
            if (left == change) {
                lower(running);
            }
        }
    }

    private void drawAnew(List<ScheduledThread> all) {
        // Evenly over the orders of magnitude: some stretches end within one call of the store, others span many transactions.
        double turn = random.nextDouble();
        left = (int) (STRETCH_MIN * Math.pow((double) STRETCH_MAX / STRETCH_MIN, turn));
        priorities.clear();
        int[] order = new int[all.size()];
        for (int index = 0; index < order.length; index++) {
            int place = random.nextInt(index + 1);
            order[index] = order[place];
            order[place] = index;
        }
        for (int index = 0; index < order.length; index++) {
            priorities.put(all.get(index), 1 + order[index]);
        }
        for (int index = 0; index < changes.length; index++) {
            changes[index] = random.nextInt(left);
        }
        lowest = 0;
    }

    /** Below all others: it spins for somebody, or its time has come. */
    void lower(ScheduledThread thread) {
        priorities.put(thread, --lowest);
    }

    /** True one time in so many. */
    boolean draw(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    int priority(ScheduledThread thread) {
        return priorities.getOrDefault(thread, 0);
    }
}
