package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.StrategyOptions;

@DisplayName("The options of postgres-style")
class PostgresStyleOptionsTest {
    private static PostgresStyleOptions read(Map<String, String> given) {
        return PostgresStyleOptions.of(StrategyOptions.of("postgres-style", PostgresStyleOptions.ALL, given));
    }

    @Test
    @DisplayName("leave room for what is logged while a checkpoint goes on")
    void trigger() {
        assertEquals((long) ((64 << 20) / 1.9), read(Map.of()).checkpointTriggerBytes());
        assertEquals(1 << 20, read(Map.of("max-wal-size", "2MiB", "wal-segment-size", "1MiB", "checkpoint-completion-target", "1.0")).checkpointTriggerBytes());
    }

    @Test
    @DisplayName("refuse a log limit of fewer than two segments, saying what to change")
    void tooSmall() {
        String message = assertThrows(ConfigException.class, () -> read(Map.of("max-wal-size", "1MiB"))).getMessage();
        assertTrue(message.contains("max-wal-size") && message.contains("wal-segment-size"), message);
        assertThrows(ConfigException.class, () -> read(Map.of("wal-segment-size", "300000")));
        assertThrows(ConfigException.class, () -> read(Map.of("max-wal-size", "1KiB")));
    }

    @Test
    @DisplayName("follow a store that was made with larger segments")
    void storeSegments() {
        PostgresStyleOptions options = read(Map.of()).withSegmentBytes(128 << 20);
        assertEquals(128 << 20, options.log().segmentBytes());
        assertEquals(256 << 20, options.maxWalBytes());
    }
}
