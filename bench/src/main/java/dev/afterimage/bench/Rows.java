package dev.afterimage.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.cli.benchmark.BenchmarkPlan;
import dev.afterimage.cli.benchmark.BenchmarkRow;
import dev.afterimage.cli.benchmark.Harness;

/** All that is measured in one run, in the order in which a round goes through it: each raw limit just before what is first compared with it. */
final class Rows implements AutoCloseable {
    private static final List<Integer> READERS = List.of(1, 2);
    private static final double MIB = 1 << 20;
    /** A transfer in plain memory makes three changes. */
    private static final double TRANSFERS_PER_CHANGE = 1 / 3.0;

    private final BenchmarkPlan plan;
    private final Path folder;
    private final Sizes sizes;
    private final RawLimits raw;
    private final Harness.Watcher watcher;
    private final Map<Measurement.RawLimit, Integer> limits = new LinkedHashMap<>();
    private final Map<String, TransferStore> banks = new LinkedHashMap<>();
    private final Map<String, Uncached> uncached = new LinkedHashMap<>();
    private final List<Measurement> all = new ArrayList<>();

    private Rows(BenchmarkPlan plan, Path folder, Harness.Watcher watcher) throws IOException {
        this.plan = plan;
        this.folder = folder;
        this.watcher = watcher;
        this.sizes = Sizes.of(plan.size());
        this.raw = new RawLimits(folder, sizes, watcher);
    }

    /** Makes the files and stores; nothing is measured yet. */
    static Rows prepare(BenchmarkPlan plan, Path folder, Harness.Watcher watcher) throws IOException {
        Rows rows = new Rows(plan, folder, watcher);
        try {
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
        Measurement.RawLimit compared = all.get(index).subject().rawLimit();
        if (compared == null) {
            return 1;
        }
        int limit = limits.get(plain(compared.benchmark(), compared.threads()));
        return taken[limit].perSecond() * all.get(limit).subject().units();
    }

    private boolean chosen(Benchmark benchmark) {
        return plan.benchmarks().contains(benchmark.id());
    }

    private void addAll() throws IOException {
        for (int threads : plan.threads()) {
            for (Durability durability : plan.durabilities()) {
                addTransfers(threads, durability);
            }
        }
        addVirtual();
        for (int threads : READERS) {
            addReads(threads);
        }
        addOnePiece();
        for (Benchmark benchmark : Benchmark.values()) {
            if (chosen(benchmark) && benchmark.isRaw()) {
                for (int threads : RawLimits.threads(benchmark, plan.threads())) {
                    limit(benchmark, threads, 1);
                }
            }
        }
    }

    private void addTransfers(int threads, Durability durability) throws IOException {
        for (Benchmark benchmark : new Benchmark[] {Benchmark.TRANSFER, Benchmark.TRANSFER_HOT}) {
            if (!chosen(benchmark) || benchmark == Benchmark.TRANSFER_HOT && threads == 1) {
                continue;
            }
            Measurement.RawLimit compared = switch (durability) {
                case POWER_SAFE -> limit(threads == 1 ? Benchmark.R1 : Benchmark.R1_GROUP, threads, 1);
                case PROCESS_SAFE -> limit(Benchmark.R1_WRITE, threads, 1);
                case RELAXED -> limit(Benchmark.R4_TRANSFER, threads, 1);
            };
            for (String strategy : plan.strategies()) {
                all.add(new Transfers(new Measurement.Subject(benchmark.id(), strategy, threads, durability.name(), "transfers", 1, compared), bank(strategy), durability,
                        benchmark == Benchmark.TRANSFER_HOT));
            }
        }
    }

    /** Whatever levels and threads were asked for: the row is about those who wait for the disk, and about how many they are. */
    private void addVirtual() throws IOException {
        if (!chosen(Benchmark.TRANSFER_VIRTUAL)) {
            return;
        }
        if (!VirtualThreads.exist()) {
            watcher.note(Benchmark.TRANSFER_VIRTUAL.id() + " is left out: it needs virtual threads, so Java 21 or later, and this is " + Runtime.version().feature());
            return;
        }
        Measurement.RawLimit compared = limit(Benchmark.R1, 1, 1);
        for (String strategy : plan.strategies()) {
            watcher.phase("making a store for " + sizes.committers() + " committers: " + strategy);
            TransferStore bank = TransferStore.make(folder.resolve("virtual-" + strategy), strategy, sizes.accounts(), sizes.committers());
            banks.put(Benchmark.TRANSFER_VIRTUAL.id() + " " + strategy, bank);
            all.add(new VirtualTransfers(new Measurement.Subject(Benchmark.TRANSFER_VIRTUAL.id(), strategy, sizes.committers(), Durability.POWER_SAFE.name(), "transfers", 1, compared), bank));
        }
    }

    private void addReads(int threads) throws IOException {
        if (chosen(Benchmark.READ_CACHED)) {
            Measurement.RawLimit compared = limit(Benchmark.R4_PAGES, threads, 1);
            for (String strategy : plan.strategies()) {
                TransferStore bank = bank(strategy);
                all.add(new PageReads(reads(Benchmark.READ_CACHED, strategy, threads, compared), bank.store(), bank.accounts()));
            }
        }
        if (chosen(Benchmark.READ_UNCACHED)) {
            Measurement.RawLimit compared = limit(Benchmark.R3_PAGES, threads, 1);
            for (String strategy : plan.strategies()) {
                Uncached store = uncached.computeIfAbsent(strategy, this::makeUncached);
                all.add(new PageReads(reads(Benchmark.READ_UNCACHED, strategy, threads, compared), store.store, store.pages));
            }
        }
    }

    private static Measurement.Subject reads(Benchmark benchmark, String strategy, int threads, Measurement.RawLimit compared) {
        return new Measurement.Subject(benchmark.id(), strategy, threads, BenchmarkRow.NONE, "page reads", PageReads.PER_TRANSACTION, compared);
    }

    /** What is one piece of work, however long it takes. */
    private void addOnePiece() throws IOException {
        if (chosen(Benchmark.BULK_LOAD)) {
            Measurement.RawLimit compared = limit(Benchmark.R2, 1, Stores.PAGE_BYTES / MIB);
            for (String strategy : plan.strategies()) {
                all.add(new BulkLoad(new Measurement.Subject(Benchmark.BULK_LOAD.id(), strategy, 1, BenchmarkRow.NONE, "pages", BulkLoad.PAGES_PER_TRANSACTION, compared),
                        folder.resolve("loaded-" + strategy), sizes.loadedPages()));
            }
        }
        if (chosen(Benchmark.ROLLBACK)) {
            Measurement.RawLimit compared = limit(Benchmark.R4_TRANSFER, 1, TRANSFERS_PER_CHANGE);
            for (String strategy : plan.strategies()) {
                all.add(new Rollbacks(new Measurement.Subject(Benchmark.ROLLBACK.id(), strategy, 1, BenchmarkRow.NONE, "changes", sizes.changes(), compared), bank(strategy), sizes.changes()));
            }
        }
        if (chosen(Benchmark.RESTART)) {
            Measurement.RawLimit compared = limit(Benchmark.R3_CHECKED, RawLimits.processors(), 1);
            for (String strategy : plan.strategies()) {
                watcher.phase("making a crashed store: " + strategy);
                all.add(new Restarts(new Measurement.Subject(Benchmark.RESTART.id(), strategy, 1, BenchmarkRow.NONE, "MiB", 1, compared), folder.resolve("restart-" + strategy),
                        (long) (sizes.restartLogMib() * MIB), sizes.restartPages()));
            }
        }
    }

    private TransferStore bank(String strategy) {
        return banks.computeIfAbsent(strategy, name -> {
            watcher.phase("making a store: " + name);
            return TransferStore.make(folder.resolve("bank-" + name), name, sizes.accounts(), Collections.max(plan.threads()));
        });
    }

    private record Uncached(PageStore store, long[] pages) {
    }

    private Uncached makeUncached(String strategy) {
        watcher.phase("making a store larger than its cache: " + strategy);
        PageStore store = Stores.make(folder.resolve("uncached-" + strategy), strategy, (long) sizes.cacheFrames() * Stores.PAGE_BYTES);
        return new Uncached(store, BulkLoad.load(store, sizes.uncachedPages(), ClosedLoop.histogram()));
    }

    /** The raw limit, which is measured from here on if it was not before. */
    private Measurement.RawLimit limit(Benchmark benchmark, int threads, double units) throws IOException {
        Measurement.RawLimit plain = plain(benchmark.id(), threads);
        if (!limits.containsKey(plain)) {
            Measurement.RawLimit first = benchmark.compareTo(Benchmark.R1) > 0 && benchmark.compareTo(Benchmark.R1_WRITE) < 0 ? limit(Benchmark.R1, 1, 1) : plain;
            Optional<Measurement> made = raw.make(benchmark, threads, first);
            if (made.isPresent()) {
                limits.put(plain, all.size());
                all.add(made.get());
            }
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
            uncached.values().forEach(made -> made.store.close());
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

    /** Durable transfers of more committers than anybody has threads for. */
    private record VirtualTransfers(Subject subject, TransferStore bank) implements Measurement {
        @Override
        public Sample measure(long nanos) {
            return ClosedLoop.runVirtual(subject.threads(), nanos, bank.transfers(Durability.POWER_SAFE));
        }
    }
}
