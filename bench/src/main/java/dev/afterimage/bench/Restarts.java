package dev.afterimage.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.RecoveryPhase;
import org.HdrHistogram.Histogram;

/**
 * Opening a crashed store. Counted is what recovery had to read: the log from the redo point on, once, by the time of analysis and redo together; or, where nothing is redone, all that any phase read, by the time of all phases. The
 * latency is the time until the store is open.
 */
final class Restarts implements Measurement {
    private static final List<String> OF_THE_LOG = List.of("analysis", "redo");
    private static final int CHANGE_BYTES = 100;
    private static final double MIB = 1 << 20;

    private final Subject subject;
    private final RestartPlan plan;
    private final CrashedStore store;

    Restarts(Subject subject, Path folder, long logBytes, int pages) {
        this.subject = subject;
        plan = new RestartPlan(subject.strategy(), logBytes, pages, CHANGE_BYTES, 0, List.of(), folder, 0, false);
        store = CrashedStore.make(plan, logged -> {
        });
    }

    @Override
    public Subject subject() {
        return subject;
    }

    @Override
    public Sample measure(long nanos) {
        Path folder = store.fresh();
        long cpuBefore = ClosedLoop.processorNanos();
        long before = System.nanoTime();
        try (PageStore opened = PageStores.open(CrashedStore.config(plan, folder).build())) {
            long took = System.nanoTime() - before;
            long cpu = ClosedLoop.processorNanos() - cpuBefore;
            Histogram latency = ClosedLoop.histogram();
            latency.recordValue(took);
            List<RecoveryPhase> phases = opened.recoveryReport().phases();
            List<RecoveryPhase> log = phases.stream().filter(phase -> OF_THE_LOG.contains(phase.name())).toList();
            double mib = (log.isEmpty() ? phases.stream().mapToLong(RecoveryPhase::bytesRead).sum() : log.stream().mapToLong(phase -> phase.to() - phase.from()).max().orElseThrow()) / MIB;
            Duration time = (log.isEmpty() ? phases : log).stream().map(RecoveryPhase::duration).reduce(Duration.ZERO, Duration::plus);
            return new Sample(mib * 1e9 / Math.max(1, time.toNanos()), latency, latency, cpu / Math.max(mib, 1 / MIB), 0);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
