package dev.afterimage.spitests.history;

/**
 * Something that no serial order of the transactions could have shown.
 *
 * @param kind which
 * @param text who, and how
 */
public record Anomaly(Kind kind, String text) {
    /** Adya's, and what lists show beyond them. */
    public enum Kind {
        /** A transaction does not see what it wrote, or the same list twice as two. */
        INTERNAL,
        /** An element that nobody appended, or one that is there twice. */
        UNKNOWN_ELEMENT,
        /** Two reads of one list, neither of which goes on where the other ends: a write was lost. */
        LOST_UPDATE,
        /** G1a: a read of what was rolled back. */
        ABORTED_READ,
        /** G1b: a read of what its writer had not finished. */
        INTERMEDIATE_READ,
        /** G0: a circle of writes. */
        G0,
        /** G1c: a circle of writes and reads of what was written. */
        G1C,
        /** A circle with exactly one read of what was overwritten. */
        G_SINGLE,
        /** A circle with more of them. */
        G2,
        /** A circle that closes only because one ended before another began. */
        REAL_TIME
    }

    @Override
    public String toString() {
        return kind + ": " + text;
    }
}
