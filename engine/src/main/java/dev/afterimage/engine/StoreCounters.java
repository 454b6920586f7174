package dev.afterimage.engine;

import java.util.concurrent.atomic.LongAdder;

import dev.afterimage.api.StoreStatistics;
import dev.afterimage.spi.StrategyStatistics;

/** What the engine itself counts; adding never waits. */
final class StoreCounters {
    final LongAdder commits = new LongAdder();
    final LongAdder readOnlyCommits = new LongAdder();
    final LongAdder rollbacks = new LongAdder();
    final LongAdder deadlocks = new LongAdder();
    final LongAdder lockTimeouts = new LongAdder();
    final LongAdder bytesChanged = new LongAdder();

    /** All counters of a store: the engine's, the disk's, the strategy's. */
    StoreStatistics with(CountingDisk disk, StrategyStatistics strategy, LateRollback late) {
        return new StoreStatistics(commits.sum(), readOnlyCommits.sum(), rollbacks.sum(), deadlocks.sum(), lockTimeouts.sum(), disk.syncs(),
                disk.bytesWritten(), strategy.logBytes(), strategy.imageBytes(), strategy.pageBytes(), disk.bytesRead(), bytesChanged.sum(),
                strategy.cacheHits(), strategy.cacheMisses(), strategy.evictions(), strategy.checkpoints(), late.transactionsLeft(),
                late.pagesLeft(), late.changesLeft());
    }
}
