package dev.afterimage.engine;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;

/**
 * Background work on real threads: one daemon thread for each task, named after it.
 *
 * <p>A task that throws is over, and says so: what it threw goes to the store's failure, because a store whose log is no longer written or whose
 * checkpoints no longer run must not look healthy.
 */
final class DaemonTasks implements BackgroundTasks, AutoCloseable {
    private final Consumer<Throwable> failed;
    private final Set<TaskThread> running = ConcurrentHashMap.newKeySet();

    DaemonTasks(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    @Override
    public BackgroundTask repeat(String name, Duration period, Runnable work) {
        TaskThread thread = new TaskThread(name, period.toNanos(), work);
        running.add(thread);
        thread.start();
        return thread.task;
    }

    @Override
    public void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            boolean taskCloses = Thread.currentThread() instanceof TaskThread thread && thread.closing;
            if (taskCloses || Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    /** Ends every task that was not ended. */
    @Override
    public void close() {
        for (TaskThread thread : running) {
            thread.end();
        }
    }

    private final class TaskThread extends Thread {
        private final long periodNanos;
        private final Runnable work;
        private final BackgroundTask task = new Handle(this);
        private volatile boolean wanted;
        private volatile boolean closing;

        TaskThread(String name, long periodNanos, Runnable work) {
            super("afterimage-" + name);
            setDaemon(true);
            this.periodNanos = periodNanos;
            this.work = work;
        }

        @Override
        public void run() {
            try {
                while (awaitTurn()) {
                    work.run();
                }
            } catch (Throwable e) {
                failed.accept(e);
            } finally {
                running.remove(this);
            }
        }

        /** Waits for the period's end or a wake-up; false once the task is being closed. */
        private boolean awaitTurn() {
            long end = System.nanoTime() + periodNanos;
            while (!closing && !wanted) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                LockSupport.parkNanos(this, left);
                // An interrupt means nothing to a task; left pending it would turn this wait into a spin.
                Thread.interrupted();
            }
            wanted = false;
            return !closing;
        }

        void end() {
            closing = true;
            LockSupport.unpark(this);
            if (Thread.currentThread() != this) {
                joinUninterruptibly();
            }
        }

        private void joinUninterruptibly() {
            boolean interrupted = false;
            while (isAlive()) {
                try {
                    join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private record Handle(TaskThread thread) implements BackgroundTask {
        @Override
        public void wake() {
            thread.wanted = true;
            LockSupport.unpark(thread);
        }

        @Override
        public void close() {
            thread.end();
        }
    }
}
