package dev.afterimage.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A phase of recovery")
class RecoveryPhaseTest {
    private static long speed(long bytes, Duration duration) {
        return RecoveryPhase.over("redo", 0, bytes, bytes, duration).bytesPerSecond();
    }

    @Test
    @DisplayName("says how many bytes it read in a second, however much or little that was")
    void speed() {
        assertEquals(2_000, speed(1_000, Duration.ofMillis(500)));
        assertEquals(1_000_000_000_000L, speed(1_000, Duration.ofNanos(1)));
        assertEquals(1L << 40, speed(1L << 50, Duration.ofSeconds(1024)));
        assertEquals(0, speed(0, Duration.ofSeconds(1)));
        assertEquals(0, speed(1_000, Duration.ZERO), "a clock that stands still tells nothing");
    }
}
