package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.zip.CRC32C;

import dev.afterimage.spi.storage.DiskFile;

/** The doublewrite file: generation (8), count (4), checksum (4), page numbers (8 each), then, from the next sector on, the pages. */
final class LogCopies {
    private LogCopies() {
    }

    static long bytes(int pages, int pageSize) {
        return head(pages) + (long) pages * pageSize;
    }

    private static int head(int pages) {
        return (16 + 8 * pages + LogRecords.SECTOR - 1) / LogRecords.SECTOR * LogRecords.SECTOR;
    }

    static void write(DiskFile file, long generation, SortedMap<Long, byte[]> pages, int pageSize) {
        ByteBuffer bytes = ByteBuffer.allocate((int) bytes(pages.size(), pageSize));
        bytes.putLong(generation).putInt(pages.size()).putInt(0);
        pages.keySet().forEach(bytes::putLong);
        bytes.putInt(12, checksum(bytes, pages.size()));
        bytes.position(head(pages.size()));
        pages.values().forEach(bytes::put);
        file.write(bytes.flip(), 0);
    }

    /** The copies of a generation whose list is whole; each page still has to prove itself. */
    static Map<Long, byte[]> read(DiskFile file, long generation, int pageSize) {
        Map<Long, byte[]> pages = new HashMap<>();
        ByteBuffer head = ByteBuffer.allocate(16);
        if (file.read(head, 0) < 16) {
            return pages;
        }
        int count = head.getInt(8);
        if (head.getLong(0) != generation || count < 0 || bytes(count, pageSize) > file.size()) {
            return pages;
        }
        ByteBuffer all = ByteBuffer.allocate((int) bytes(count, pageSize));
        file.read(all, 0);
        if (all.getInt(12) != checksum(all, count)) {
            return pages;
        }
        for (int index = 0; index < count; index++) {
            byte[] page = new byte[pageSize];
            all.get(head(count) + index * pageSize, page);
            pages.put(all.getLong(16 + 8 * index), page);
        }
        return pages;
    }

    private static int checksum(ByteBuffer bytes, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, 12));
        crc.update(bytes.slice(16, 8 * count));
        return (int) crc.getValue() | 1;
    }
}
