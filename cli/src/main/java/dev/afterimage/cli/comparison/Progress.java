package dev.afterimage.cli.comparison;

/** Hears how far a comparison has come. */
public interface Progress {
    /** A phase begins. */
    void phase(String strategy, String name);

    /** The phase has come this far. */
    void step(String detail);

    /** The phase has done {@code done} of {@code total}. */
    void at(long done, long total);

    /** Something was lost or torn; one line that says where. */
    void problem(String line);

    /** The comparison is over. */
    void finished();
}
