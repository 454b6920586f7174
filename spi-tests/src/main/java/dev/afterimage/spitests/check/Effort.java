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
 * @param threads how many states are looked at at once
 */
public record Effort(EnumerationPlan plan, int states, int nestedOneIn, EnumerationPlan nestedPlan, int nestedDepth, int threads) {
    /** What every build runs. */
    public static final Effort QUICK = new Effort(EnumerationPlan.GATE, 12_000, 40, EnumerationPlan.GATE.withStatesInAll(24), 3,
            Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())));

    /** This effort with other numbers of states and of threads. */
    public Effort with(int otherStates, int otherThreads) {
        return new Effort(plan, otherStates, nestedOneIn, nestedPlan, nestedDepth, otherThreads);
    }
}
