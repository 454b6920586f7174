package dev.afterimage.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@DisplayName("A window on off-heap memory")
class OffHeapBytesTest {
    private static final int SIZE = 4096;

    private final PageMemory memory = PageMemory.allocate(SIZE, 3);
    private final OffHeapBytes page = memory.page(1);

    @AfterEach
    void release() {
        memory.close();
    }

    @Test
    @DisplayName("runs as part of a named module, so that these tests see what an embedder sees")
    void namedModule() {
        assertTrue(PageMemory.class.getModule().isNamed());
        assertEquals("dev.afterimage.memory", PageMemory.class.getModule().getName());
    }

    @Test
    @DisplayName("starts out as zeros")
    void zeroed() {
        for (int i = 0; i < memory.count(); i++) {
            assertTrue(memory.page(i).isZero(0, SIZE));
        }
    }

    @Test
    @DisplayName("keeps numbers in little-endian order at any alignment")
    void littleEndian() {
        page.putLong(3, 0x0807060504030201L);
        page.putInt(21, 0x0c0b0a09);
        page.putShort(33, (short) 0x0e0d);
        page.putByte(40, (byte) 0x0f);
        byte[] found = new byte[8];
        page.get(3, found, 0, 8);
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, found);
        assertEquals(9, page.getByte(21));
        assertEquals(12, page.getByte(24));
        assertEquals(0x0d, page.getByte(33));
        assertEquals(0x0807060504030201L, page.getLong(3));
        assertEquals(0x0c0b0a09, page.getInt(21));
        assertEquals((short) 0x0e0d, page.getShort(33));
        assertEquals((byte) 0x0f, page.getByte(40));
    }

    @Test
    @DisplayName("refuses every byte outside itself and leaves its neighbours alone")
    void bounds() {
        byte[] array = new byte[16];
        List<Executable> outside = List.of(
                () -> page.getByte(-1), () -> page.getByte(SIZE),
                () -> page.getShort(-1), () -> page.getShort(SIZE - 1),
                () -> page.getInt(-1), () -> page.getInt(SIZE - 3),
                () -> page.getLong(-1), () -> page.getLong(SIZE - 7), () -> page.getLong(Integer.MAX_VALUE), () -> page.getLong(Integer.MIN_VALUE),
                () -> page.putByte(SIZE, (byte) 1), () -> page.putByte(-1, (byte) 1),
                () -> page.putShort(SIZE - 1, (short) -1), () -> page.putInt(SIZE - 3, -1), () -> page.putLong(SIZE - 7, -1),
                () -> page.putLong(-8, -1), () -> page.putLong(Integer.MAX_VALUE, -1),
                () -> page.get(SIZE - 15, array, 0, 16), () -> page.get(0, array, 1, 16), () -> page.get(0, array, 0, -1),
                () -> page.put(SIZE - 15, array, 0, 16), () -> page.put(0, array, -1, 4), () -> page.put(-1, array, 0, 4),
                () -> page.get(SIZE - 15, ByteBuffer.allocateDirect(16)), () -> page.put(SIZE - 15, ByteBuffer.allocateDirect(16)),
                () -> page.fill(1, SIZE, (byte) 1), () -> page.fill(-1, 2, (byte) 1), () -> page.fill(0, -1, (byte) 1),
                () -> page.fill(Integer.MAX_VALUE, Integer.MAX_VALUE, (byte) 1),
                () -> page.copyTo(0, memory.page(0), 1, SIZE), () -> page.copyTo(1, memory.page(0), 0, SIZE), () -> page.copyTo(0, page, 0, -1),
                () -> page.isZero(0, SIZE + 1), () -> page.isZero(-1, 1),
                () -> page.window(0, SIZE + 1), () -> page.window(-1, 1), () -> page.window(1, Integer.MAX_VALUE));
        for (Executable access : outside) {
            assertThrows(IndexOutOfBoundsException.class, access);
        }
        for (int i = 0; i < memory.count(); i++) {
            assertTrue(memory.page(i).isZero(0, SIZE));
        }
        IndexOutOfBoundsException message = assertThrows(IndexOutOfBoundsException.class, () -> page.getLong(4090));
        assertEquals("8 bytes at offset 4090 are not within this window of 4096 bytes", message.getMessage());
    }

    @Test
    @DisplayName("hands out windows that share its bytes and keep their own bounds")
    void windows() {
        OffHeapBytes window = page.window(24, 100).window(8, 16);
        window.putLong(0, 77);
        assertEquals(77, page.getLong(32));
        assertEquals(16, window.length());
        assertThrows(IndexOutOfBoundsException.class, () -> window.getLong(9));
        assertThrows(IndexOutOfBoundsException.class, () -> window.getByte(-1));
        assertEquals(0, page.window(SIZE, 0).length());
    }

    @Test
    @DisplayName("moves bytes to and from arrays and buffers of every kind")
    void buffers() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 400; round++) {
            int count = random.nextInt(SIZE + 1);
            int offset = random.nextInt(SIZE - count + 1);
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            ByteBuffer source = buffer(round, count + 7).position(3).limit(3 + count);
            source.duplicate().put(bytes);
            ByteBuffer given = round % 2 == 0 ? source : source.asReadOnlyBuffer();
            page.fill(0, SIZE, (byte) 0x55);
            page.put(offset, given);
            assertEquals(3 + count, given.position());
            byte[] expected = new byte[SIZE];
            Arrays.fill(expected, (byte) 0x55);
            System.arraycopy(bytes, 0, expected, offset, count);
            byte[] found = new byte[SIZE];
            page.get(0, found, 0, SIZE);
            assertArrayEquals(expected, found);

            ByteBuffer target = buffer(round + 1, count + 5).position(2).limit(2 + count);
            page.get(offset, target);
            assertEquals(2 + count, target.position());
            byte[] back = new byte[count];
            target.flip().position(2).get(back);
            assertArrayEquals(bytes, back);
        }
    }

    @Test
    @DisplayName("refuses to fill a read-only buffer")
    void readOnlyTarget() {
        assertThrows(ReadOnlyBufferException.class, () -> page.get(0, ByteBuffer.allocateDirect(8).asReadOnlyBuffer()));
        assertThrows(ReadOnlyBufferException.class, () -> page.get(0, ByteBuffer.allocate(8).asReadOnlyBuffer()));
    }

    @Test
    @DisplayName("copies to other windows, and rightly within itself where they overlap")
    void copies() {
        for (int i = 0; i < SIZE; i++) {
            page.putByte(i, (byte) (i * 31));
        }
        page.copyTo(100, memory.page(2), 7, 1000);
        for (int i = 0; i < 1000; i++) {
            assertEquals((byte) ((100 + i) * 31), memory.page(2).getByte(7 + i));
        }
        assertTrue(memory.page(2).isZero(0, 7));
        assertTrue(memory.page(2).isZero(1007, SIZE - 1007));
        page.copyTo(0, page, 5, 2000);
        for (int i = 0; i < 2000; i++) {
            assertEquals((byte) (i * 31), page.getByte(5 + i));
        }
    }

    @Test
    @DisplayName("is touched at its beginning and along a range, and nowhere outside itself")
    void touched() {
        OffHeapBytes window = page.window(100, 200);
        for (int at = 0; at < 200; at++) {
            window.putByte(at, (byte) at);
        }
        assertEquals(10 + 74 + 110, window.touch(10, 110));
        assertEquals(10 + 20 + 20, window.touch(10, 20), "a short range has no second line");
        assertEquals(0, window.touch(0, 0));
        for (int[] range : new int[][] {{-1, 5}, {0, 200}, {200, 200}, {5, 3}, {Integer.MIN_VALUE, Integer.MAX_VALUE}, {Integer.MAX_VALUE, Integer.MAX_VALUE}}) {
            assertThrows(IndexOutOfBoundsException.class, () -> window.touch(range[0], range[1]));
        }
    }

    @Test
    @DisplayName("knows whether a range is all zeros, whatever its alignment")
    void zeroRanges() {
        page.putByte(1000, (byte) 1);
        assertTrue(page.isZero(0, 1000));
        assertFalse(page.isZero(0, 1001));
        assertFalse(page.isZero(1000, 1));
        assertTrue(page.isZero(1001, SIZE - 1001));
        for (int start = 985; start <= 1000; start++) {
            assertFalse(page.isZero(start, 1001 - start));
            assertTrue(page.isZero(start, 1000 - start));
        }
    }

    @Test
    @DisplayName("fills exactly the bytes it was asked to")
    void fills() {
        page.fill(5, 11, (byte) -1);
        assertTrue(page.isZero(0, 5));
        assertEquals(-1L, page.getLong(5));
        assertEquals(-1, page.getShort(14));
        assertTrue(page.isZero(16, SIZE - 16));
        page.fill(SIZE, 0, (byte) 3);
    }

    @Test
    @DisplayName("says that its memory was released, from then on, for every kind of access")
    void afterRelease() {
        OffHeapBytes window = page.window(8, 16);
        memory.close();
        memory.close();
        List<Executable> late = List.of(
                () -> page.getByte(0), () -> page.getShort(0), () -> page.getInt(0), () -> page.getLong(0),
                () -> page.putByte(0, (byte) 0), () -> page.putShort(0, (short) 0), () -> page.putInt(0, 0), () -> page.putLong(0, 0),
                () -> page.get(0, new byte[1], 0, 1), () -> page.put(0, new byte[1], 0, 1),
                () -> page.get(0, ByteBuffer.allocateDirect(1)), () -> page.put(0, ByteBuffer.allocate(1)), () -> page.fill(0, 1, (byte) 0),
                () -> page.copyTo(0, page, 0, 1), () -> page.isZero(0, 1), () -> window.getInt(0), () -> memory.page(0));
        for (Executable access : late) {
            IllegalStateException error = assertThrows(IllegalStateException.class, access);
            assertEquals("This memory was released: the PageMemory of 3 pages of 4096 bytes it belongs to is closed; a page must not be used after that",
                    error.getMessage());
        }
    }

    private static ByteBuffer buffer(int kind, int capacity) {
        ByteBuffer buffer = kind % 3 == 0 ? ByteBuffer.allocate(capacity)
                : kind % 3 == 1 ? ByteBuffer.allocateDirect(capacity)
                : ByteBuffer.allocateDirect(capacity + 4).position(4).slice();
        return buffer.order(kind % 2 == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }
}
