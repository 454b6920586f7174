package dev.afterimage.spitests.disk;

import java.util.List;

/** Describes some of the legal states at a crash point, cheap ones first. Describing the same state twice is harmless. */
interface ChoiceGenerator {
    void generate(CrashPoint point, ChoiceSink sink);

    /** Whether it describes every legal state of that point. */
    default boolean coversAll(CrashPoint point) {
        return false;
    }

    /** Whether its states are tried whatever the plan's caps say. */
    default boolean isAboveCaps() {
        return false;
    }

    /** The generators of a plan. */
    static List<ChoiceGenerator> of(EnumerationPlan plan) {
        return List.of(new AllOrNothing(), new ProgramPrefixes(plan), new SingleAtoms(plan), new SingleTrash(plan), new EveryCombination(plan), new FileByFile(plan),
                new ChecksumClasses(plan), new DrawnSubsets(plan), new PairsOfAtoms(plan));
    }
}
