package dev.afterimage.spitests.simulation;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;

/**
 * Background work on threads of its own, which runs when it is woken and never by the clock: the counterpart of {@link StillTasks}, for what is to be the same with and without it.
 *
 * <p>The first {@link BackgroundTask#wake()} of a piece of work returns only when it has run once: whoever wants to see it take part can rely on its having turned up. Safe for many threads.
 */
public final class RunningTasks implements BackgroundTasks {
    private final Set<String> ran = ConcurrentHashMap.newKeySet();

    /** No work yet. */
    public RunningTasks() {
    }

    @Override
    public BackgroundTask repeat(String name, Duration period, Runnable work) {
        return new Running(name, work);
    }

    /** Returns at once: in a test no time passes by itself. */
    @Override
    public void pause(Duration duration) {
        // Nothing to wait for.
    }

    /** The names of all work that ever ran. */
    public Set<String> ran() {
        return Set.copyOf(ran);
    }

    private final class Running implements BackgroundTask {
        private final Semaphore woken = new Semaphore(0);
        private final Semaphore ranOnce = new Semaphore(0);
        private final Thread thread;
        private volatile boolean closed;
        private volatile boolean seen;

        Running(String name, Runnable work) {
            thread = new Thread(() -> {
                for (woken.acquireUninterruptibly(); !closed; woken.acquireUninterruptibly()) {
                    woken.drainPermits();
                    ran.add(name);
                    work.run();
                    ranOnce.release();
                }
            }, name);
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void wake() {
            woken.release();
            if (!seen) {
                ranOnce.acquireUninterruptibly();
                seen = true;
            }
        }

        @Override
        public void close() {
            closed = true;
            woken.release();
            while (thread.isAlive() && Thread.currentThread() != thread) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
