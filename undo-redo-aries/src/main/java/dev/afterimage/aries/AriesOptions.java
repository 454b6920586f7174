package dev.afterimage.aries;

import java.util.List;

import dev.afterimage.api.ConfigException;
import dev.afterimage.buffer.DoublewriteBuffer;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.wal.LogSettings;
import dev.afterimage.wal.ParallelRedo;

/**
 * The knobs.
 *
 * @param maxWalBytes log since the redo point that the page cleaner and checkpoints try to stay below; a soft limit: what an unfinished transaction needs is kept beyond it
 * @param segmentBytes bytes of a log segment
 * @param walBufferBytes memory for log records that are not yet written
 * @param tornPages what guards against torn pages
 * @param doublewriteBytes most bytes of the doublewrite area
 * @param threads cores that redo uses, 0 for all there are
 */
record AriesOptions(long maxWalBytes, int segmentBytes, int walBufferBytes, TornPages tornPages, long doublewriteBytes, int threads) {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    private static final StrategyOption<Long> MAX_WAL_SIZE = StrategyOption.bytes("max-wal-size", 64 * MIB, MIB, 1024 * GIB,
            "Log since the redo point that the page cleaner and checkpoints try to stay below.");
    private static final StrategyOption<Long> WAL_SEGMENT_SIZE = StrategyOption.bytes("wal-segment-size", 16 * MIB, 256 * KIB, GIB,
            "Size of a log file, a multiple of 4 KiB; fixed when the store is made.");
    private static final StrategyOption<Long> WAL_BUFFERS = StrategyOption.bytes("wal-buffers", 4 * MIB, 64 * KIB, 256 * MIB,
            "Memory for log records that are not yet written.");
    private static final StrategyOption<TornPages> TORN_PAGE_PROTECTION = StrategyOption.choice("torn-page-protection", TornPages.FULL_PAGE_IMAGES,
            "What guards against pages of which a crash leaves only a part: images in the log, a second place to which each page is written first, or the device itself.");
    private static final StrategyOption<Long> DOUBLEWRITE_SIZE = StrategyOption.bytes("doublewrite-size", 2 * MIB, 32 * KIB, 64 * MIB,
            "Size of the doublewrite area, half of which is one batch; fixed when torn-page-protection becomes doublewrite.");

    private static final StrategyOption<Integer> RECOVERY_THREADS = StrategyOption.integer("recovery-threads", 0, 0, 1024,
            "Cores that redo uses after a crash, 0 for all there are; what comes out is the same.");

    /** Room in a record for all that is beside the before-bytes and the image of a page. */
    private static final int OVERHEAD_BYTES = 1024;
    /** The log's buffer comes in steps of this. */
    private static final long WAL_BUFFER_STEP = 8 * KIB;

    static final List<StrategyOption<?>> ALL = List.of(MAX_WAL_SIZE, WAL_SEGMENT_SIZE, WAL_BUFFERS, TORN_PAGE_PROTECTION, DOUBLEWRITE_SIZE, RECOVERY_THREADS);

    /**
     * Reads them.
     *
     * @throws ConfigException if they contradict each other
     */
    static AriesOptions of(StrategyOptions given) {
        AriesOptions options = new AriesOptions(given.get(MAX_WAL_SIZE), Math.toIntExact(given.get(WAL_SEGMENT_SIZE)),
                Math.toIntExact(-Math.floorDiv(-given.get(WAL_BUFFERS), WAL_BUFFER_STEP) * WAL_BUFFER_STEP), given.get(TORN_PAGE_PROTECTION),
                given.get(DOUBLEWRITE_SIZE), given.get(RECOVERY_THREADS));
        if (options.segmentBytes % (4 * KIB) != 0) {
            throw new ConfigException("option wal-segment-size: expected a multiple of 4 KiB, found " + options.segmentBytes + " bytes");
        }
        if (options.maxWalBytes < 2L * options.segmentBytes) {
            throw new ConfigException("option max-wal-size: expected at least two segments of " + options.segmentBytes + " bytes (wal-segment-size), found "
                    + options.maxWalBytes + " bytes; raise max-wal-size or lower wal-segment-size");
        }
        return options;
    }

    /** The same with the segment size that the store was made with; the limit is raised to two of them where it has to be. */
    AriesOptions withSegmentBytes(int storeSegmentBytes) {
        return new AriesOptions(Math.max(maxWalBytes, 2L * storeSegmentBytes), storeSegmentBytes, walBufferBytes, tornPages, doublewriteBytes, threads);
    }

    /**
     * Refuses buffers that cannot hold the before-bytes and the image of a page together, and a doublewrite area that cannot hold two batches.
     *
     * @throws ConfigException naming the least that would do
     */
    void checkRoomForPages(int pageSize) {
        int needed = 2 * pageSize + OVERHEAD_BYTES;
        if (logSettings().maxBodyBytes() < needed) {
            throw new ConfigException("option wal-buffers: expected at least " + 6 * pageSize / KIB + " KiB for pages of " + pageSize / KIB + " KiB, found " + walBufferBytes / KIB
                    + " KiB; wal-segment-size must be at least as large");
        }
        long areaMin = DoublewriteBuffer.areaBytesMin(pageSize);
        if (tornPages == TornPages.DOUBLEWRITE && doublewriteBytes < areaMin) {
            throw new ConfigException("option doublewrite-size: expected at least " + areaMin + " bytes for pages of " + pageSize / KIB + " KiB, found " + doublewriteBytes + " bytes");
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

    /** Bytes of log since the redo point at which a checkpoint is due, which leaves a quarter for what is logged while it runs. */
    long checkpointTriggerBytes() {
        return maxWalBytes / 4 * 3;
    }

    /** The page cleaner writes pages whose redo begins further than this behind the end of the log. */
    long cleanDistanceBytes() {
        return maxWalBytes / 2;
    }
}
