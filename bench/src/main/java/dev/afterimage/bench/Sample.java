package dev.afterimage.bench;

import org.HdrHistogram.Histogram;

/**
 * What one sample showed.
 *
 * @param perSecond operations a second, all threads together
 * @param latencyNanos of each operation, as measured
 * @param correctedNanos the same, with what coordinated omission left out put back
 * @param cpuNanos processor time of the process for each operation
 * @param allocatedBytes heap that the threads allocated for each operation
 */
record Sample(double perSecond, Histogram latencyNanos, Histogram correctedNanos, double cpuNanos, double allocatedBytes) {
    /** What a single piece of work showed, done so many times. */
    static Sample of(long count, long nanos, long cpuNanos) {
        Histogram latency = ClosedLoop.histogram();
        latency.recordValueWithCount(Math.max(1, nanos / count), count);
        return new Sample(count * 1e9 / nanos, latency, latency, (double) cpuNanos / count, 0);
    }
}
