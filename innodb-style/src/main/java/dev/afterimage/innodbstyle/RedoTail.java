package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * Looks at all that lies behind the last group that could be read, to tell a torn tail from damage (rule T2).
 *
 * <p>Two things prove that the log had once been durable beyond that place: a later block of the same epoch that says so, for each block carries how far the log had been synced when it was written; and any
 * block of a later epoch, because an opening makes sure of the end before it begins one. A later block that says nothing of the kind proves nothing: a crash may keep the second of two writes and lose the first (G7).
 */
final class RedoTail {
    private final RedoFiles files;
    private final RedoWindow window;
    private final RedoBlock format;
    private long provenSynced;
    private @Nullable String witness;
    private long lastTrace;

    RedoTail(RedoFiles files, RedoWindow window, RedoBlock format) {
        this.files = files;
        this.window = window;
        this.format = format;
    }

    /**
     * Searches the ring from the end on, once round. Reads, and nothing else.
     *
     * @param endLsn behind the last whole group
     * @param epoch in which that lies
     * @param checkpointBlock where the ring's oldest block lies
     */
    void search(long endLsn, long epoch, long checkpointBlock) {
        lastTrace = endLsn;
        for (long block = RedoBlock.numberOf(endLsn); block < checkpointBlock + files.blocks(); block++) {
            int at = window.at(block);
            ByteBuffer bytes = window.bytes();
            long number = RedoBlock.number(bytes, at);
            // Most places hold an older lap, or zeros: that is seen without a checksum.
            if (number >= block && (number - block) % files.blocks() == 0 && format.isIntact(bytes, at)) {
                examine(bytes, at, block, number, endLsn, epoch);
            }
        }
    }

    private void examine(ByteBuffer bytes, int at, long block, long number, long endLsn, long epoch) {
        long blockEpoch = RedoBlock.epoch(bytes, at);
        if (number != block) {
            prove(number << 9, block, "there is block " + number + ", of a later lap than the checkpoint allows");
        } else if (blockEpoch == epoch) {
            prove(RedoBlock.syncedLsn(bytes, at), block, "block " + number + " says so");
            lastTrace = Math.max(lastTrace, (number << 9) + RedoBlock.dataLength(bytes, at));
        } else if (RedoEpoch.count(blockEpoch) > RedoEpoch.count(epoch)) {
            prove(Math.max(number << 9, endLsn + 1), block, "block " + number + " was written by a later opening");
        } else if (RedoEpoch.count(blockEpoch) == RedoEpoch.count(epoch)) {
            prove(Math.max(number << 9, endLsn + 1), block, "block " + number + " belongs to another copy of this store, which went on separately");
        } // Otherwise it is what an earlier opening cut off.
    }

    private void prove(long synced, long block, String how) {
        if (synced > provenSynced) {
            provenSynced = synced;
            witness = how + " (" + files.placeOf(block) + ")";
        }
    }

    /** The log is proven to have been durable up to there; 0 if nothing is known. */
    long provenSynced() {
        return provenSynced;
    }

    /** What proves it, for a message. */
    String witness() {
        return String.valueOf(witness);
    }

    /** End of the last trace of what was cut off, or the end itself. */
    long lastTrace() {
        return lastTrace;
    }
}
