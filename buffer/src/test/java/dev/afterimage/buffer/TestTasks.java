package dev.afterimage.buffer;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Background work that runs when the test says so. */
final class TestTasks implements BackgroundTasks {
    private volatile @Nullable Runnable work;
    volatile int wakes;

    @Override
    public BackgroundTask repeat(String name, Duration period, Runnable newWork) {
        work = newWork;
        return new BackgroundTask() {
            @Override
            public void wake() {
                wakes++;
            }

            @Override
            public void close() {
                work = null;
            }
        };
    }

    @Override
    public void pause(Duration duration) {}

    boolean isRunning() {
        return work != null;
    }

    void run() {
        Runnable now = work;
        if (now != null) {
            now.run();
        }
    }
}
