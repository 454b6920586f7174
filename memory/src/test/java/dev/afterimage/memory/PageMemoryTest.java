package dev.afterimage.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Page memory")
class PageMemoryTest {

    @Test
    @DisplayName("spans several allocations without two pages sharing a byte")
    void manySlabs() {
        int pageSize = 65536;
        int count = 2 * PageMemory.SLAB_BYTES / pageSize + 3;
        try (PageMemory memory = PageMemory.allocate(pageSize, count)) {
            for (int i = 0; i < count; i++) {
                assertTrue(memory.page(i).isZero(0, pageSize), "page " + i + " is not zeroed");
                memory.page(i).fill(0, pageSize, (byte) (i + 1));
            }
            for (int i = 0; i < count; i++) {
                assertEquals((byte) (i + 1), memory.page(i).getByte(0));
                assertEquals((byte) (i + 1), memory.page(i).getByte(pageSize - 1));
                assertSame(memory.page(i), memory.page(i));
            }
            assertEquals(count, memory.count());
            assertEquals(pageSize, memory.pageSize());
        }
    }

    @Test
    @DisplayName("holds pages from 8 bytes to 1 MiB and copies the largest within itself")
    void extremes() {
        try (PageMemory small = PageMemory.allocate(8, 1); PageMemory large = PageMemory.allocate(PageMemory.MAX_PAGE_SIZE, 5); PageMemory none = PageMemory.allocate(8, 0)) {
            small.page(0).putLong(0, -1);
            large.page(4).copyTo(0, large.page(0), 0, PageMemory.MAX_PAGE_SIZE);
            large.page(4).putLong(PageMemory.MAX_PAGE_SIZE - 8, 1);
            assertEquals(0, none.count());
        }
        assertThrows(IllegalArgumentException.class, () -> PageMemory.allocate(4, 1));
        assertThrows(IllegalArgumentException.class, () -> PageMemory.allocate(12, 1));
        assertThrows(IllegalArgumentException.class, () -> PageMemory.allocate(2 << 20, 1));
        assertThrows(IllegalArgumentException.class, () -> PageMemory.allocate(4096, -1));
    }

    @Test
    @DisplayName("refuses a page that is not there, naming it")
    void noSuchPage() {
        try (PageMemory memory = PageMemory.allocate(4096, 2)) {
            IndexOutOfBoundsException error = assertThrows(IndexOutOfBoundsException.class, () -> memory.page(2));
            assertEquals("page 2 is not among the 2 pages of this memory", error.getMessage());
            assertThrows(IndexOutOfBoundsException.class, () -> memory.page(-1));
        }
    }

    @Test
    @DisplayName("makes no garbage on access")
    void noGarbage() throws ReflectiveOperationException {
        ByteBuffer direct = ByteBuffer.allocateDirect(4096);
        byte[] array = new byte[100];
        try (PageMemory memory = PageMemory.allocate(4096, 2)) {
            long before = 0;
            for (int round = 0; round < 3; round++) {
                before = allocatedBytes();
                for (int i = 0; i < 20_000; i++) {
                    touchEverything(memory.page(0), memory.page(1), direct, array);
                }
            }
            long allocated = allocatedBytes() - before;
            assertTrue(allocated < 20_000, allocated + " bytes of garbage in 20,000 rounds");
        }
    }

    /** By reflection, because the module under test rightly does not read the JDK's management modules. */
    private static long allocatedBytes() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(null);
        Method allocated = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        return (long) allocated.invoke(threads);
    }

    private static void touchEverything(OffHeapBytes one, OffHeapBytes other, ByteBuffer direct, byte[] array) {
        one.putLong(8, one.getLong(16) + 1);
        one.putInt(4, one.getInt(24));
        one.putByte(3, one.getByte(2));
        one.copyTo(0, other, 0, 4096);
        one.get(0, direct.clear());
        one.put(0, direct.flip());
        one.get(5, array, 0, 100);
        one.put(5, array, 0, 100);
        one.fill(40, 100, (byte) 3);
        one.isZero(0, 4096);
    }
}
