package dev.afterimage.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.afterimage.api.Durability;
import dev.afterimage.cli.benchmark.BenchmarkPlan;
import dev.afterimage.cli.benchmark.BenchmarkRow;
import dev.afterimage.cli.benchmark.Harness;

/** All that is measured in one run, in the order in which a round goes through it: each raw limit just before what is compared with it. */
final class Rows implements AutoCloseable {
    private static final int ACCOUNTS = 4096;
    private static final int ACCOUNTS_TINY = 256;

    private final BenchmarkPlan plan;
    private final Path folder;
    private final boolean tiny;
    private final Map<Measurement.RawLimit, Integer> limits = new LinkedHashMap<>();
    private final Map<String, TransferStore> banks = new LinkedHashMap<>();
    private final List<Measurement> all = new ArrayList<>();

    private Rows(BenchmarkPlan plan, Path folder) {
        this.plan = plan;
        this.folder = folder;
        this.tiny = plan.size() == BenchmarkPlan.Size.TINY;
    }

    /** Makes the files and stores; nothing is measured yet. */
    static Rows prepare(BenchmarkPlan plan, Path folder, Harness.Watcher watcher) throws IOException {
        Rows rows = new Rows(plan, folder);
        try {
            rows.makeBanks(watcher);
            rows.addAll();
            return rows;
        } catch (IOException | RuntimeException e) {
            try {
                rows.close();
            } catch (IOException | RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** In the order of measuring. */
    List<Measurement> all() {
        return Collections.unmodifiableList(all);
    }

    /** How a row is called. */
    static String name(Measurement.Subject subject) {
        return subject.benchmark() + (subject.durability().equals(BenchmarkRow.NONE) ? "" : ", " + subject.durability()) + ", " + subject.threads() + " threads, " + subject.strategy();
    }

    /** The rate of a row's raw limit in the same round. */
    double rawRate(int index, Sample[] taken) {
        Measurement.RawLimit raw = all.get(index).subject().rawLimit();
        if (raw == null) {
            return 1;
        }
        int limit = limits.get(plain(raw.benchmark(), raw.threads()));
        return taken[limit].perSecond() * all.get(limit).subject().units();
    }

    private boolean chosen(Benchmark benchmark) {
        return plan.benchmarks().contains(benchmark.id());
    }

    private void makeBanks(Harness.Watcher watcher) {
        if (chosen(Benchmark.TRANSFER) || chosen(Benchmark.TRANSFER_HOT)) {
            int lanes = Collections.max(plan.threads());
            for (String strategy : plan.strategies()) {
                watcher.at("making a store: " + strategy, 0, 1);
                banks.put(strategy, TransferStore.make(folder.resolve(strategy), strategy, tiny ? ACCOUNTS_TINY : ACCOUNTS, lanes));
            }
        }
    }

    private void addAll() throws IOException {
        for (int threads : plan.threads()) {
            for (Durability durability : plan.durabilities()) {
                addTransfers(threads, durability);
            }
        }
        for (Benchmark raw : new Benchmark[] {Benchmark.R1, Benchmark.R1_GROUP, Benchmark.R1_WRITE, Benchmark.R4_TRANSFER}) {
            if (chosen(raw)) {
                for (int threads : raw == Benchmark.R1 ? List.of(1) : plan.threads()) {
                    limit(raw, threads, 1);
                }
            }
        }
    }

    private void addTransfers(int threads, Durability durability) throws IOException {
        for (Benchmark benchmark : new Benchmark[] {Benchmark.TRANSFER, Benchmark.TRANSFER_HOT}) {
            if (!chosen(benchmark) || benchmark == Benchmark.TRANSFER_HOT && threads == 1) {
                continue;
            }
            Measurement.RawLimit raw = switch (durability) {
                case POWER_SAFE -> limit(threads == 1 ? Benchmark.R1 : Benchmark.R1_GROUP, threads, 1);
                case PROCESS_SAFE -> limit(Benchmark.R1_WRITE, threads, 1);
                case RELAXED -> limit(Benchmark.R4_TRANSFER, threads, 1);
            };
            banks.forEach((strategy, bank) -> all.add(new Transfers(new Measurement.Subject(benchmark.id(), strategy, threads, durability.name(), "transfers", 1, raw), bank, durability,
                    benchmark == Benchmark.TRANSFER_HOT)));
        }
    }

    /** The raw limit, which is measured from here on if it was not before. */
    private Measurement.RawLimit limit(Benchmark benchmark, int threads, double units) throws IOException {
        Measurement.RawLimit plain = plain(benchmark.id(), threads);
        if (!limits.containsKey(plain)) {
            Measurement.RawLimit own = benchmark == Benchmark.R1_GROUP ? limit(Benchmark.R1, 1, 1) : null;
            long fileBytes = RawAppends.fileBytes(tiny);
            Measurement made = switch (benchmark) {
                case R1 -> RawAppends.alone(benchmark.id(), folder, fileBytes);
                case R1_GROUP -> RawAppends.group(benchmark.id(), folder, fileBytes, threads, own);
                case R1_WRITE -> RawAppends.unsynced(benchmark.id(), folder, fileBytes, threads);
                case R4_TRANSFER -> RawMemory.transfers(benchmark.id(), threads, tiny ? ACCOUNTS_TINY : ACCOUNTS);
                default -> throw new IllegalArgumentException(benchmark + " is no raw limit");
            };
            limits.put(plain, all.size());
            all.add(made);
        }
        return new Measurement.RawLimit(benchmark.id(), threads, units);
    }

    private static Measurement.RawLimit plain(String benchmark, int threads) {
        return new Measurement.RawLimit(benchmark, threads, 1);
    }

    /** Looks whether the stores hold what the transfers must leave, and lets go of everything. */
    @Override
    public void close() throws IOException {
        try {
            banks.values().forEach(TransferStore::audit);
        } finally {
            for (Measurement measurement : all) {
                measurement.close();
            }
            banks.values().forEach(TransferStore::close);
        }
    }

    /** Transfers on a store. */
    private record Transfers(Subject subject, TransferStore bank, Durability durability, boolean hot) implements Measurement {
        @Override
        public Sample measure(long nanos) {
            Sample sample = ClosedLoop.run(subject.threads(), nanos, hot ? bank.hotTransfers(durability) : bank.transfers(durability));
            bank.settle();
            return sample;
        }
    }
}
