package dev.afterimage.aries;

import java.time.Duration;

import dev.afterimage.api.StoreException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.wal.WriteAheadLog;

/**
 * Writes pages that have been dirty for long, behind transactions, so that checkpoints, which write none, find a recent redo point.
 *
 * <p>It reports no error: a page that it could not write stays dirty, and whoever has to write it meets the error again.
 */
final class PageCleaner implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(100);
    private static final int BATCH_PAGES = 512;

    private final BufferPool pool;
    private final HomeSpace homes;
    private final WriteAheadLog log;
    private final RedoPoint redoPoint;
    private final FailureLatch failure;
    private final AriesOptions options;
    private final BackgroundTask task;

    PageCleaner(BufferPool pool, HomeSpace homes, WriteAheadLog log, RedoPoint redoPoint, FailureLatch failure, AriesOptions options, BackgroundTasks tasks) {
        this.pool = pool;
        this.homes = homes;
        this.log = log;
        this.redoPoint = redoPoint;
        this.failure = failure;
        this.options = options;
        this.task = tasks.repeat("page cleaner", PERIOD, this::clean);
    }

    private void clean() {
        long end = log.endLsn();
        if (failure.hasFailed() || end - redoPoint.durableLsn() < options.cleanDistanceBytes()) {
            return;
        }
        try {
            int[] left = {BATCH_PAGES};
            pool.writeBackOlder(homes, end - options.cleanDistanceBytes(), pages -> left[0]-- > 0 && !Thread.currentThread().isInterrupted());
        } catch (DiskException | StoreException leftToWhoeverNeedsThePage) {
            // The page is dirty still; its turn comes again.
        }
    }

    @Override
    public void close() {
        task.close();
    }
}
