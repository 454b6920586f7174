package dev.afterimage.bench;

import dev.afterimage.cli.benchmark.BenchmarkRow;
import org.HdrHistogram.Histogram;

/** What the rounds showed of one row. */
final class MeasuredRow {
    private static final double PERCENTILE = 99;

    private final Measurement.Subject subject;
    private final Samples perSecond = new Samples();
    private final Samples ratio = new Samples();
    private final Samples p50 = new Samples();
    private final Samples p99 = new Samples();
    private final Samples p99Uncorrected = new Samples();
    private final Samples cpu = new Samples();
    private final Samples allocated = new Samples();

    MeasuredRow(Measurement.Subject subject) {
        this.subject = subject;
    }

    /** Adds a round's sample; {@code rawPerSecond} is the raw limit's rate in the same round. */
    void add(Sample sample, double rawPerSecond) {
        double rate = sample.perSecond() * subject.units();
        perSecond.add(rate);
        Measurement.RawLimit raw = subject.rawLimit();
        ratio.add(raw == null ? 1 : rate * raw.units() / rawPerSecond);
        p50.add(micros(sample.correctedNanos(), 50));
        p99.add(micros(sample.correctedNanos(), PERCENTILE));
        p99Uncorrected.add(micros(sample.latencyNanos(), PERCENTILE));
        cpu.add(sample.cpuNanos() / 1e3 / subject.units());
        allocated.add(sample.allocatedBytes());
    }

    private static double micros(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }

    BenchmarkRow row() {
        double median = perSecond.median();
        Measurement.RawLimit raw = subject.rawLimit();
        return new BenchmarkRow(subject.benchmark(), subject.strategy(), subject.threads(), subject.durability(), median, p50.median(), p99.median(), ratio.median(),
                (perSecond.largest() - perSecond.smallest()) / median, raw == null ? subject.benchmark() : raw.toString(), subject.unit(), perSecond.smallest(), perSecond.largest(),
                p99Uncorrected.median(), cpu.median(), allocated.median());
    }
}
