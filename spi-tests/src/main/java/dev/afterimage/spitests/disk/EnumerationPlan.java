package dev.afterimage.spitests.disk;

/**
 * Which crash states to look at.
 *
 * <p>The generators, by the names of the fault model: E0 keeps a program-order prefix and tears its last write; E1 drops, or keeps, at most {@code distance}
 * atoms; E2 tries every combination where there are few; E3 to E6 are {@link Further}. Each is an implementation of {@code ChoiceGenerator}, but for E5, which has to be told what was
 * read.
 *
 * @param prefixes E0 on or off
 * @param tornEverywhere whether E0 tears the last write at every sector boundary, or only in its middle
 * @param distance E1's number of atoms dropped or kept: 0 (off), 1 or 2
 * @param singleSectors E1 also drops and keeps single sectors of writes of at most this many sectors
 * @param productLimit E2's limit of combinations at one point; 0 turns it off
 * @param statesPerPoint cap of the states described at one point; above it an evenly spread selection is tried
 * @param statesInAll cap over the whole trace, likewise
 * @param trash whether parts in flight are trashed as well where the {@link DiskProfile} lets them tear: one at a time, and in E2 in every combination
 * @param further the generators that not every build runs
 */
public record EnumerationPlan(boolean prefixes, boolean tornEverywhere, int distance, int singleSectors, long productLimit, long statesPerPoint,
        long statesInAll, boolean trash, Further further) {
    /** E0 and E1 with one atom: what every build runs. */
    public static final EnumerationPlan GATE = new EnumerationPlan(true, true, 1, 16, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    /** {@link #GATE} and every combination where there are at most 2^14: for directed scenarios. */
    public static final EnumerationPlan DIRECTED = GATE.withProductLimit(1 << 14);

    /** Program-order prefixes, torn in the middle: for a quick look. */
    public static final EnumerationPlan PREFIXES = new EnumerationPlan(true, false, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    /**
     * Generators beyond E2; 0 turns one off.
     *
     * @param prefixesByFile E3: up to so many products of prefixes of files at one point are all tried; above, one file at a time is torn
     * @param drawn E4: how many subsets are drawn at a point
     * @param seed E4: what they are drawn from
     * @param readDriven E5: how many executions at a point may be spent on finding out what is read, and trying all of that. A point at which they suffice needs no other generator
     * @param classes E6: up to so many combinations of the states of blocks at one point are all tried; above, one block and two
     */
    public record Further(long prefixesByFile, int drawn, long seed, long readDriven, long classes) {
        /** None of them. */
        public static final Further NONE = new Further(0, 0, 0, 0, 0);

        /** Checks the ranges. */
        public Further {
            if (prefixesByFile < 0 || drawn < 0 || readDriven < 0 || classes < 0) {
                throw new IllegalArgumentException("expected limits that are not negative");
            }
        }

        /** These, with more or fewer executions for E5. */
        public Further withReadDriven(long executions) {
            return new Further(prefixesByFile, drawn, seed, executions, classes);
        }

        /** These, with subsets drawn from another seed. */
        public Further withSeed(long other) {
            return new Further(prefixesByFile, drawn, other, readDriven, classes);
        }
    }

    /** Checks the ranges. */
    public EnumerationPlan {
        if (distance < 0 || distance > 2) {
            throw new IllegalArgumentException("distance: expected 0, 1 or 2, found " + distance);
        }
        if (singleSectors < 0 || productLimit < 0 || statesPerPoint < 1 || statesInAll < 1) {
            throw new IllegalArgumentException("expected limits that are not negative and caps of at least 1");
        }
    }

    /** A plan that trashes nothing. */
    public EnumerationPlan(boolean prefixes, boolean tornEverywhere, int distance, int singleSectors, long productLimit, long statesPerPoint, long statesInAll) {
        this(prefixes, tornEverywhere, distance, singleSectors, productLimit, statesPerPoint, statesInAll, false, Further.NONE);
    }

    /** This plan with parts trashed as well. */
    public EnumerationPlan withTrash() {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, productLimit, statesPerPoint, statesInAll, true, further);
    }

    /** This plan with another limit for E2. */
    public EnumerationPlan withProductLimit(long limit) {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, limit, statesPerPoint, statesInAll, trash, further);
    }

    /** This plan with another cap per point. */
    public EnumerationPlan withStatesPerPoint(long cap) {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, productLimit, cap, statesInAll, trash, further);
    }

    /** This plan with another cap over the whole trace. */
    public EnumerationPlan withStatesInAll(long cap) {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, productLimit, statesPerPoint, cap, trash, further);
    }

    /** This plan with another number of atoms for E1. */
    public EnumerationPlan withDistance(int atoms) {
        return new EnumerationPlan(prefixes, tornEverywhere, atoms, singleSectors, productLimit, statesPerPoint, statesInAll, trash, further);
    }

    /** This plan with these generators as well. */
    public EnumerationPlan withFurther(Further generators) {
        return new EnumerationPlan(prefixes, tornEverywhere, distance, singleSectors, productLimit, statesPerPoint, statesInAll, trash, generators);
    }

    /** This plan with subsets drawn from another seed, if it draws any. */
    public EnumerationPlan withDrawnFrom(long seed) {
        return withFurther(further.withSeed(seed));
    }
}
