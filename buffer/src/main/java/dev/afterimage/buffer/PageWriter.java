package dev.afterimage.buffer;

import dev.afterimage.api.StoreException;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.DiskException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The background writer of a pool: keeps some pages near the eviction end clean.
 *
 * <p>It reports no error: a page that it could not write stays dirty, and whoever evicts it or writes it back meets the error again and can act on it.
 */
final class PageWriter implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(50);
    private static final int BATCH_MIN = 4;
    private static final int BATCH_MAX = 256;

    private final BufferPool pool;
    private final EvictionQueues queues;
    private final Frame[] batch;
    private volatile @Nullable BackgroundTask task;

    PageWriter(BufferPool pool, EvictionQueues queues, int frames) {
        this.pool = pool;
        this.queues = queues;
        this.batch = new Frame[Math.max(BATCH_MIN, Math.min(BATCH_MAX, frames / 8))];
    }

    void start(BackgroundTasks tasks) {
        task = tasks.repeat("page writer", PERIOD, this::writeBatch);
    }

    void wake() {
        BackgroundTask running = task;
        if (running != null) {
            running.wake();
        }
    }

    private void writeBatch() {
        int found = queues.collectDirtyNearTheEnd(batch);
        try {
            for (int i = 0; i < found; i++) {
                pool.writeIfUnused(batch[i]);
            }
        } catch (DiskException | StoreException leftToWhoeverNeedsThePage) {
            // The page is dirty still; the others of this batch would most likely fail as well, and their turn comes again.
        } finally {
            Arrays.fill(batch, null);
        }
    }

    @Override
    public void close() {
        BackgroundTask running = task;
        if (running != null) {
            running.close();
        }
    }
}
