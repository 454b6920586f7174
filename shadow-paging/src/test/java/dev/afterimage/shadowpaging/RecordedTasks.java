package dev.afterimage.shadowpaging;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Background work that runs only when the test says so. */
final class RecordedTasks implements BackgroundTasks {
    /** By name, how often each piece of work was to run. */
    final Map<String, Duration> periods = new LinkedHashMap<>();
    private final Map<String, Runnable> works = new LinkedHashMap<>();

    @Override
    public BackgroundTask repeat(String name, Duration period, Runnable work) {
        works.put(name, work);
        periods.put(name, period);
        return new BackgroundTask() {
            @Override
            public void wake() {
            }

            @Override
            public void close() {
                works.remove(name);
            }
        };
    }

    @Override
    public void pause(Duration duration) {
    }

    void run(String name) {
        works.get(name).run();
    }

    int count() {
        return works.size();
    }
}
