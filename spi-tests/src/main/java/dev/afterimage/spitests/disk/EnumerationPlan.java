package dev.afterimage.spitests.disk;

/**
 * Which crash states to look at.
 *
 * <p>The generators, by the names of the fault model: E0 keeps a program-order prefix and tears its last write; E1 drops, or keeps, at most {@code distance}
 * atoms; E2 tries every combination where there are few. Generators to come (file-granular subsets, seeded random, read-driven, checksum classes) are
 * further components here and further implementations of {@code ChoiceGenerator}; neither the vectors nor the images change.
 *
 * @param prefixes E0 on or off
 * @param tornEverywhere whether E0 tears the last write at every sector boundary, or only in its middle
 * @param distance E1's number of atoms dropped or kept: 0 (off) or 1
 * @param singleSectors E1 also drops and keeps single sectors of writes of at most this many sectors
 * @param productLimit E2's limit of combinations at one point; 0 turns it off
 * @param statesPerPoint cap of the states described at one point; above it an evenly spread selection is tried
 * @param statesInAll cap over the whole trace, likewise
 * @param trash whether parts in flight are trashed as well where the {@link DiskProfile} lets them tear: one at a time, and in E2 in every combination
 */
public record EnumerationPlan(boolean prefixes, boolean tornEverywhere, int distance, int singleSectors, long productLimit, long statesPerPoint,
        long statesInAll, boolean trash) {
    /** E0 and E1 with one atom: what every build runs. */
    public static final EnumerationPlan GATE = new EnumerationPlan(true, true, 1, 16, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    /** {@link #GATE} and every combination where there are at most 2^14: for directed scenarios. */
    public static final EnumerationPlan DIRECTED = GATE.withProductLimit(1 << 14);

    /** Program-order prefixes, torn in the middle: for a quick look. */
    public static final EnumerationPlan PREFIXES = new EnumerationPlan(true, false, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    /** Checks the ranges. */
    public EnumerationPlan {
        if (distance < 0 || distance > 1) {
            throw new IllegalArgumentException("distance: expected 0 or 1, found " + distance);
        }
        if (singleSectors < 0 || productLimit < 0 || statesPerPoint < 1 || statesInAll < 1) {
            throw new IllegalArgumentException("expected limits that are not negative and caps of at least 1");
        }
    }

    /** A plan that trashes nothing. */
    public EnumerationPlan(boolean prefixes, boolean tornEverywhere, int distance, int singleSectors, long productLimit, long statesPerPoint, long statesInAll) {
        this(prefixes, tornEverywhere, distance, singleSectors, productLimit, statesPerPoint, statesInAll, false);
    }

    /** This plan with parts trashed as well. */
    public EnumerationPlan withTrash() {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, productLimit, statesPerPoint, statesInAll, true);
    }

    /** This plan with another limit for E2. */
    public EnumerationPlan withProductLimit(long limit) {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, limit, statesPerPoint, statesInAll, trash);
    }

    /** This plan with another cap per point. */
    public EnumerationPlan withStatesPerPoint(long cap) {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, productLimit, cap, statesInAll, trash);
    }

    /** This plan with another cap over the whole trace. */
    public EnumerationPlan withStatesInAll(long cap) {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, productLimit, statesPerPoint, cap, trash);
    }
}
