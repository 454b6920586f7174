package dev.afterimage.buffer;

import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** One copy of one slot of an {@link AlternatingBlock}, where its layout is: a sector's worth of bytes on their way from or to the disk. */
final class BlockSector {
    static final int BYTES = 512;

    private static final long MAGIC = 0x4b434f4c42544c41L; // "ALTBLOCK"
    private static final int MAGIC_OFFSET = 0;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int STORE_ID_OFFSET = 16;
    private static final int LENGTH_OFFSET = 24;
    private static final int CHECKSUM_OFFSET = 28;
    private static final int PAYLOAD_OFFSET = 32;

    private final ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);

    void write(DiskFile file, long position, int slot, int copy, long storeId, long sequence, ByteBuffer payload) {
        assert AlternatingBlock.slot(sequence) == slot;
        bytes.clear();
        bytes.putLong(MAGIC).putLong(sequence).putLong(storeId).putInt(payload.remaining()).putInt(0).put(payload.duplicate());
        while (bytes.hasRemaining()) {
            bytes.put((byte) 0);
        }
        bytes.putInt(CHECKSUM_OFFSET, checksum(slot, copy));
        assert fault(slot, copy, storeId) == null;
        file.write(bytes.clear(), position);
    }

    /** Reads a copy; null if it is valid, otherwise what is wrong with it. */
    @Nullable String read(DiskFile file, long position, int slot, int copy, long storeId) {
        bytes.clear();
        file.read(bytes, position);
        while (bytes.hasRemaining()) {
            bytes.put((byte) 0);
        }
        return fault(slot, copy, storeId);
    }

    private @Nullable String fault(int slot, int copy, long storeId) {
        if (bytes.getLong(MAGIC_OFFSET) != MAGIC) {
            return "no block";
        }
        int expected = bytes.getInt(CHECKSUM_OFFSET);
        int found = checksum(slot, copy);
        if (expected != found) {
            return String.format("checksum %08x expected, %08x found", expected, found);
        }
        if (bytes.getLong(STORE_ID_OFFSET) != storeId) {
            return String.format("store %016x expected, %016x found", storeId, bytes.getLong(STORE_ID_OFFSET));
        }
        int length = bytes.getInt(LENGTH_OFFSET);
        if (sequence() < 1 || AlternatingBlock.slot(sequence()) != slot || length < 0 || length > AlternatingBlock.PAYLOAD_BYTES_MAX) {
            return "sequence " + sequence() + " with " + length + " bytes cannot be here";
        }
        return null;
    }

    long sequence() {
        return bytes.getLong(SEQUENCE_OFFSET);
    }

    /** A copy of the payload of a valid sector. */
    ByteBuffer payload() {
        byte[] payload = new byte[bytes.getInt(LENGTH_OFFSET)];
        bytes.get(PAYLOAD_OFFSET, payload);
        return ByteBuffer.wrap(payload);
    }

    private int checksum(int slot, int copy) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.clear().limit(CHECKSUM_OFFSET));
        crc.update(bytes.clear().position(PAYLOAD_OFFSET));
        crc.update(slot);
        crc.update(copy);
        return (int) crc.getValue();
    }
}
