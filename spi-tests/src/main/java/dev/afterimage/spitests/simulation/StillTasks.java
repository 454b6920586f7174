package dev.afterimage.spitests.simulation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;

/**
 * Background work that stays still until a test runs it, by name, on the test's own thread: the moment is part of the test, and so is its crash.
 *
 * <pre>{@code
 * StillTasks tasks = new StillTasks();
 * PageStore store = engine.open(config, environment.withTasks(tasks));
 * tasks.run("checkpoint");   // exactly here
 * }</pre>
 *
 * <p>Safe for many threads; one piece of work never runs twice at once.
 */
public final class StillTasks implements BackgroundTasks {
    private final List<StillTask> tasks = new CopyOnWriteArrayList<>();

    /** No work yet. */
    public StillTasks() {
    }

    @Override
    public BackgroundTask repeat(String name, Duration period, Runnable work) {
        StillTask task = new StillTask(name, period, work);
        tasks.add(task);
        return task;
    }

    /** Returns at once: in a test no time passes by itself. */
    @Override
    public void pause(Duration duration) {
        // Nothing to wait for.
    }

    /** The names of the work that is not closed, in the order of registration. */
    public List<String> names() {
        return tasks.stream().map(task -> task.name).toList();
    }

    /** Runs all work of that name once, here and now; returns how many pieces ran, 0 where there is none of that name. */
    public int run(String name) {
        int ran = 0;
        for (StillTask task : tasks) {
            if (task.name.equals(name) && task.run()) {
                ran++;
            }
        }
        return ran;
    }

    /** Runs all work once, in the order of registration; returns how many pieces ran. */
    public int runAll() {
        int ran = 0;
        for (StillTask task : tasks) {
            if (task.run()) {
                ran++;
            }
        }
        return ran;
    }

    /** Runs the work that asked for it by {@link BackgroundTask#wake()} since its last run; returns how many pieces ran. */
    public int runWoken() {
        int ran = 0;
        for (StillTask task : tasks) {
            if (task.woken.get() && task.run()) {
                ran++;
            }
        }
        return ran;
    }

    private final class StillTask implements BackgroundTask {
        private final String name;
        private final Runnable work;
        private final AtomicBoolean woken = new AtomicBoolean();
        /** Held while the work runs, so that close() can wait for its end. */
        private final ReentrantLock running = new ReentrantLock();
        private boolean closed;

        StillTask(String name, Duration period, Runnable work) {
            if (period.isNegative() || period.isZero()) {
                throw new IllegalArgumentException("period of " + name + ": expected a positive duration, found " + period);
            }
            this.name = name;
            this.work = work;
        }

        boolean run() {
            running.lock();
            try {
                // Work that asks to be run from within itself must wait for its next turn: never twice at once.
                if (closed || running.getHoldCount() > 1) {
                    return false;
                }
                woken.set(false);
                work.run();
                return true;
            } finally {
                running.unlock();
            }
        }

        @Override
        public void wake() {
            woken.set(true);
        }

        @Override
        public void close() {
            running.lock();
            try {
                closed = true;
                tasks.remove(this);
            } finally {
                running.unlock();
            }
        }
    }
}
