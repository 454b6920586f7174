package dev.afterimage.innodbstyle;

/**
 * The sizes of the redo log.
 *
 * @param capacityBytes bytes of all redo files together, without the header: 1 MiB to 64 GiB, a multiple of 64 KiB; fixed when the store is made
 * @param bufferBytes memory for what is not yet written, in two halves: 128 KiB to 1 GiB, a multiple of 8 KiB
 */
record RedoLogSettings(long capacityBytes, int bufferBytes) {
    /** 64 MiB of redo log, 4 MiB of memory. */
    static final RedoLogSettings DEFAULT = new RedoLogSettings(64L << 20, 4 << 20);

    static final long MIN_CAPACITY_BYTES = 1L << 20;
    static final long MAX_CAPACITY_BYTES = 64L << 30;
    static final int CAPACITY_STEP_BYTES = 64 << 10;

    /** Checks the ranges. */
    RedoLogSettings {
        if (capacityBytes < MIN_CAPACITY_BYTES || capacityBytes > MAX_CAPACITY_BYTES || capacityBytes % CAPACITY_STEP_BYTES != 0) {
            throw new IllegalArgumentException("capacityBytes: expected 1048576 to 68719476736, a multiple of 65536, found " + capacityBytes);
        }
        if (bufferBytes < 128 << 10 || bufferBytes > 1 << 30 || bufferBytes % 8192 != 0) {
            throw new IllegalArgumentException("bufferBytes: expected 131072 to 1073741824, a multiple of 8192, found " + bufferBytes);
        }
    }

    /** The same with the capacity that the store was made with. */
    RedoLogSettings withCapacityBytes(long storeCapacityBytes) {
        return new RedoLogSettings(storeCapacityBytes, bufferBytes);
    }

    /** The most that a mini-transaction may ask for, in bytes: half of a half of the buffer, so that it never has to wait for itself, and an eighth of the log. */
    int maxMiniTransactionBytes() {
        return (int) Math.min(bufferBytes / 4, capacityBytes / 8);
    }

    /** How many blocks there are in all. */
    int blocks() {
        return (int) (capacityBytes / RedoBlock.BYTES);
    }

    /**
     * How many blocks mini-transactions may fill. The others are for openings: each takes at most two, one to begin its epoch and one that it leaves half full, and if all are killed
     * before any has taken a checkpoint, that adds up.
     */
    int usableBlocks() {
        return blocks() - Math.max(64, blocks() / 64);
    }
}
