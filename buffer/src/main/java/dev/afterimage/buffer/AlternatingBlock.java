package dev.afterimage.buffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A small block that is replaced whole or not at all, and outlives the rot of any one sector: a root, a control block.
 *
 * <pre>{@code
 * AlternatingBlock roots = AlternatingBlock.open(file, storeId);
 * long root = roots.payload().getLong(0);
 * ...
 * roots.write(newRoot);    // durable when it returns; after a crash before that, the old one or the new one
 * }</pre>
 *
 * <p>Two slots take turns: a write goes to the one that does not hold the newest payload, so the newest is never at stake. Each slot is kept twice, and all
 * four copies lie in different blocks of 4 KiB, so that neither a torn write that takes its neighbours along nor one rotten sector takes both. A copy is one
 * sector of 512 bytes:
 *
 * <table>
 * <caption>A copy, little-endian; copy {@code c} of slot {@code s} is at {@code (2c + s) * 4096}</caption>
 * <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 * <tr><td>0</td><td>8</td><td>magic</td></tr>
 * <tr><td>8</td><td>8</td><td>sequence, from 1 on; odd ones are in slot 1, even ones in slot 0</td></tr>
 * <tr><td>16</td><td>8</td><td>the store's id</td></tr>
 * <tr><td>24</td><td>4</td><td>bytes of payload</td></tr>
 * <tr><td>28</td><td>4</td><td>CRC-32C of all other bytes, the slot and the copy</td></tr>
 * <tr><td>32</td><td>480</td><td>payload, then zeros</td></tr>
 * </table>
 *
 * <p>The newest payload is the valid copy of the highest sequence. Opening writes both its copies anew, one after the other and each synced before the next is
 * touched: what was read may have come from a cache that no sync covers (after a killed process, or a failed sync), and must be durable on both copies before
 * the other slot is overwritten. The last good copy of the newest payload is therefore never in flight together with its twin. If both copies of the newest
 * payload rot, that cannot be told from a crash that tore both while they were first written, and the older payload is taken; that one rots never leads there.
 *
 * <p>For one thread at a time.
 */
public final class AlternatingBlock {
    /** Most bytes of a payload. */
    public static final int PAYLOAD_BYTES_MAX = 480;

    /** Length of a file that holds nothing but a block. */
    public static final int FILE_BYTES = 4 * 4096;

    private static final int COPIES = 2;
    private static final int SLOTS = 2;

    private final DiskFile file;
    private final long storeId;
    private final BlockSector sector = new BlockSector();
    private ByteBuffer payload;
    private long sequence;
    private @Nullable Throwable failure;

    private AlternatingBlock(DiskFile file, long storeId, long sequence, ByteBuffer payload) {
        this.file = file;
        this.storeId = storeId;
        this.sequence = sequence;
        this.payload = payload;
    }

    /**
     * Makes the file hold just this payload, with sequence 1, whatever it held before. Not crash-safe: a crash before it returns leaves a file that has to be
     * created again. The file's name is the caller's to sync.
     *
     * @param payload from position to limit, at most {@value #PAYLOAD_BYTES_MAX} bytes; does not move
     */
    public static AlternatingBlock create(DiskFile file, long storeId, ByteBuffer payload) {
        AlternatingBlock block = new AlternatingBlock(file, storeId, 1, copyOf(payload));
        file.preallocate(FILE_BYTES);
        for (int copy = 0; copy < COPIES; copy++) {
            file.write(ByteBuffer.allocate(BlockSector.BYTES), position(0, copy));
            block.writeCopy(1, copy, block.payload);
        }
        file.sync();
        return block;
    }

    /**
     * Finds the newest payload, repairs a copy of it that is damaged or was never written, and sees to it that both are durable.
     *
     * @throws StoreDamagedException if no copy is valid, or they belong to another store
     * @throws dev.afterimage.spi.storage.DiskException if the device fails, which is not taken for damage
     */
    public static AlternatingBlock open(DiskFile file, long storeId) {
        Newest newest = newest(file, storeId);
        AlternatingBlock block = new AlternatingBlock(file, storeId, newest.sequence, newest.payload);
        // The other copy first: as long as it may be torn, the good one is left alone.
        block.writeCopy(newest.sequence, 1 - newest.copy, newest.payload);
        file.sync();
        block.writeCopy(newest.sequence, newest.copy, newest.payload);
        file.sync();
        return block;
    }

    /**
     * The newest payload there is now, for those who only look: nothing is repaired, and a crash may yet show an older one.
     *
     * @return read-only, little-endian, at position 0
     * @throws StoreDamagedException if no copy is valid, or they belong to another store
     */
    public static ByteBuffer peek(DiskFile file, long storeId) {
        return newest(file, storeId).payload.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private record Newest(long sequence, int copy, ByteBuffer payload) {
    }

    private static Newest newest(DiskFile file, long storeId) {
        BlockSector sector = new BlockSector();
        long newest = 0;
        int goodCopy = 0;
        ByteBuffer payload = null;
        StringBuilder found = new StringBuilder();
        for (int copy = 0; copy < COPIES; copy++) {
            for (int slot = 0; slot < SLOTS; slot++) {
                String fault = sector.read(file, position(slot, copy), slot, copy, storeId);
                if (fault != null) {
                    found.append(found.length() == 0 ? "" : "; ").append("slot ").append(slot).append(" copy ").append(copy).append(": ").append(fault);
                } else if (sector.sequence() > newest) {
                    newest = sector.sequence();
                    goodCopy = copy;
                    payload = sector.payload();
                }
            }
        }
        if (payload == null) {
            throw new StoreDamagedException("file " + file.name() + " holds no valid block; expected one of four copies, found "
                    + found + "; restore the store from a backup");
        }
        return new Newest(newest, goodCopy, payload);
    }

    /** The newest payload: read-only, little-endian, at position 0, as long as it was written. */
    public ByteBuffer payload() {
        return payload.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes since the block was created, that one included; a write whose success nobody learned of may count. */
    public long sequence() {
        return sequence;
    }

    /**
     * Replaces the payload; durable when this returns.
     *
     * <p>If it throws anything but {@link IllegalArgumentException}, nobody knows which payload a crash would show, and the block refuses to be written until
     * it is opened again.
     *
     * @param newPayload from position to limit, at most {@value #PAYLOAD_BYTES_MAX} bytes; does not move
     * @throws dev.afterimage.spi.storage.DiskException if the device fails
     * @throws StoreFailedException if an earlier write failed
     */
    public void write(ByteBuffer newPayload) {
        Throwable failed = failure;
        if (failed != null) {
            throw new StoreFailedException("an earlier write of file " + file.name() + " failed, so nobody knows what it holds;"
                    + " open the store again to recover", failed);
        }
        ByteBuffer next = copyOf(newPayload);
        try {
            for (int copy = 0; copy < COPIES; copy++) {
                writeCopy(sequence + 1, copy, next);
            }
            file.syncData();
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
        sequence++;
        payload = next;
    }

    private void writeCopy(long number, int copy, ByteBuffer content) {
        int slot = slot(number);
        sector.write(file, position(slot, copy), slot, copy, storeId, number, content);
    }

    /** The slot follows from the sequence, so that no crash can make a write go over the newest. */
    static int slot(long sequence) {
        return (int) (sequence & 1);
    }

    static long position(int slot, int copy) {
        return (2L * copy + slot) * 4096;
    }

    private static ByteBuffer copyOf(ByteBuffer source) {
        int length = source.remaining();
        if (length > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("payload: expected at most " + PAYLOAD_BYTES_MAX + " bytes, found " + length);
        }
        return ByteBuffer.allocate(length).put(source.duplicate()).flip();
    }
}
