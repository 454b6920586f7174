package dev.afterimage.cli.benchmark;

/**
 * What one benchmark showed: medians of all rounds that count.
 *
 * @param benchmark its name
 * @param strategy the strategy's name, or {@value #RAW} for what needs no store
 * @param threads threads that did it
 * @param durability the level each commit waited for; {@value #NONE} where nothing is committed
 * @param perSecond how much was done in a second, in {@code unit}
 * @param p50Micros median latency of one operation, in microseconds
 * @param p99Micros 99th percentile of it, corrected for coordinated omission
 * @param ratioToRaw median over the rounds of this row's rate by that of {@code rawLimit} in the same round
 * @param spread largest less smallest {@code perSecond}, by the median
 * @param rawLimit what it is compared with: benchmark and number of threads
 * @param unit what is counted
 * @param perSecondMin smallest {@code perSecond} of a round
 * @param perSecondMax largest
 * @param p99UncorrectedMicros the 99th percentile as measured
 * @param cpuMicros processor time of the whole process for each of {@code unit}, in microseconds; of whatever else runs in it, too
 * @param allocatedBytes bytes of heap that the calling threads allocated for each operation
 */
public record BenchmarkRow(String benchmark, String strategy, int threads, String durability, double perSecond, double p50Micros, double p99Micros, double ratioToRaw, double spread, String rawLimit,
        String unit, double perSecondMin, double perSecondMax, double p99UncorrectedMicros, double cpuMicros, double allocatedBytes) {
    /** In place of a strategy. */
    public static final String RAW = "raw";
    /** In place of a level. */
    public static final String NONE = "none";
}
