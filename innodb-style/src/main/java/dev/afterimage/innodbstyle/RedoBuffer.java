package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One half of the log buffer: consecutive blocks, laid out as they will lie in the files, so that one write takes them all.
 *
 * <p>Guarded by the append lock while it is the active half, and by the write lock while it is being written.
 */
final class RedoBuffer {
    private final ByteBuffer bytes;
    private long firstBlock;
    private long beginLsn;
    private long endLsn;

    RedoBuffer(int capacity) {
        bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Empties it; the next group begins there, in a block that holds nothing before. */
    void begin(long lsn) {
        assert RedoBlock.offsetOf(lsn) == RedoBlock.HEADER_BYTES : lsn;
        firstBlock = RedoBlock.numberOf(lsn);
        beginLsn = lsn;
        endLsn = lsn;
        bytes.clear();
        RedoBlock.clear(bytes, 0);
    }

    /** Goes on where another ends: takes over what its last block holds, which will be written once more, with what is added to it. */
    void beginAfter(RedoBuffer other) {
        firstBlock = RedoBlock.numberOf(other.endLsn);
        beginLsn = other.endLsn;
        endLsn = other.endLsn;
        int offset = RedoBlock.offsetOf(endLsn);
        bytes.clear();
        RedoBlock.clear(bytes, 0);
        if (offset > RedoBlock.HEADER_BYTES) {
            bytes.put(0, other.bytes, other.at(firstBlock), offset);
        }
    }

    /** The LSN of what is appended next. */
    long endLsn() {
        return endLsn;
    }

    /** Whether nothing was appended since it began. */
    boolean isEmpty() {
        return endLsn == beginLsn;
    }

    /** Whether the LSN can advance by that much here. */
    boolean fits(long span) {
        return at(firstBlock) + (endLsn - (firstBlock << 9)) + span + RedoBlock.BYTES <= bytes.capacity();
    }

    /** Appends a group, for which there is room; returns its first LSN. */
    long append(byte[] group, int length) {
        long start = endLsn;
        RedoBlock.noteGroup(bytes, at(RedoBlock.numberOf(start)), RedoBlock.offsetOf(start));
        int done = 0;
        while (done < length) {
            int offset = RedoBlock.offsetOf(endLsn);
            int part = Math.min(length - done, RedoBlock.DATA_END - offset);
            bytes.put(at(RedoBlock.numberOf(endLsn)) + offset, group, done, part);
            done += part;
            endLsn = RedoBlock.after(endLsn, part);
            if (RedoBlock.offsetOf(endLsn) == RedoBlock.HEADER_BYTES) {
                RedoBlock.clear(bytes, at(RedoBlock.numberOf(endLsn)));
            }
        }
        return start;
    }

    /** The first block it holds something of. */
    long firstBlock() {
        return firstBlock;
    }

    /** The last block it holds something of. */
    long lastBlock() {
        return RedoBlock.blockAfter(endLsn) - 1;
    }

    /** Completes its blocks, for one write. */
    ByteBuffer seal(RedoBlock format, long epoch, long syncedLsn) {
        long last = lastBlock();
        for (long block = firstBlock; block <= last; block++) {
            int length = block == RedoBlock.numberOf(endLsn) ? RedoBlock.offsetOf(endLsn) : RedoBlock.DATA_END;
            format.seal(bytes, at(block), block, epoch, syncedLsn, length);
        }
        return bytes.limit(at(last) + RedoBlock.BYTES).position(0);
    }

    private int at(long block) {
        return (int) (block - firstBlock) * RedoBlock.BYTES;
    }
}
