package dev.afterimage.cli.benchmark;

import java.util.List;
import java.util.Map;

/** Measures strategies side by side; found by ServiceLoader, for no other command needs it. */
public interface Harness {
    /** What it can measure: the name of each benchmark, and what it is in one sentence; in the order of the table. */
    Map<String, String> benchmarks();

    /**
     * Measures; works in the plan's folder and deletes what it made there.
     *
     * @return one row for each benchmark, strategy, number of threads and level, the raw limits first
     */
    List<BenchmarkRow> run(BenchmarkPlan plan, Watcher watcher);

    /** Hears how far it has come; called by the thread that called {@link #run}. */
    interface Watcher {
        /** Something begins that takes a while: preparation, a round. */
        void phase(String name);

        /** The phase has come to this row, the sample of this number (from 0) of all in the run. */
        void at(String row, int sample, int samples);

        /** Something that was left out, and why, in one line. */
        void note(String line);
    }
}
