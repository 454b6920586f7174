package dev.afterimage.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Progress estimates the time left")
class RecoveryProgressTest {
    private static Optional<Duration> left(long done, long total, Duration elapsed) {
        return RecoveryProgress.towards("redo", done, total, elapsed).estimatedLeft();
    }

    @Test
    @DisplayName("by the pace so far")
    void pace() {
        assertEquals(Optional.of(Duration.ofSeconds(6)), left(25, 100, Duration.ofSeconds(2)));
        assertEquals(Optional.of(Duration.ofSeconds(2)), left(50, 100, Duration.ofSeconds(2)));
        assertEquals(Optional.of(Duration.ZERO), left(100, 100, Duration.ofSeconds(2)));
    }

    @Test
    @DisplayName("not before something is known")
    void unknown() {
        assertEquals(Optional.empty(), left(0, 100, Duration.ofSeconds(2)));
        assertEquals(Optional.empty(), left(1, 100, Duration.ZERO));
        assertEquals(Optional.empty(), RecoveryProgress.endless("analysis", 50, Duration.ofSeconds(2)).estimatedLeft());
    }

    @Test
    @DisplayName("at a steady pace it falls with every step, and is never negative, however large the numbers")
    void falls() {
        long total = 1L << 50;
        Duration before = Duration.ofSeconds(Long.MAX_VALUE);
        for (int step = 1; step <= 1024; step++) {
            Duration now = left(step * (total >> 10), total, Duration.ofHours(step)).orElseThrow();
            assertEquals(Duration.ofHours(1024 - step), now);
            assertEquals(1, before.compareTo(now));
            before = now;
        }
        assertEquals(Duration.ofNanos(Long.MAX_VALUE), left(1, Long.MAX_VALUE, Duration.ofDays(365)).orElseThrow());
    }
}
