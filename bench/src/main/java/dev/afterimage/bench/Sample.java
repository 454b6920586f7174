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
    /** What operations of one thread showed that were done one after the other: together they took so long. */
    static Sample of(Histogram latencyNanos, long nanos, long cpuNanos) {
        long count = latencyNanos.getTotalCount();
        Histogram corrected = latencyNanos.copyCorrectedForCoordinatedOmission(Math.max(1, nanos / count));
        return new Sample(count * 1e9 / nanos, latencyNanos, corrected, (double) cpuNanos / count, 0);
    }
}
