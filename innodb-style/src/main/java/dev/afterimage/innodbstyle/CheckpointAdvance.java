package dev.afterimage.innodbstyle;

/** Whoever can bring the checkpoint forward; asked by a mini-transaction that finds the redo log short of room. */
@FunctionalInterface
interface CheckpointAdvance {
    /**
     * Writes the pages home that need redo from before {@code lsn}, and takes a checkpoint there or later, as far as that goes now. That LSN is a measure, not a place where a group begins. Called on a thread that holds no latch, one at a time; it may throw,
     * and whoever waits for room gets that.
     */
    void advanceTo(long lsn);
}
