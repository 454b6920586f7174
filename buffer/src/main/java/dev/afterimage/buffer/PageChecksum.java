package dev.afterimage.buffer;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli) over the store's id, the page's number and the page's bytes.
 *
 * <p>The number makes a misdirected write show: the right bytes of another page do not pass. The id does the same for bytes that another store left on the
 * disk. To be computed on the copy that goes to the disk, after its last stamp, and compared on every read. Buffers keep their position; direct ones are
 * fastest. Safe for many threads.
 */
public final class PageChecksum {
    private PageChecksum() {}

    /**
     * The checksum of a page that carries it in its {@link PageHeader}: the field itself is left out.
     *
     * @param page the page, from the buffer's position to its limit; at least {@link PageHeader#BYTES}
     */
    public static int ofPageWithHeader(ByteBuffer page, long number, long storeId) {
        int start = page.position();
        int end = page.limit();
        CRC32C crc = begin(number, storeId);
        page.limit(start + PageHeader.CHECKSUM_OFFSET);
        crc.update(page);
        page.limit(end).position(start + PageHeader.CHECKSUM_OFFSET + Integer.BYTES);
        crc.update(page);
        page.position(start);
        return (int) crc.getValue();
    }

    /**
     * The checksum of a page that is kept elsewhere, by its parent for example: all bytes count.
     *
     * @param page the page, from the buffer's position to its limit
     */
    public static int ofWholePage(ByteBuffer page, long number, long storeId) {
        int start = page.position();
        CRC32C crc = begin(number, storeId);
        crc.update(page);
        page.position(start);
        return (int) crc.getValue();
    }

    private static CRC32C begin(long number, long storeId) {
        CRC32C crc = new CRC32C();
        update(crc, storeId);
        update(crc, number);
        return crc;
    }

    private static void update(CRC32C crc, long value) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (value >>> shift) & 0xFF);
        }
    }
}
