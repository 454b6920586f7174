package dev.afterimage.wal;

import java.nio.ByteBuffer;

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

    /**
     * A record is going to come soon, by {@link #redo}, with others that are told before it: the time to have the processor fetch what they need, all at once rather than one after the other. A hint: it may read
     * memory, and does nothing that anybody could see; by default nothing at all.
     *
     * @param page the page that the record is about
     * @param bytes holds the body; to be read by absolute positions
     * @param at where the body begins
     * @param bodyBytes its length
     */
    default void foresee(long page, ByteBuffer bytes, int at, int bodyBytes) {
    }

    /** All that come soon have been told. */
    default void foreseen() {
    }
}
