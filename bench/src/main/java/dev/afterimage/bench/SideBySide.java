package dev.afterimage.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.afterimage.cli.benchmark.BenchmarkPlan;
import dev.afterimage.cli.benchmark.BenchmarkRow;
import dev.afterimage.cli.benchmark.Harness;

/**
 * Measures everything in rounds. Each round takes one sample of every row, but beginning somewhere else each time; so rows stand next to what they are compared with, and what else the machine does
 * hits all alike. A first round, for the compiler and the disk, does not count.
 */
public final class SideBySide implements Harness {
    /** Made by ServiceLoader. */
    public SideBySide() {
    }

    @Override
    public Map<String, String> benchmarks() {
        Map<String, String> sentences = new LinkedHashMap<>();
        for (Benchmark benchmark : Benchmark.values()) {
            sentences.put(benchmark.id(), benchmark.sentence());
        }
        return Collections.unmodifiableMap(sentences);
    }

    @Override
    public List<BenchmarkRow> run(BenchmarkPlan plan, Watcher watcher) {
        Path work = plan.folder().resolve("work");
        try {
            CrashedStore.delete(work);
            Files.createDirectories(work);
            try (Rows rows = Rows.prepare(plan, work, watcher)) {
                return measure(plan, rows, watcher);
            } finally {
                CrashedStore.delete(work);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<BenchmarkRow> measure(BenchmarkPlan plan, Rows rows, Watcher watcher) throws IOException {
        List<Measurement> all = rows.all();
        List<MeasuredRow> measured = new ArrayList<>();
        all.forEach(row -> measured.add(new MeasuredRow(row.subject())));
        int samples = all.size() * (plan.rounds() + 1);
        for (int round = 0; round <= plan.rounds(); round++) {
            watcher.phase(round == 0 ? "warming up" : "round " + round + " of " + plan.rounds());
            Sample[] taken = new Sample[all.size()];
            for (int i = 0; i < all.size(); i++) {
                int index = (i + round * all.size() / (plan.rounds() + 1)) % all.size();
                Measurement row = all.get(index);
                watcher.at(Rows.name(row.subject()), round * all.size() + i, samples);
                taken[index] = row.measure(plan.sampleNanos());
            }
            if (round > 0) {
                for (int i = 0; i < taken.length; i++) {
                    measured.get(i).add(taken[i], rows.rawRate(i, taken));
                }
            }
        }
        List<String> order = List.copyOf(benchmarks().keySet());
        return measured.stream().map(MeasuredRow::row).sorted(Comparator.comparingInt((BenchmarkRow row) -> order.indexOf(row.benchmark())).thenComparing(BenchmarkRow::durability)
                .thenComparingInt(BenchmarkRow::threads)).toList();
    }
}
