package dev.afterimage.buffer;

import java.nio.ByteBuffer;

public final class PageChecksum {
    private PageChecksum() {}

    /** CRC-32C over store id, page number and the page in {@code [position, limit)}, less its checksum field; moves nothing. */
    public static int ofPageWithHeader(ByteBuffer page, long number, long storeId) { throw new UnsupportedOperationException("soon"); }

    /** CRC-32C over store id, page number and all of the page in {@code [position, limit)}; for spaces whose checksums live elsewhere. Moves nothing. */
    public static int ofWholePage(ByteBuffer page, long number, long storeId) { throw new UnsupportedOperationException("soon"); }
}
