package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreFormatException;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * The first block of a segment: who it belongs to, and where its timeline comes from. The table is in the package description.
 *
 * <p>All of it lies in the file's first sector, so a crash leaves the old header or the new one. A spare keeps the header it last had; a new spare has timeline 0.
 *
 * @param segmentBytes bytes of every segment of this log
 * @param storeId the store it belongs to
 * @param number which piece of the stream it holds
 * @param timeline the timeline, the same in all segments of one
 */
record SegmentHeader(int segmentBytes, long storeId, long number, Timeline timeline) {
    /** Bytes before the first record: a block of its own, so that no write of records ever touches the header's block. */
    static final int BYTES = 4096;
    /** Bytes that are written. */
    static final int SECTOR = 512;

    private static final long MAGIC = 0x474F4C5245544641L; // "AFTERLOG", read from the file's first byte
    private static final int VERSION = 1;
    private static final int CHECKED_BYTES = 64;

    /** The header of a spare that was never used. */
    static SegmentHeader unused(int segmentBytes, long storeId) {
        return new SegmentHeader(segmentBytes, storeId, 0, new Timeline(0, 0, 0, 0, 0));
    }

    /** Writes it at the head of a file; syncs nothing. */
    void writeTo(DiskFile file) {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        sector.putLong(MAGIC).putInt(VERSION).putInt(segmentBytes).putLong(storeId).putInt(timeline.number()).putInt(timeline.parent())
                .putLong(number).putLong(timeline.startLsn()).putLong(timeline.parentEnd()).putLong(timeline.salt());
        assert sector.position() == CHECKED_BYTES;
        sector.putInt(checksum(sector)).clear();
        file.write(sector, 0);
    }

    /**
     * Reads the header of a file, or gives null where there is none that is whole.
     *
     * @throws StoreFormatException if it is whole but of a newer format
     */
    static @Nullable SegmentHeader readFrom(DiskFile file) {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(sector, 0) < SECTOR || sector.getLong(0) != MAGIC || sector.getInt(CHECKED_BYTES) != checksum(sector)) {
            return null;
        }
        if (sector.getInt(8) != VERSION) {
            throw new StoreFormatException("log segment " + file.name() + ": expected format " + VERSION + ", found " + sector.getInt(8)
                    + "; open it with the release that wrote it");
        }
        Timeline timeline = new Timeline(sector.getInt(24), sector.getLong(56), sector.getLong(40), sector.getInt(28), sector.getLong(48));
        return new SegmentHeader(sector.getInt(12), sector.getLong(16), sector.getLong(32), timeline);
    }

    /** Whether this is the header that a file of that name must have. */
    boolean fits(SegmentName name) {
        return number == name.number() && timeline.number() == name.timeline();
    }

    private static int checksum(ByteBuffer sector) {
        CRC32C crc = new CRC32C();
        crc.update(sector.array(), 0, CHECKED_BYTES);
        return (int) crc.getValue();
    }
}
