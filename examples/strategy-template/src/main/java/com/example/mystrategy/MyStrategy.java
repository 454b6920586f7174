package com.example.mystrategy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;

/** One open store. Its disk is {@code context.disk()}, which is not used yet. */
final class MyStrategy implements RecoveryStrategy {
    private final StrategyContext context;
    /** What has committed: page number to bytes. */
    private final Map<Long, byte[]> committed = new ConcurrentHashMap<>();

    MyStrategy(StrategyContext context) {
        this.context = context;
    }

    /** To be written: where {@code context.created()}, make your files, and sync them and their names; else read what is committed, whatever a crash has left. */
    @Override
    public RecoveryReport recover() {
        Outcome outcome = context.created() ? Outcome.CREATED : Outcome.RECOVERED;
        return new RecoveryReport(MyStrategyProvider.NAME, outcome, List.of(), 0, 0, 0, 0, 0, Duration.ZERO);
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        return new MyTransaction(committed, context.pageSize());
    }

    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        return CheckpointReport.NOTHING;
    }

    @Override
    public long recoveryDebtBytes() {
        return 0;
    }

    @Override
    public long recoveryDebtLimitBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public StrategyStatistics statistics() {
        return new StrategyStatistics(0, 0, 0, 0, 0, 0, 0);
    }

    /** To be written: make all commits durable, say on the disk that the store was closed in good order, and close your files. */
    @Override
    public void close() {
    }
}
