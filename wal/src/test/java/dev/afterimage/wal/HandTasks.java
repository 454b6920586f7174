package dev.afterimage.wal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;

/** Background work that runs when a test says so, or each time it is woken, on a thread of its own. */
final class HandTasks implements BackgroundTasks {
    private final boolean threads;
    private final List<Work> works = new CopyOnWriteArrayList<>();

    private HandTasks(boolean threads) {
        this.threads = threads;
    }

    /** Nothing runs but by {@link #run}. */
    static HandTasks still() {
        return new HandTasks(false);
    }

    /** All work runs over and over until it is closed. */
    static HandTasks running() {
        return new HandTasks(true);
    }

    @Override
    public BackgroundTask repeat(String name, Duration period, Runnable run) {
        Work work = new Work(name, run);
        works.add(work);
        if (threads) {
            work.thread.start();
        }
        return work;
    }

    @Override
    public void pause(Duration duration) {
        // No time passes by itself.
    }

    /** Runs the work of that number, here and now. */
    void run(int number) {
        works.get(number).run.run();
    }

    int open() {
        return works.size();
    }

    private final class Work implements BackgroundTask {
        private final Runnable run;
        private final Thread thread;
        private volatile boolean closed;

        Work(String name, Runnable run) {
            this.run = run;
            this.thread = new Thread(() -> {
                while (!closed) {
                    run.run();
                    Thread.yield();
                }
            }, name);
            thread.setDaemon(true);
        }

        @Override
        public void wake() {
            // It runs anyway, or only by hand.
        }

        @Override
        public void close() {
            closed = true;
            works.remove(this);
            if (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
