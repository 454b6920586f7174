package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is on disks already has to be read by later versions: places, flags and checksums, as numbers. */
@DisplayName("The header of a page")
class PageHeaderTest {
    @Test
    @DisplayName("has each field in its place, and a flag that changes no other")
    void fields() {
        try (PageMemory memory = PageMemory.allocate(64, 1)) {
            OffHeapBytes page = memory.page(0);
            PageHeader.setPageLsn(page, 11);
            PageHeader.setImageLsn(page, 12);
            page.putInt(16, 13);
            page.putInt(20, 0x7000_0006);
            assertEquals(11, page.getLong(0));
            assertEquals(12, page.getLong(8));
            assertEquals(11, PageHeader.pageLsn(page));
            assertEquals(12, PageHeader.imageLsn(page));
            assertEquals(13, PageHeader.checksum(page));
            assertFalse(PageHeader.exists(page));
            PageHeader.setExists(page, true);
            assertTrue(PageHeader.exists(page));
            assertEquals(0x7000_0007, page.getInt(20));
            PageHeader.setExists(page, true);
            assertEquals(0x7000_0007, page.getInt(20));
            PageHeader.setExists(page, false);
            assertEquals(0x7000_0006, page.getInt(20));
            PageHeader.setExists(page, false);
            assertEquals(0x7000_0006, page.getInt(20));
        }
    }

    @Test
    @DisplayName("has a checksum that stays the same from version to version: CRC-32C over store, number and page, but for the field itself")
    void checksums() {
        ByteBuffer page = ByteBuffer.allocate(64);
        for (int i = 0; i < 64; i++) {
            page.put(i, (byte) i);
        }
        int whole = PageChecksum.ofWholePage(page, 0x0102_0304_0506_0708L, 0x1112_1314_1516_1718L);
        int withHeader = PageChecksum.ofPageWithHeader(page, 0x0102_0304_0506_0708L, 0x1112_1314_1516_1718L);
        assertEquals(reference(page, false), whole);
        assertEquals(reference(page, true), withHeader);
        assertEquals(64, page.remaining());
        page.put(17, (byte) 99); // in the field
        assertEquals(withHeader, PageChecksum.ofPageWithHeader(page, 0x0102_0304_0506_0708L, 0x1112_1314_1516_1718L));
        page.put(20, (byte) 99); // right behind it
        assertTrue(withHeader != PageChecksum.ofPageWithHeader(page, 0x0102_0304_0506_0708L, 0x1112_1314_1516_1718L));
    }

    /** CRC-32C bit by bit (polynomial 0x1EDC6F41, reflected), so that it shares nothing with what is tested. */
    private static int reference(ByteBuffer page, boolean leaveFieldOut) {
        int[] bytes = new int[16 + (leaveFieldOut ? 60 : 64)];
        for (int i = 0; i < 8; i++) {
            bytes[i] = 0x18 - i;
            bytes[8 + i] = 0x08 - i;
        }
        int at = 16;
        for (int i = 0; i < 64; i++) {
            if (!leaveFieldOut || i < 16 || i >= 20) {
                bytes[at++] = page.get(i) & 0xFF;
            }
        }
        int crc = ~0;
        for (int next : bytes) {
            crc ^= next;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82F63B78 : crc >>> 1;
            }
        }
        return ~crc;
    }
}
