package dev.afterimage.innodbstyle;

/**
 * Counters of a redo log since it was opened.
 *
 * @param bytesAppended data of mini-transactions
 * @param bytesWritten bytes handed to the disk: blocks, those written again too, and checkpoint blocks; not the zeros of a new log
 * @param syncs syncs of redo files, those of checkpoint blocks included
 * @param checkpoints checkpoint blocks written
 * @param throttled times that a mini-transaction had to wait for a checkpoint to advance
 */
record RedoLogStatistics(long bytesAppended, long bytesWritten, long syncs, long checkpoints, long throttled) {
}
