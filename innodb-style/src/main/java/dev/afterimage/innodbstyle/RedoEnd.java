package dev.afterimage.innodbstyle;

import java.util.List;

/**
 * What reading the redo log found: where it ends, and all that the next opening needs to go on there.
 *
 * @param lsn behind the last whole mini-transaction; durable up to there
 * @param checkpoint the newest checkpoint block
 * @param epochs the epochs from the checkpoint's on, in order; the last is the one that ends
 * @param tailBytesCut bytes behind that LSN of which there are traces
 */
record RedoEnd(long lsn, RedoCheckpoint checkpoint, List<RedoEpoch> epochs, long tailBytesCut) {
    /** Keeps a copy of the list. */
    RedoEnd {
        epochs = List.copyOf(epochs);
    }

    /** Where redo begins. */
    long checkpointLsn() {
        return checkpoint.lsn();
    }

    /** The epoch that was being written. */
    RedoEpoch lastEpoch() {
        return epochs.get(epochs.size() - 1);
    }
}
