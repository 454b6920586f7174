package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.StrategyOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Sizes and positions of a log")
class LogSizesTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private static LogSettings read(long segmentBytes, long bufferBytes, long maxWalBytes) {
        return LogOptions.read(StrategyOptions.of("any", LogOptions.SIZES, Map.of("wal-segment-size", String.valueOf(segmentBytes), "wal-buffers", String.valueOf(bufferBytes))), maxWalBytes);
    }

    @Test
    @DisplayName("have ranges, whose ends belong to them")
    void settings() {
        new LogSettings(256 * KIB, 64 * KIB);
        new LogSettings(1 << 30, 1 << 30);
        for (int segment : new int[] {256 * KIB - 4096, 256 * KIB + 512, (1 << 30) + 4096, -4096}) {
            assertThrows(IllegalArgumentException.class, () -> new LogSettings(segment, 64 * KIB), "segment " + segment);
        }
        for (int buffer : new int[] {64 * KIB - 8192, 64 * KIB + 4096, (1 << 30) + 8192, -8192}) {
            assertThrows(IllegalArgumentException.class, () -> new LogSettings(256 * KIB, buffer), "buffer " + buffer);
        }
        new LogAnchor(1, 1);
        assertThrows(IllegalArgumentException.class, () -> new LogAnchor(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new LogAnchor(1, 0));
        new LogEnd(1, 1, 0);
        assertThrows(IllegalArgumentException.class, () -> new LogEnd(-1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new LogEnd(1, -1, 0));
        assertThrows(IllegalArgumentException.class, () -> new LogEnd(1, 1, -1));
        assertThrows(IllegalArgumentException.class, () -> new LogEnd(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new LogEnd(1, 0, 0));
    }

    @Test
    @DisplayName("leave a record half the buffer, or a segment, beside the log's own records")
    void largestRecord() {
        assertEquals(32 * KIB - 24 - 64, new LogSettings(256 * KIB, 64 * KIB).maxBodyBytes());
        assertEquals(256 * KIB - 4096 - 24 - 64, new LogSettings(256 * KIB, MIB).maxBodyBytes());
    }

    @Test
    @DisplayName("are read from options, the buffer in steps of 8 KiB upwards, and refused where they contradict each other")
    void options() {
        assertEquals(new LogSettings(256 * KIB, 72 * KIB), read(256 * KIB, 64 * KIB + 1, 512 * KIB));
        assertEquals(new LogSettings(MIB, 64 * KIB), read(MIB, 64 * KIB, 2 * MIB));
        assertTrue(assertThrows(ConfigException.class, () -> read(MIB + 1024, 64 * KIB, 64 * MIB)).getMessage().contains("wal-segment-size"));
        assertTrue(assertThrows(ConfigException.class, () -> read(MIB, 64 * KIB, 2 * MIB - 1)).getMessage().contains("max-wal-size"));
        LogSettings settings = new LogSettings(MIB, 64 * KIB);
        assertEquals(new LogSettings(4 * MIB, 64 * KIB), LogOptions.withSegmentBytes(settings, 4 * MIB));
        assertEquals(8 * MIB, LogOptions.limitFor(MIB, 4 * MIB));
        assertEquals(9 * MIB, LogOptions.limitFor(9 * MIB, 4 * MIB));
        LogOptions.checkRoom(settings, settings.maxBodyBytes(), 16 * KIB, 4);
        ConfigException tooSmall = assertThrows(ConfigException.class, () -> LogOptions.checkRoom(settings, settings.maxBodyBytes() + 1, 16 * KIB, 4));
        assertTrue(tooSmall.getMessage().contains("at least 64 KiB for pages of 16 KiB, found 64 KiB"), tooSmall.getMessage());
        assertEquals("max-wal-size", LogOptions.maxWalSize("What it limits.").name());
    }

    @Test
    @DisplayName("tell which segment holds a byte, the byte before it, and where records can begin")
    void positions() {
        LogPositions positions = new LogPositions(8192);
        assertEquals(0, positions.segmentOf(8191));
        assertEquals(1, positions.segmentOf(8192));
        assertEquals(0, positions.segmentBefore(8192));
        assertEquals(1, positions.segmentBefore(8193));
        assertEquals(1, positions.segmentFrom(8192));
        assertEquals(2, positions.segmentFrom(8193));
        assertEquals(16384, positions.start(2));
        assertEquals(16384 + 4096, positions.firstRecord(2));
        assertEquals(8192 + 4096, positions.recordAt(8192));
        assertEquals(8200, positions.recordAt(8200));
        assertEquals(8, positions.offset(8200));
        for (long lsn : new long[] {0, 4096, 8184, 8192, 8192 + 4096}) {
            assertTrue(positions.canBegin(lsn), "position " + lsn);
        }
        for (long lsn : new long[] {8, 4088, 4100, 8191, 8193, 8200}) {
            assertFalse(positions.canBegin(lsn), "position " + lsn);
        }
    }
}
