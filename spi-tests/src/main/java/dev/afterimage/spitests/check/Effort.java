package dev.afterimage.spitests.check;

import dev.afterimage.spitests.disk.EnumerationPlan;

/**
 * How hard the kit looks. Profiles to come (full, soak) are further values, not further code.
 *
 * @param plan which crash states of a trace are tried
 * @param states distinct crash states a conformance run tries in all, divided among its rules
 * @param nestedOneIn of how many states one has its recovery crashed as well
 * @param nestedPlan which crash states of a recovery are tried
 * @param nestedDepth how many crashes may follow one another, the first one counted
 * @param directed whether the scenarios are short and pointed, so that each state is worth more than one look
 * @param threads how many states are looked at at once
 */
public record Effort(EnumerationPlan plan, int states, int nestedOneIn, EnumerationPlan nestedPlan, int nestedDepth, boolean directed,
        int threads) {
    /** What every build runs. */
    public static final Effort QUICK = new Effort(EnumerationPlan.GATE, 12_000, 40, EnumerationPlan.GATE.withStatesInAll(24), 3, false,
            Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())));

    /** This effort with other numbers of states and of threads. */
    public Effort with(int otherStates, int otherThreads) {
        return new Effort(plan, otherStates, nestedOneIn, nestedPlan, nestedDepth, directed, otherThreads);
    }

    /** This effort for directed scenarios, where up to so many combinations at one point are all tried. */
    public Effort forDirected(int combinations) {
        return new Effort(plan.withProductLimit(combinations), states, nestedOneIn, nestedPlan, nestedDepth, true, threads);
    }

    /** This effort with what the disk's profile lets tear trashed as well. */
    public Effort withTrash() {
        return new Effort(plan.withTrash(), states, nestedOneIn, nestedPlan.withTrash(), nestedDepth, directed, threads);
    }

    /** This effort with the recovery of one state in so many crashed as well. */
    public Effort withNested(int oneIn) {
        return new Effort(plan, states, oneIn, nestedPlan, nestedDepth, directed, threads);
    }

    /** This effort with every recovery crashed at each of its syncs, twice within one another, so many states at each. */
    public Effort everyRestart(int statesPerSync) {
        return new Effort(plan, states, 1, EnumerationPlan.PREFIXES.withStatesPerPoint(statesPerSync), 3, false, threads);
    }

    /** This effort with other states tried, and no recovery crashed. */
    public Effort withoutNested(EnumerationPlan otherPlan) {
        return new Effort(otherPlan, states, Integer.MAX_VALUE, nestedPlan, 1, directed, threads);
    }
}
