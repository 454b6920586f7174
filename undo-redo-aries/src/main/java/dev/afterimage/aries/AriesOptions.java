package dev.afterimage.aries;

import java.util.List;
import java.util.stream.Stream;

import dev.afterimage.api.ConfigException;
import dev.afterimage.buffer.DoublewriteBuffer;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.wal.LogOptions;
import dev.afterimage.wal.LogSettings;
import dev.afterimage.wal.ParallelRedo;

/**
 * The knobs.
 *
 * @param maxWalBytes log since the redo point that the page cleaner and checkpoints try to stay below; a soft limit: what an unfinished transaction needs is kept beyond it
 * @param log the sizes of the log
 * @param tornPages what guards against torn pages
 * @param doublewriteBytes most bytes of the doublewrite area
 * @param threads cores that redo uses, 0 for all there are
 */
record AriesOptions(long maxWalBytes, LogSettings log, TornPages tornPages, long doublewriteBytes, int threads) {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    private static final StrategyOption<Long> MAX_WAL_SIZE = LogOptions.maxWalSize("Log since the redo point that the page cleaner and checkpoints try to stay below.");
    private static final StrategyOption<TornPages> TORN_PAGE_PROTECTION = StrategyOption.choice("torn-page-protection", TornPages.FULL_PAGE_IMAGES,
            "What guards against pages of which a crash leaves only a part: images in the log, a second place to which each page is written first, or the device itself.");
    private static final StrategyOption<Long> DOUBLEWRITE_SIZE = StrategyOption.bytes("doublewrite-size", 2 * MIB, 32 * KIB, 64 * MIB,
            "Size of the doublewrite area, half of which is one batch; fixed when torn-page-protection becomes doublewrite.");

    /** Room in a record for all that is beside the before-bytes and the image of a page. */
    private static final int OVERHEAD_BYTES = 1024;

    static final List<StrategyOption<?>> ALL = Stream.of(List.of(MAX_WAL_SIZE), LogOptions.SIZES, List.of(TORN_PAGE_PROTECTION, DOUBLEWRITE_SIZE, LogOptions.RECOVERY_THREADS)).flatMap(List::stream)
            .<StrategyOption<?>>map(option -> option).toList();

    /**
     * Reads them.
     *
     * @throws ConfigException if they contradict each other
     */
    static AriesOptions of(StrategyOptions given) {
        long maxWalBytes = given.get(MAX_WAL_SIZE);
        return new AriesOptions(maxWalBytes, LogOptions.read(given, maxWalBytes), given.get(TORN_PAGE_PROTECTION), given.get(DOUBLEWRITE_SIZE),
                given.get(LogOptions.RECOVERY_THREADS));
    }

    /** The same with the segment size that the store was made with; the limit is raised to two of them where it has to be. */
    AriesOptions withSegmentBytes(int storeSegmentBytes) {
        return new AriesOptions(LogOptions.limitFor(maxWalBytes, storeSegmentBytes), LogOptions.withSegmentBytes(log, storeSegmentBytes), tornPages, doublewriteBytes, threads);
    }

    /**
     * Refuses buffers that cannot hold the before-bytes and the image of a page together, and a doublewrite area that cannot hold two batches.
     *
     * @throws ConfigException naming the least that would do
     */
    void checkRoomForPages(int pageSize) {
        LogOptions.checkRoom(log, 2 * pageSize + OVERHEAD_BYTES, pageSize, 6);
        long areaMin = DoublewriteBuffer.areaBytesMin(pageSize);
        if (tornPages == TornPages.DOUBLEWRITE && doublewriteBytes < areaMin) {
            throw new ConfigException("option doublewrite-size: expected at least " + areaMin + " bytes for pages of " + pageSize / KIB + " KiB, found " + doublewriteBytes + " bytes");
        }
    }

    /** Threads for redo; no more than leave each some frames of the pool to work with. */
    int recoveryThreads(int frames) {
        return ParallelRedo.threads(threads, frames);
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
