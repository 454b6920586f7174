package dev.afterimage.shadowpaging;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.Disk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A strategy on a disk, without an engine: the test sees to it that no two transactions touch one page. */
final class TestStore implements AutoCloseable, StrategyEvents {
    static final int PAGE_SIZE = 4096;

    final RecordedTasks tasks = new RecordedTasks();
    final List<RecoveryProgress> progress = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    final RecoveryStrategy strategy;
    final RecoveryReport report;
    private final AtomicLong nextTransactionId;

    TestStore(Disk disk, boolean created, int cachePages) {
        strategy = new ShadowPagingProvider().open(context(disk, created, cachePages, Duration.ofMillis(200)));
        report = strategy.recover();
        nextTransactionId = new AtomicLong(report.highestTransactionId() + 1);
    }

    /** For a strategy that is told through this store and works for it. */
    StrategyContext context(Disk disk, boolean created, int cachePages, Duration relaxedWindow) {
        return new StrategyContext(disk, created, 0x5107, PAGE_SIZE, (long) cachePages * PAGE_SIZE, relaxedWindow,
                StrategyOptions.of(ShadowPagingProvider.NAME, List.of(), Map.of()), TimeSource.system(), tasks, new Random(1), this);
    }

    static TestStore create(Disk disk) {
        return new TestStore(disk, true, 64);
    }

    static TestStore open(Disk disk) {
        return new TestStore(disk, false, 64);
    }

    StrategyTransaction begin() {
        return strategy.begin(nextTransactionId.getAndIncrement());
    }

    static void create(StrategyTransaction transaction, long pageId, long value) {
        fill(transaction.create(pageId), value);
    }

    static void write(StrategyTransaction transaction, long pageId, long value) {
        fill(transaction.write(pageId), value);
    }

    /** Puts the value into the first bytes of each sector, so that a torn page shows. */
    private static void fill(PageAccess page, long value) {
        for (int at = 0; at < PAGE_SIZE; at += 512) {
            page.bytes().putLong(at, value);
        }
        page.close();
    }

    /** The page's value, or -1 if the page does not exist. */
    static long read(StrategyTransaction transaction, long pageId) {
        PageAccess page;
        try {
            page = transaction.read(pageId);
        } catch (PageNotFoundException none) {
            return -1;
        }
        long value = page.bytes().getLong(0);
        for (int at = 512; at < PAGE_SIZE; at += 512) {
            if (page.bytes().getLong(at) != value) {
                throw new AssertionError("page " + pageId + " is torn");
            }
        }
        page.close();
        return value;
    }

    long read(long pageId) {
        StrategyTransaction transaction = begin();
        long value = read(transaction, pageId);
        transaction.rollback();
        return value;
    }

    /** Commits and waits. */
    static void commit(StrategyTransaction transaction) {
        transaction.commit(Durability.POWER_SAFE).await();
    }

    @Override
    public void recoveryProgress(RecoveryProgress event) {
        progress.add(event);
    }

    @Override
    public synchronized void failed(Throwable cause) {
        failures.add(cause);
    }

    @Override
    public void close() {
        strategy.close();
    }
}
