package dev.afterimage.cli.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import dev.afterimage.api.Durability;

/**
 * What to measure.
 *
 * @param strategies their names
 * @param benchmarks names of {@link Harness#benchmarks}; the raw limits that they are compared with are measured as well
 * @param threads numbers of threads, for the benchmarks that vary them
 * @param durabilities levels, for the benchmarks that vary them
 * @param rounds how often to measure everything, after a first round that does not count
 * @param sampleNanos time of one sample, where a sample is not one piece of work
 * @param size how much work there is in what is one piece of work
 * @param folder where stores and files are made, on the disk to be measured
 */
public record BenchmarkPlan(List<String> strategies, Set<String> benchmarks, List<Integer> threads, Set<Durability> durabilities, int rounds, long sampleNanos, Size size, Path folder) {
    /** How large stores and pieces of work are. */
    public enum Size {
        /** To see that everything runs. */
        TINY,
        /** To be measured. */
        FULL
    }
}
