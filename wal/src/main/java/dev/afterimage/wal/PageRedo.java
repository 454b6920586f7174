package dev.afterimage.wal;

/**
 * Does log records about pages again, one partition's share of them; what a strategy gives {@link ParallelRedo}, one for each partition.
 *
 * <p>It is called by one thread at a time, though not always by the same one, and sees what it did before: its fields need neither locks nor {@code volatile}. What it shares with other
 * partitions (the buffer pool, tables that analysis made) must be safe for many threads.
 */
@FunctionalInterface
public interface PageRedo {
    /**
     * Does one record again. Records of one page come in the order of the log.
     *
     * @param record good until this returns
     * @throws RuntimeException which ends the whole pass, and reaches whoever reads the log
     */
    void redo(RedoRecord record);
}
