package dev.afterimage.innodbstyle;

import java.util.List;

import dev.afterimage.api.ConfigException;
import dev.afterimage.buffer.DoublewriteBuffer;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.wal.ParallelRedo;

/**
 * The knobs; the names are InnoDB's, without the prefix, where it has such a knob.
 *
 * @param log sizes of the redo log
 * @param doublewriteBytes size of the doublewrite area
 * @param flushAtCommit the least that a commit waits for
 * @param threads cores that redo uses, 0 for all there are
 */
record InnodbOptions(RedoLogSettings log, long doublewriteBytes, FlushAtCommit flushAtCommit, int threads) {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    private static final StrategyOption<Long> REDO_LOG_CAPACITY = StrategyOption.bytes("redo-log-capacity", 64 * MIB, MIB, 64 * GIB,
            "Size of the redo log, rounded up to 64 KiB; all of it is allocated when the store is made, and fixed then.");
    private static final StrategyOption<Long> LOG_BUFFER_SIZE = StrategyOption.bytes("log-buffer-size", 4 * MIB, 256 * KIB, 256 * MIB,
            "Memory for redo that is not yet written.");
    private static final StrategyOption<Long> DOUBLEWRITE_SIZE = StrategyOption.bytes("doublewrite-size", 2 * MIB, 32 * KIB, 64 * MIB,
            "Size of the doublewrite area; half of it is one batch of pages, of two at least; fixed when the store is made.");
    private static final StrategyOption<Integer> FLUSH_LOG_AT_COMMIT = StrategyOption.integer("flush-log-at-commit", 0, 0, 2,
            "The least that any commit waits for, whatever its level: 1 for the log to be synced, 2 to be written, 0 for nothing.");

    private static final StrategyOption<Integer> RECOVERY_THREADS = StrategyOption.integer("recovery-threads", 0, 0, 1024,
            "Cores that redo uses after a crash, 0 for all there are; what comes out is the same.");

    /** Room in a mini-transaction for all that is beside the before- and after-bytes of a page. */
    private static final int OVERHEAD_BYTES = 8 << 10;

    static final List<StrategyOption<?>> ALL = List.of(REDO_LOG_CAPACITY, LOG_BUFFER_SIZE, DOUBLEWRITE_SIZE, FLUSH_LOG_AT_COMMIT, RECOVERY_THREADS);

    /** Reads them. */
    static InnodbOptions of(StrategyOptions given) {
        RedoLogSettings log = new RedoLogSettings(roundUp(given.get(REDO_LOG_CAPACITY), RedoLogSettings.CAPACITY_STEP_BYTES),
                Math.toIntExact(roundUp(given.get(LOG_BUFFER_SIZE), 8 * KIB)));
        return new InnodbOptions(log, given.get(DOUBLEWRITE_SIZE), FlushAtCommit.of(given.get(FLUSH_LOG_AT_COMMIT)), given.get(RECOVERY_THREADS));
    }

    private static long roundUp(long bytes, long step) {
        return (bytes + step - 1) / step * step;
    }

    /**
     * Refuses sizes with which a page could not be changed as a whole.
     *
     * @throws ConfigException naming the least that would do
     */
    void checkRoomForPages(int pageSize) {
        int needed = 2 * pageSize + OVERHEAD_BYTES;
        if (log.capacityBytes() / 8 < needed) {
            throw new ConfigException("option redo-log-capacity: expected at least " + roundUp(8L * needed, MIB) / MIB + " MiB for pages of " + pageSize / KIB + " KiB, found "
                    + log.capacityBytes() / KIB + " KiB");
        }
        if (log.maxMiniTransactionBytes() < needed) {
            throw new ConfigException("option log-buffer-size: expected at least " + roundUp(4L * needed, 8 * KIB) / KIB + " KiB for pages of " + pageSize / KIB + " KiB, found "
                    + log.bufferBytes() / KIB + " KiB");
        }
    }

    /** Size of the doublewrite area: what was asked for, or what two pages need. */
    long doublewriteBytes(int pageSize) {
        return Math.max(doublewriteBytes, DoublewriteBuffer.areaBytesMin(pageSize));
    }

    /** Threads for redo; no more than leave each some frames of the pool to work with. */
    int recoveryThreads(int frames) {
        return ParallelRedo.threads(threads, frames);
    }
}
