package dev.afterimage.wal;

import java.util.List;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyOptions;

/** The knobs of a log, the same for every strategy that has one, named as PostgreSQL names them. */
public final class LogOptions {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    private static final StrategyOption<Long> WAL_SEGMENT_SIZE = StrategyOption.bytes("wal-segment-size", 16 * MIB, 256 * KIB, GIB,
            "Size of a log file, a multiple of 4 KiB; fixed when the store is made.");
    private static final StrategyOption<Long> WAL_BUFFERS = StrategyOption.bytes("wal-buffers", 4 * MIB, 64 * KIB, 256 * MIB,
            "Memory for log records that are not yet written.");

    /** The log's buffer comes in steps of this. */
    private static final long BUFFER_STEP = 8 * KIB;

    /** What {@link #read} reads. */
    public static final List<StrategyOption<?>> SIZES = List.of(WAL_SEGMENT_SIZE, WAL_BUFFERS);

    /** For {@link ParallelRedo#threads}. */
    public static final StrategyOption<Integer> RECOVERY_THREADS = StrategyOption.integer("recovery-threads", 0, 0, 1024,
            "Cores that redo uses after a crash, 0 for all there are; what comes out is the same.");

    private LogOptions() {
    }

    /**
     * Log that may gather since the redo point, for the strategy to name among its own options and to read itself.
     *
     * @param description one sentence: what it limits there
     */
    public static StrategyOption<Long> maxWalSize(String description) {
        return StrategyOption.bytes("max-wal-size", 64 * MIB, MIB, 1024 * GIB, description);
    }

    /**
     * Reads them.
     *
     * @param maxWalBytes the value of {@link #maxWalSize}
     * @throws ConfigException if they contradict each other or the limit
     */
    public static LogSettings read(StrategyOptions given, long maxWalBytes) {
        long segmentBytes = given.get(WAL_SEGMENT_SIZE);
        if (segmentBytes % (4 * KIB) != 0) {
            throw new ConfigException("option wal-segment-size: expected a multiple of 4 KiB, found " + segmentBytes + " bytes");
        }
        if (maxWalBytes < 2 * segmentBytes) {
            throw new ConfigException("option max-wal-size: expected at least two segments of " + segmentBytes + " bytes (wal-segment-size), found "
                    + maxWalBytes + " bytes; raise max-wal-size or lower wal-segment-size");
        }
        return new LogSettings(Math.toIntExact(segmentBytes), Math.toIntExact(-Math.floorDiv(-given.get(WAL_BUFFERS), BUFFER_STEP) * BUFFER_STEP));
    }

    /** The same sizes with the segments of the store that is there. */
    public static LogSettings withSegmentBytes(LogSettings given, int storeSegmentBytes) {
        return new LogSettings(storeSegmentBytes, given.bufferBytes());
    }

    /**
     * The limit for a store whose segments are as large as this: one made with larger segments than the options foresee is not refused, the limit is raised to the least that works, two segments.
     */
    public static long limitFor(long maxWalBytes, int storeSegmentBytes) {
        return Math.max(maxWalBytes, 2L * storeSegmentBytes);
    }

    /**
     * Refuses buffers that cannot hold the largest record.
     *
     * @param bodyBytes the body of that record
     * @param pageSize bytes of a page
     * @param enough pages for which the buffer would have to have room
     * @throws ConfigException naming what would do
     */
    public static void checkRoom(LogSettings settings, int bodyBytes, int pageSize, int enough) {
        if (settings.maxBodyBytes() < bodyBytes) {
            throw new ConfigException("option wal-buffers: expected at least " + enough * (pageSize / KIB) + " KiB for pages of " + pageSize / KIB + " KiB, found " + settings.bufferBytes() / KIB
                    + " KiB; wal-segment-size must be at least as large");
        }
    }
}
