package dev.afterimage.engine;

import java.util.concurrent.atomic.LongAdder;

import dev.afterimage.api.StoreStatistics;
import dev.afterimage.spi.StrategyStatistics;

/** What the engine itself counts of what is rare; adding never waits. What every transaction does, each counts by itself: {@link TransactionCounts}. */
final class StoreCounters {
    final LongAdder rollbacks = new LongAdder();
    final LongAdder deadlocks = new LongAdder();
    final LongAdder lockTimeouts = new LongAdder();

    /** All counters of a store: the engine's, the disk's, the strategy's. */
    StoreStatistics with(TransactionCounts counts, CountingDisk disk, StrategyStatistics strategy, LateRollback late) {
        return new StoreStatistics(counts.commits(), counts.readOnlyCommits(), rollbacks.sum(), deadlocks.sum(), lockTimeouts.sum(), disk.syncs(),
                disk.bytesWritten(), strategy.logBytes(), strategy.imageBytes(), strategy.pageBytes(), disk.bytesRead(), counts.bytesChanged(),
                strategy.cacheHits(), strategy.cacheMisses(), strategy.evictions(), strategy.checkpoints(), late.transactionsLeft(),
                late.pagesLeft(), late.changesLeft());
    }
}
