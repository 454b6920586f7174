package dev.afterimage.buffer;

import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;

public final class AlternatingBlock {
    public static final int PAYLOAD_BYTES_MAX = 480;

    /** Length of a file that holds nothing but a block. */
    public static final int FILE_BYTES = 4 * 4096;

    private AlternatingBlock() {}

    /** Makes the file hold just this payload, whatever it held before; synced when it returns (the file's name is the caller's to sync). */
    public static AlternatingBlock create(DiskFile file, long storeId, ByteBuffer payload) { throw new UnsupportedOperationException("soon"); }

    /** Reads the newest payload, repairs its twin copy, and syncs, so that what was read is durable. StoreDamagedException when there is none. */
    public static AlternatingBlock open(DiskFile file, long storeId) { throw new UnsupportedOperationException("soon"); }

    /** The newest durable payload, read-only, little-endian, as long as it was written; its own position. */
    public ByteBuffer payload() { throw new UnsupportedOperationException("soon"); }

    /** Number of writes since creation. */
    public long sequence() { throw new UnsupportedOperationException("soon"); }

    /** Writes the older slot and syncs; after any error this block refuses to write again (nobody knows which payload a crash would show). */
    public void write(ByteBuffer payload) { throw new UnsupportedOperationException("soon"); }
}
