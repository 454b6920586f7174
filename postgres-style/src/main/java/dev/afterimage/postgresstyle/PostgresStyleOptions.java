package dev.afterimage.postgresstyle;

import java.util.List;
import java.util.stream.Stream;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.wal.LogOptions;
import dev.afterimage.wal.LogSettings;
import dev.afterimage.wal.ParallelRedo;

/**
 * The knobs, named as PostgreSQL names them. There is none for full-page images: without them a torn page could not be repaired.
 *
 * @param maxWalBytes log that checkpoints try to stay below; a soft limit, as in PostgreSQL: a single huge transaction may exceed it
 * @param completionTarget part of the time between two checkpoints over which the writing is spread
 * @param log the sizes of the log
 * @param threads cores that redo uses, 0 for all there are
 */
record PostgresStyleOptions(long maxWalBytes, double completionTarget, LogSettings log, int threads) {
    private static final StrategyOption<Long> MAX_WAL_SIZE = LogOptions.maxWalSize("Log that may gather before a checkpoint must be complete; larger means fewer page images and longer recovery.");
    private static final StrategyOption<Double> CHECKPOINT_COMPLETION_TARGET = StrategyOption.fraction("checkpoint-completion-target", 0.9, 0.0, 1.0,
            "Part of the time between two checkpoints over which a checkpoint spreads its writing.");

    /** Room in a record for what is beside the page in an image. */
    private static final int IMAGE_OVERHEAD_BYTES = 64;

    static final List<StrategyOption<?>> ALL = Stream.of(List.of(MAX_WAL_SIZE, CHECKPOINT_COMPLETION_TARGET), LogOptions.SIZES, List.of(LogOptions.RECOVERY_THREADS)).flatMap(List::stream)
            .<StrategyOption<?>>map(option -> option).toList();

    /**
     * Reads them.
     *
     * @throws ConfigException if they contradict each other
     */
    static PostgresStyleOptions of(StrategyOptions given) {
        long maxWalBytes = given.get(MAX_WAL_SIZE);
        return new PostgresStyleOptions(maxWalBytes, given.get(CHECKPOINT_COMPLETION_TARGET), LogOptions.read(given, maxWalBytes), given.get(LogOptions.RECOVERY_THREADS));
    }

    /**
     * The same with the segment size that the store was made with. A store made with larger segments than these options foresee is not refused: the limit is raised to
     * the least that works, two segments.
     */
    PostgresStyleOptions withSegmentBytes(int storeSegmentBytes) {
        return new PostgresStyleOptions(LogOptions.limitFor(maxWalBytes, storeSegmentBytes), completionTarget, LogOptions.withSegmentBytes(log, storeSegmentBytes), threads);
    }

    /**
     * Refuses buffers that cannot hold the image of a page.
     *
     * @throws ConfigException naming the least that would do
     */
    void checkRoomForImages(int pageSize) {
        LogOptions.checkRoom(log, pageSize + IMAGE_OVERHEAD_BYTES, pageSize, 4);
    }

    /** Threads for redo; no more than leave each some frames of the pool to work with. */
    int recoveryThreads(int frames) {
        return ParallelRedo.threads(threads, frames);
    }

    /**
     * Bytes of log since the redo point at which a checkpoint is due. While it goes on, the log grows by up to {@code completionTarget} times as much again, so the
     * limit leaves room for that: the reckoning of PostgreSQL's {@code CalculateCheckpointSegments}.
     */
    long checkpointTriggerBytes() {
        return (long) (maxWalBytes / (1.0 + completionTarget));
    }
}
