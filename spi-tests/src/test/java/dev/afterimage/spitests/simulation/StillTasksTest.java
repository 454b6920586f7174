package dev.afterimage.spitests.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.afterimage.spi.BackgroundTask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Background work in the hands of a test")
class StillTasksTest {
    private final StillTasks tasks = new StillTasks();
    private final List<String> ran = new ArrayList<>();

    private BackgroundTask add(String name) {
        return tasks.repeat(name, Duration.ofSeconds(1), () -> ran.add(name));
    }

    @Test
    @DisplayName("Runs nothing by itself, not even when woken; and what it is told to, here and now")
    void run() {
        add("checkpoint").wake();
        add("writer");
        assertEquals(List.of(), ran);
        assertEquals(1, tasks.run("writer"));
        assertEquals(0, tasks.run("unknown"));
        assertEquals(2, tasks.runAll());
        assertEquals(List.of("writer", "checkpoint", "writer"), ran);
        assertEquals(List.of("checkpoint", "writer"), tasks.names());
    }

    @Test
    @DisplayName("Knows who asked to be run")
    void woken() {
        BackgroundTask checkpoint = add("checkpoint");
        add("writer");
        assertEquals(0, tasks.runWoken());
        checkpoint.wake();
        assertEquals(1, tasks.runWoken());
        assertEquals(0, tasks.runWoken());
        assertEquals(List.of("checkpoint"), ran);
    }

    @Test
    @DisplayName("Runs nothing that is closed, not twice at once, and lets work close itself")
    void close() {
        BackgroundTask[] self = new BackgroundTask[1];
        self[0] = tasks.repeat("self", Duration.ofSeconds(1), () -> {
            ran.add("self");
            assertEquals(0, tasks.run("self"));
            self[0].close();
        });
        assertEquals(1, tasks.run("self"));
        assertEquals(0, tasks.run("self"));
        assertEquals(List.of("self"), ran);
        assertEquals(List.of(), tasks.names());
        self[0].close();
    }

    @Test
    @DisplayName("Refuses a period that is no time")
    void period() {
        assertThrows(IllegalArgumentException.class, () -> tasks.repeat("x", Duration.ZERO, () -> { }));
    }

    @Test
    @DisplayName("The clock stands still until it is advanced")
    void time() {
        SteppedTime time = new SteppedTime();
        long nanos = time.nanos();
        long millis = time.epochMillis();
        assertEquals(nanos, time.nanos());
        time.advance(Duration.ofMillis(5));
        assertEquals(nanos + 5_000_000, time.nanos());
        assertEquals(millis + 5, time.epochMillis());
        assertThrows(IllegalArgumentException.class, () -> time.advance(Duration.ofNanos(-1)));
    }

    @Test
    @DisplayName("The clock for people jumps either way; a reboot begins to count anew, far from where it was")
    void jumps() {
        SteppedTime time = new SteppedTime();
        long nanos = time.nanos();
        long millis = time.epochMillis();
        time.jump(Duration.ofDays(-1));
        assertEquals(nanos, time.nanos(), "what is measured does not jump");
        assertEquals(millis - 86_400_000, time.epochMillis());
        time.reboot(Duration.ofDays(2));
        assertEquals(millis + 86_400_000, time.epochMillis());
        assertEquals(-1, Long.signum(time.nanos() - nanos), "counted from another moment");
        time.advance(Duration.ofMillis(5));
        assertEquals(millis + 86_400_005, time.epochMillis());
    }
}
