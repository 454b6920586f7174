package dev.afterimage.postgresstyle;

import java.util.List;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.wal.LogSettings;
import dev.afterimage.wal.ParallelRedo;

/**
 * The knobs, named as PostgreSQL names them. There is none for full-page images: without them a torn page could not be repaired.
 *
 * @param maxWalBytes log that checkpoints try to stay below; a soft limit, as in PostgreSQL: a single huge transaction may exceed it
 * @param completionTarget part of the time between two checkpoints over which the writing is spread
 * @param segmentBytes bytes of a log segment
 * @param walBufferBytes memory for log records that are not yet written
 * @param threads cores that redo uses, 0 for all there are
 */
record PostgresStyleOptions(long maxWalBytes, double completionTarget, int segmentBytes, int walBufferBytes, int threads) {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    private static final StrategyOption<Long> MAX_WAL_SIZE = StrategyOption.bytes("max-wal-size", 64 * MIB, MIB, 1024 * GIB,
            "Log that may gather before a checkpoint must be complete; larger means fewer page images and longer recovery.");
    private static final StrategyOption<Double> CHECKPOINT_COMPLETION_TARGET = StrategyOption.fraction("checkpoint-completion-target", 0.9, 0.0, 1.0,
            "Part of the time between two checkpoints over which a checkpoint spreads its writing.");
    private static final StrategyOption<Long> WAL_SEGMENT_SIZE = StrategyOption.bytes("wal-segment-size", 16 * MIB, 256 * KIB, GIB,
            "Size of a log file, a multiple of 4 KiB; fixed when the store is made.");
    private static final StrategyOption<Long> WAL_BUFFERS = StrategyOption.bytes("wal-buffers", 4 * MIB, 64 * KIB, 256 * MIB,
            "Memory for log records that are not yet written.");

    private static final StrategyOption<Integer> RECOVERY_THREADS = StrategyOption.integer("recovery-threads", 0, 0, 1024,
            "Cores that redo uses after a crash, 0 for all there are; what comes out is the same.");

    /** Room in a record for what is beside the page in an image. */
    private static final int IMAGE_OVERHEAD_BYTES = 64;
    /** The log's buffer comes in steps of this. */
    private static final long WAL_BUFFER_STEP = 8 * KIB;

    static final List<StrategyOption<?>> ALL = List.of(MAX_WAL_SIZE, CHECKPOINT_COMPLETION_TARGET, WAL_SEGMENT_SIZE, WAL_BUFFERS, RECOVERY_THREADS);

    /**
     * Reads them.
     *
     * @throws ConfigException if they contradict each other
     */
    static PostgresStyleOptions of(StrategyOptions given) {
        PostgresStyleOptions options = new PostgresStyleOptions(given.get(MAX_WAL_SIZE), given.get(CHECKPOINT_COMPLETION_TARGET),
                Math.toIntExact(given.get(WAL_SEGMENT_SIZE)), Math.toIntExact(-Math.floorDiv(-given.get(WAL_BUFFERS), WAL_BUFFER_STEP) * WAL_BUFFER_STEP), given.get(RECOVERY_THREADS));
        if (options.segmentBytes % (4 * KIB) != 0) {
            throw new ConfigException("option wal-segment-size: expected a multiple of 4 KiB, found " + options.segmentBytes + " bytes");
        }
        if (options.maxWalBytes < 2L * options.segmentBytes) {
            throw new ConfigException("option max-wal-size: expected at least two segments of " + options.segmentBytes + " bytes (wal-segment-size), found "
                    + options.maxWalBytes + " bytes; raise max-wal-size or lower wal-segment-size");
        }
        return options;
    }

    /**
     * The same with the segment size that the store was made with. A store made with larger segments than these options foresee is not refused: the limit is raised to
     * the least that works, two segments.
     */
    PostgresStyleOptions withSegmentBytes(int storeSegmentBytes) {
        return new PostgresStyleOptions(Math.max(maxWalBytes, 2L * storeSegmentBytes), completionTarget, storeSegmentBytes, walBufferBytes, threads);
    }

    /**
     * Refuses buffers that cannot hold the image of a page.
     *
     * @throws ConfigException naming the least that would do
     */
    void checkRoomForImages(int pageSize) {
        int needed = pageSize + IMAGE_OVERHEAD_BYTES;
        if (logSettings().maxBodyBytes() < needed) {
            throw new ConfigException("option wal-buffers: expected at least " + 4 * pageSize / KIB + " KiB for pages of " + pageSize / KIB + " KiB, found " + walBufferBytes / KIB + " KiB");
        }
    }

    /** Threads for redo; no more than leave each some frames of the pool to work with. */
    int recoveryThreads(int frames) {
        return ParallelRedo.threads(threads, frames);
    }

    /** Settings of the log. */
    LogSettings logSettings() {
        return new LogSettings(segmentBytes, walBufferBytes);
    }

    /**
     * Bytes of log since the redo point at which a checkpoint is due. While it goes on, the log grows by up to {@code completionTarget} times as much again, so the
     * limit leaves room for that: the reckoning of PostgreSQL's {@code CalculateCheckpointSegments}.
     */
    long checkpointTriggerBytes() {
        return (long) (maxWalBytes / (1.0 + completionTarget));
    }
}
