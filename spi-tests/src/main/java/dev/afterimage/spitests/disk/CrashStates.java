package dev.afterimage.spitests.disk;

import java.util.function.LongUnaryOperator;

/** Enumerates what a power loss during a trace may leave. */
public final class CrashStates {
    private CrashStates() {
    }

    /** Visits each distinct image once per crash point; returns how many were visited. */
    public static long forEach(DiskTrace trace, EnumerationPlan plan, CrashStateConsumer consumer) {
        return enumerate(trace, plan, sequence -> sequence, consumer).visited();
    }

    /**
     * Visits each distinct pair of image and obligations once.
     *
     * @param obligations a key of what the store owes at a sequence number: the states of two crash points with the same key and image are one
     */
    public static EnumerationCounts enumerate(DiskTrace trace, EnumerationPlan plan, LongUnaryOperator obligations, CrashStateConsumer consumer) {
        throw new UnsupportedOperationException();
    }

    /** The image that a choice at a crash point leaves, for a replay. */
    public static DiskImage rebuild(DiskTrace trace, int point, ChoiceVector choice) {
        throw new UnsupportedOperationException();
    }
}
