package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;

/**
 * The first {@value #BYTES} bytes of a page whose space keeps checksums in the page itself.
 *
 * <table>
 * <caption>Layout, little-endian</caption>
 * <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 * <tr><td>0</td><td>8</td><td>page LSN: the last log record that changed the page</td></tr>
 * <tr><td>8</td><td>8</td><td>image LSN: the log record that carries its last full image, 0 if none</td></tr>
 * <tr><td>16</td><td>4</td><td>checksum; good on the disk only, see {@link PageChecksum}</td></tr>
 * <tr><td>20</td><td>4</td><td>flags; bit 0: the page exists</td></tr>
 * </table>
 *
 * <p>A page of zeros is a page that was never written and does not exist. Whoever changes a header holds the frame's latch.
 */
public final class PageHeader {
    /** Bytes in the header. */
    public static final int BYTES = 24;

    static final int CHECKSUM_OFFSET = 16;

    private static final int PAGE_LSN_OFFSET = 0;
    private static final int IMAGE_LSN_OFFSET = 8;
    private static final int FLAGS_OFFSET = 20;
    private static final int EXISTS = 1;

    private PageHeader() {}

    /** Position of the last log record that changed the page; 0 if none did. */
    public static long pageLsn(OffHeapBytes page) {
        return page.getLong(PAGE_LSN_OFFSET);
    }

    /** Stamps the last log record that changed the page. */
    public static void setPageLsn(OffHeapBytes page, long lsn) {
        page.putLong(PAGE_LSN_OFFSET, lsn);
    }

    /** Position of the log record that carries the page's last full image; 0 if there is none. */
    public static long imageLsn(OffHeapBytes page) {
        return page.getLong(IMAGE_LSN_OFFSET);
    }

    /** Stamps the log record that carries the page's last full image. */
    public static void setImageLsn(OffHeapBytes page, long lsn) {
        page.putLong(IMAGE_LSN_OFFSET, lsn);
    }

    /** The checksum as it was read; what it is in memory after a change means nothing. */
    public static int checksum(OffHeapBytes page) {
        return page.getInt(CHECKSUM_OFFSET);
    }

    /** Whether the page exists, as against never created or discarded. */
    public static boolean exists(OffHeapBytes page) {
        return (page.getInt(FLAGS_OFFSET) & EXISTS) != 0;
    }

    /** Makes the page exist, or cease to. */
    public static void setExists(OffHeapBytes page, boolean exists) {
        int flags = page.getInt(FLAGS_OFFSET);
        page.putInt(FLAGS_OFFSET, exists ? flags | EXISTS : flags & ~EXISTS);
    }
}
