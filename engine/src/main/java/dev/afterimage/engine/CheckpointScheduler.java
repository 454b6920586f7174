package dev.afterimage.engine;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;

/**
 * Takes checkpoints: when the strategy owes recovery too much, spread over time; when somebody asks, at once. One at a time.
 *
 * <p>A checkpoint that fails without harm (no room, an unreadable page) is tried again after a while; recovery is only longer until then.
 */
final class CheckpointScheduler implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.afterimage.engine");
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final BackgroundTask NEVER = new BackgroundTask() {
        @Override
        public void wake() {
        }

        @Override
        public void close() {
        }
    };

    private final RecoveryStrategy strategy;
    private final StoreHealth health;
    private final PacedTasks tasks;
    private final TimeSource time;
    private final boolean wanted;
    private final BackgroundTask task;
    private final ReentrantLock running = new ReentrantLock();
    /** Somebody has woken the background and it has not come to the end of what it was woken for: waking is a system call, and one is enough. */
    private volatile boolean woken;
    private volatile boolean resting;
    private volatile long restsUntilNanos;

    CheckpointScheduler(RecoveryStrategy strategy, StoreHealth health, PacedTasks tasks, TimeSource time) {
        this.strategy = strategy;
        this.health = health;
        this.tasks = tasks;
        this.time = time;
        wanted = strategy.recoveryDebtLimitBytes() != Long.MAX_VALUE;
        task = !wanted ? NEVER : tasks.repeat("checkpoint", PERIOD, this::takeIfOwed);
    }

    /** Looks whether a checkpoint is owed, and wakes the background then; cheap enough for every commit. */
    void takeSoonIfOwed() {
        if (!woken && owed()) {
            woken = true;
            task.wake();
        }
    }

    private boolean owed() {
        // Asked each time: a strategy whose log found the disk full wants a checkpoint sooner.
        return wanted && strategy.recoveryDebtBytes() >= strategy.recoveryDebtLimitBytes()
                && !(resting && time.nanos() - restsUntilNanos < 0);
    }

    private void takeIfOwed() {
        woken = true;
        try {
            takeOne();
        } finally {
            woken = false; // what is owed from now on wakes it again
        }
    }

    private void takeOne() {
        if (health.serves() && owed() && running.tryLock()) {
            try {
                tasks.beginSpreading();
                resting = false;
                report(strategy.checkpoint(CheckpointPace.SPREAD));
            } catch (RuntimeException | Error e) {
                if (isFatal(e)) {
                    health.failed(e);
                } else {
                    LOG.log(Level.WARNING, "a checkpoint did not come to its end and will be tried again: " + e.getMessage());
                    restsUntilNanos = time.nanos() + PERIOD.toNanos();
                    resting = true;
                }
            } finally {
                tasks.endSpreading();
                running.unlock();
            }
        }
    }

    /** Takes a checkpoint now; one that is spreading its writes hurries to its end first. */
    CheckpointReport takeNow() {
        tasks.beginHurry();
        running.lock();
        try {
            health.check();
            CheckpointReport report = strategy.checkpoint(CheckpointPace.IMMEDIATE);
            report(report);
            return report;
        } catch (RuntimeException | Error e) {
            throw refused(e);
        } finally {
            tasks.endHurry();
            running.unlock();
        }
    }

    private RuntimeException refused(Throwable e) {
        if (isFatal(e)) {
            health.failed(e);
            return health.failedStore();
        }
        if (e instanceof DiskFullException) {
            return new StoreFullException("no room on the disk for a checkpoint (" + e.getMessage() + "); make room and try again", e);
        }
        if (e instanceof DiskException) {
            return new StoreException("the disk failed during a checkpoint: " + e.getMessage(), e);
        }
        return (StoreException) e;
    }

    /** Whether it leaves a store that cannot be trusted: what the contract does not name counts as that. */
    private static boolean isFatal(Throwable e) {
        return e instanceof SyncFailedException || e instanceof StoreFailedException
                || !(e instanceof DiskException || e instanceof StoreException);
    }

    private void report(CheckpointReport report) {
        LOG.log(Level.DEBUG, () -> "checkpoint: " + report);
        health.tell(() -> health.listener().checkpointed(report));
    }

    /** Ends the background work; waits for a checkpoint under way, which hurries. */
    @Override
    public void close() {
        tasks.beginHurry();
        task.close();
        // A checkpoint that somebody asked for may still run; nobody starts one after it, for the store no longer serves.
        running.lock();
        running.unlock();
    }
}
