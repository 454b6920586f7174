package dev.afterimage.cli.comparison;

import java.util.BitSet;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreStatistics;
import org.HdrHistogram.Histogram;

/** Loads the accounts, makes the transfers on several threads, takes a checkpoint, reads everything back. */
final class MeasuredRun {
    private final ComparisonPlan plan;
    private final String strategy;

    MeasuredRun(ComparisonPlan plan, String strategy) {
        this.plan = plan;
        this.strategy = strategy;
    }

    /**
     * What one run showed.
     *
     * @param seconds time of the transfers, without load and checkpoint
     * @param latencyNanos latencies of whole transfers
     * @param before counters after the load
     * @param after counters after the transfers and a checkpoint, which brings every page home unless it is fuzzy
     * @param audit what reading everything back found
     * @param lost transfers that are not there
     */
    record Outcome(double seconds, Histogram latencyNanos, StoreStatistics before, StoreStatistics after, LedgerAudit audit, int lost) {
    }

    Outcome run(String location, int transfers) {
        StoreConfig config = StoreConfig.at(location).strategy(strategy).openMode(StoreConfig.OpenMode.CREATE).build();
        try (PageStore store = PageStores.open(config)) {
            Ledger ledger = Ledger.create(store, plan.orders().accounts(), plan.threads());
            store.checkpoint();
            StoreStatistics before = store.statistics();
            BitSet acknowledged = new BitSet();
            acknowledged.set(0, transfers);
            long start = System.nanoTime();
            Histogram latency = new TransferThreads(ledger, plan.orders().orders(), plan.durability(), transfer -> {
            }).run(plan.threads(), transfers, transfer -> true);
            double seconds = (System.nanoTime() - start) / 1e9;
            store.checkpoint();
            StoreStatistics after = store.statistics();
            LedgerAudit audit = LedgerAudit.of(ledger);
            return new Outcome(seconds, latency, before, after, audit, audit.lost(acknowledged));
        }
    }
}
