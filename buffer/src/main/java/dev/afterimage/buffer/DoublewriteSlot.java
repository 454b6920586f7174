package dev.afterimage.buffer;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The copy of one page in the doublewrite area, as bytes of a buffer.
 *
 * <table>
 * <caption>Layout, little-endian; slot {@code i} of region {@code r} is at {@code (r * slots + i) * (512 + page size)}</caption>
 * <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 * <tr><td>0</td><td>8</td><td>magic</td></tr>
 * <tr><td>8</td><td>8</td><td>the store's id</td></tr>
 * <tr><td>16</td><td>8</td><td>number of the batch, from 1 on; its lowest bit is the region</td></tr>
 * <tr><td>24</td><td>8</td><td>page number</td></tr>
 * <tr><td>32</td><td>4</td><td>which home file</td></tr>
 * <tr><td>36</td><td>4</td><td>pages in the batch</td></tr>
 * <tr><td>40</td><td>4</td><td>the page's checksum, as it is in the page itself</td></tr>
 * <tr><td>44</td><td>4</td><td>CRC-32C of the 44 bytes before and of the slot's position in the file</td></tr>
 * <tr><td>48</td><td>464</td><td>zeros</td></tr>
 * <tr><td>512</td><td>page size</td><td>the page</td></tr>
 * </table>
 *
 * <p>The header speaks for the page by its checksum, which covers the page number and the store's id as well. So a header of one batch beside the page of another, either of
 * them torn, a slot that was written to the wrong place, and what another store left there are all told from a copy.
 */
final class DoublewriteSlot {
    static final int HEADER_BYTES = 512;

    private static final long MAGIC = 0x6563697754744641L; // "AFtTwice"
    private static final int STORE = 8;
    private static final int BATCH = 16;
    private static final int NUMBER = 24;
    private static final int SPACE = 32;
    private static final int PAGES = 36;
    private static final int PAGE_CHECKSUM = 40;
    private static final int CRC = 44;

    private DoublewriteSlot() {}

    /** Bytes of a slot. */
    static int bytes(int pageSize) {
        return HEADER_BYTES + pageSize;
    }

    /** Writes the header; the page is there already, with its checksum. The buffer's position does not count. */
    static void stamp(ByteBuffer buffer, int at, long position, long storeId, long batch, int space, long number, int pages) {
        buffer.putLong(at, MAGIC).putLong(at + STORE, storeId).putLong(at + BATCH, batch).putLong(at + NUMBER, number);
        buffer.putInt(at + SPACE, space).putInt(at + PAGES, pages);
        buffer.putInt(at + PAGE_CHECKSUM, buffer.getInt(at + HEADER_BYTES + PageHeader.CHECKSUM_OFFSET));
        buffer.putInt(at + CRC, crc(buffer, at, position));
    }

    /** The number of the batch if the header is whole and of this store; 0 if not. The page may be torn all the same. */
    static long batch(ByteBuffer buffer, int at, long position, long storeId) {
        boolean whole = buffer.getLong(at) == MAGIC && buffer.getLong(at + STORE) == storeId && buffer.getInt(at + CRC) == crc(buffer, at, position);
        return whole ? buffer.getLong(at + BATCH) : 0;
    }

    /** Whether the page is whole and the one that the header, which is whole, speaks of. */
    static boolean holdsPage(ByteBuffer buffer, int at, int pageSize, long storeId) {
        int checksum = buffer.getInt(at + HEADER_BYTES + PageHeader.CHECKSUM_OFFSET);
        if (checksum != buffer.getInt(at + PAGE_CHECKSUM)) {
            return false;
        }
        ByteBuffer page = page(buffer, at, pageSize);
        return checksum == PageChecksum.ofPageWithHeader(page, number(buffer, at), storeId);
    }

    /** A view of the page. */
    static ByteBuffer page(ByteBuffer buffer, int at, int pageSize) {
        return buffer.slice(at + HEADER_BYTES, pageSize).order(buffer.order());
    }

    static long number(ByteBuffer buffer, int at) {
        return buffer.getLong(at + NUMBER);
    }

    static int space(ByteBuffer buffer, int at) {
        return buffer.getInt(at + SPACE);
    }

    static int pages(ByteBuffer buffer, int at) {
        return buffer.getInt(at + PAGES);
    }

    private static int crc(ByteBuffer buffer, int at, long position) {
        CRC32C crc = new CRC32C();
        for (int i = at; i < at + CRC; i++) {
            crc.update(buffer.get(i));
        }
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (position >>> shift) & 0xFF);
        }
        return (int) crc.getValue();
    }
}
