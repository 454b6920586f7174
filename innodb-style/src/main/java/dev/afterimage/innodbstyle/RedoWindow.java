package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory over a run of redo blocks; it slides forward in large reads. */
final class RedoWindow {
    private static final int BLOCKS = 512;

    private final RedoFiles files;
    private final ByteBuffer bytes;
    private long first;
    private int count;

    RedoWindow(RedoFiles files) {
        this.files = files;
        bytes = ByteBuffer.allocateDirect((int) Math.min(BLOCKS, files.blocks()) * RedoBlock.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Sees to it that what lies at that block's place is in memory; returns where in {@link #bytes()}. */
    int at(long block) {
        if (block < first || block >= first + count) {
            count = 0; // nothing is believed if the read fails
            files.read(block, bytes.clear());
            first = block;
            count = bytes.capacity() / RedoBlock.BYTES;
        }
        return (int) (block - first) * RedoBlock.BYTES;
    }

    /** The memory; position and limit are anybody's. */
    ByteBuffer bytes() {
        return bytes.clear();
    }

    /** Writes consecutive blocks back as they were read. */
    void rewrite(long from, long last) {
        for (long block = from; block <= last; block++) {
            int at = at(block);
            files.write(block, bytes.clear().limit(at + RedoBlock.BYTES).position(at));
        }
    }
}
