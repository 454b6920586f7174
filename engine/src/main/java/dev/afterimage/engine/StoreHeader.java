package dev.afterimage.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/**
 * What a store says of itself, in the one sector of {@value #FILE}.
 *
 * <table>
 *   <caption>Layout, little-endian</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>8</td><td>magic, the letters {@code AFTERIMG}</td></tr>
 *   <tr><td>8</td><td>4</td><td>format version</td></tr>
 *   <tr><td>12</td><td>4</td><td>1 while it is being made, 2 once it is ready</td></tr>
 *   <tr><td>16</td><td>4</td><td>page size in bytes</td></tr>
 *   <tr><td>20</td><td>4</td><td>bytes of the strategy's name</td></tr>
 *   <tr><td>24</td><td>8</td><td>store id, random</td></tr>
 *   <tr><td>32</td><td>8</td><td>when it was made, milliseconds since 1970-01-01 UTC</td></tr>
 *   <tr><td>40</td><td>40</td><td>the strategy's name, ASCII, zeros behind it</td></tr>
 *   <tr><td>80</td><td>428</td><td>zeros</td></tr>
 *   <tr><td>508</td><td>4</td><td>CRC-32C of the 508 bytes before</td></tr>
 * </table>
 *
 * <p>Magic, version and checksum keep their places in every later format, so that an older engine can say "newer" rather than "damaged".
 * The file is never written in place: a new one is written beside it, synced, and renamed over it, so no crash leaves it torn.
 *
 * @param ready whether the store was made to the end
 * @param strategy name of the strategy that made it
 * @param pageSize bytes of a page
 * @param storeId a random number that tells its files from another store's
 * @param createdMillis when it was made, milliseconds since 1970-01-01 UTC
 */
record StoreHeader(boolean ready, String strategy, int pageSize, long storeId, long createdMillis) {
    static final String FILE = "afterimage.store";
    static final int BYTES = 512;
    static final int FORMAT_VERSION = 1;

    private static final long MAGIC = ByteBuffer.wrap("AFTERIMG".getBytes(StandardCharsets.US_ASCII)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    private static final int CREATING = 1;
    private static final int READY = 2;
    private static final int NAME_OFFSET = 40;
    private static final int NAME_BYTES_MAX = 40;
    private static final int CHECKSUM_OFFSET = BYTES - Integer.BYTES;

    /** The same store, made to the end. */
    StoreHeader asReady() {
        return new StoreHeader(true, strategy, pageSize, storeId, createdMillis);
    }

    /** The sector, ready to be written. */
    ByteBuffer encode() {
        byte[] name = strategy.getBytes(StandardCharsets.US_ASCII);
        assert name.length > 0 && name.length <= NAME_BYTES_MAX : strategy;
        ByteBuffer sector = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        sector.putLong(MAGIC).putInt(FORMAT_VERSION).putInt(ready ? READY : CREATING).putInt(pageSize).putInt(name.length);
        sector.putLong(storeId).putLong(createdMillis).put(name);
        sector.putInt(CHECKSUM_OFFSET, checksum(sector));
        sector.clear();
        assert decode(sector.duplicate().order(ByteOrder.LITTLE_ENDIAN), "this header").equals(this);
        return sector;
    }

    /**
     * Reads the header of a store.
     *
     * @throws StoreFormatException if the file holds no header, a damaged one, or one of a newer format
     */
    static StoreHeader readFrom(Disk disk) {
        try (DiskFile file = disk.open(FILE)) {
            // One byte more than a header, to notice a file that is too long.
            ByteBuffer sector = ByteBuffer.allocate(BYTES + 1).order(ByteOrder.LITTLE_ENDIAN);
            file.read(sector, 0);
            sector.flip();
            return decode(sector, disk.description());
        }
    }

    /**
     * Reads a sector.
     *
     * @param sector little-endian, from position 0 to its limit what the file holds
     * @param place for messages
     * @throws StoreFormatException if it is no header, a damaged one, or one of a newer format
     */
    static StoreHeader decode(ByteBuffer sector, String place) {
        String file = FILE + " in " + place;
        if (sector.limit() != BYTES) {
            throw new StoreFormatException(file + ": expected a header of " + BYTES + " bytes, found " + sector.limit()
                    + (sector.limit() < BYTES ? ": it is truncated" : ": this is no store of ours"));
        }
        if (sector.getLong(0) != MAGIC) {
            throw new StoreFormatException(file + ": expected the letters AFTERIMG at its start, found 0x" + Long.toHexString(sector.getLong(0))
                    + ": this is no store, or its header is damaged");
        }
        if (sector.getInt(CHECKSUM_OFFSET) != checksum(sector)) {
            throw new StoreFormatException(file + ": the header is damaged: expected the checksum 0x" + Integer.toHexString(checksum(sector))
                    + ", found 0x" + Integer.toHexString(sector.getInt(CHECKSUM_OFFSET)));
        }
        int version = sector.getInt(8);
        if (version != FORMAT_VERSION) {
            throw new StoreFormatException(file + ": expected format version " + FORMAT_VERSION + ", found " + version
                    + (version > FORMAT_VERSION ? ": open it with the newer release that made it" : ""));
        }
        return fields(sector, file);
    }

    private static StoreHeader fields(ByteBuffer sector, String file) {
        int state = sector.getInt(12);
        int pageSize = sector.getInt(16);
        int nameBytes = sector.getInt(20);
        boolean sane = (state == CREATING || state == READY) && nameBytes > 0 && nameBytes <= NAME_BYTES_MAX
                && pageSize >= StoreConfig.PAGE_SIZE_MIN && pageSize <= StoreConfig.PAGE_SIZE_MAX && Integer.bitCount(pageSize) == 1;
        if (!sane) {
            throw new StoreFormatException(file + ": the header is damaged: it says state " + state + ", page size " + pageSize
                    + ", strategy name of " + nameBytes + " bytes");
        }
        byte[] name = new byte[nameBytes];
        sector.get(NAME_OFFSET, name);
        return new StoreHeader(state == READY, new String(name, StandardCharsets.US_ASCII), pageSize, sector.getLong(24), sector.getLong(32));
    }

    private static int checksum(ByteBuffer sector) {
        CRC32C crc = new CRC32C();
        crc.update(sector.duplicate().clear().limit(CHECKSUM_OFFSET));
        return (int) crc.getValue();
    }
}
