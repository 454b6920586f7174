package dev.afterimage.innodbstyle;

import java.time.Duration;

import dev.afterimage.api.StoreException;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.DiskException;

/**
 * Adaptive flushing: writes the pages that have been dirty longest, the more of them the older the log has grown, so that nobody has to wait for room in it.
 *
 * <pre>
 *   age of the log    what happens
 *   below 10 %        nothing (innodb_adaptive_flushing_lwm)
 *   to 7/8            some pages each round, more with age: as age to the power of 1.5, which is InnoDB's formula (af_get_pct_for_lsn)
 *   from 7/8 on       all pages of the oldest eighth, at once (the sync flush point)
 *   full              whoever wants to log writes pages itself: {@link Checkpointer#advanceTo}
 * </pre>
 *
 * <p>What it does not have: neighbours are not flushed along with a page, which is for spinning disks; and what has to leave memory for want of room (InnoDB's LRU list) is the pool's own business, which
 * sends pages through the same doublewrite buffer.
 *
 * <p>It reports no error: a page that it could not write stays dirty, and whoever has to write it meets the error again.
 */
final class PageCleaner implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(100);
    /** Pages a round at full age; InnoDB's innodb_io_capacity_max of 2000 a second comes to 200. */
    private static final int PAGES_MAX = 400;

    private final Checkpointer checkpointer;
    private final RedoLog log;
    private final FailureLatch failure;
    private final BackgroundTask task;

    PageCleaner(Checkpointer checkpointer, RedoLog log, FailureLatch failure, BackgroundTasks tasks) {
        this.checkpointer = checkpointer;
        this.log = log;
        this.failure = failure;
        this.task = tasks.repeat("page cleaner", PERIOD, this::clean);
    }

    private void clean() {
        long age = log.ageBytes();
        long capacity = log.capacityBytes();
        if (failure.hasFailed() || age < capacity / 10) {
            return;
        }
        try {
            boolean full = age >= capacity / 8 * 7;
            checkpointer.writeOlder(log.checkpointLsn() + capacity / 8, full ? Long.MAX_VALUE : pagesFor(age, capacity));
            checkpointer.take(false);
        } catch (DiskException | StoreException leftToWhoeverNeedsThePage) {
            // The page is dirty still; its turn comes again.
        }
    }

    /** Pages to write in a round at that age. */
    static long pagesFor(long age, long capacity) {
        double factor = (double) age / capacity;
        return Math.max(1, Math.round(PAGES_MAX * factor * Math.sqrt(factor)));
    }

    @Override
    public void close() {
        task.close();
    }
}
