package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A full-page image")
class FullPageImageTest {
    private static final int PAGE_SIZE = 4096;

    private final PageMemory memory = PageMemory.allocate(PAGE_SIZE, 2);
    private final OffHeapBytes page = memory.page(0);
    private final OffHeapBytes other = memory.page(1);
    private final FullPageImage image = new FullPageImage();

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    @DisplayName("brings any page back byte for byte, whatever was there, at any place in a buffer (seeds 0 to 999)")
    void roundTrip() {
        for (int seed = 0; seed < 1000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] expected = randomPage(random);
            page.put(0, expected, 0, PAGE_SIZE);
            other.fill(0, PAGE_SIZE, (byte) 0xEE);
            image.measure(page);
            int start = random.nextInt(100);
            ByteBuffer buffer = seed % 2 == 0 ? ByteBuffer.allocate(PAGE_SIZE + 300) : ByteBuffer.allocateDirect(PAGE_SIZE + 300).order(ByteOrder.LITTLE_ENDIAN);
            buffer.position(start);
            image.encode(buffer);
            assertEquals(start + image.encodedBytes(), buffer.position(), "seed " + seed);
            assertTrue(image.encodedBytes() <= FullPageImage.encodedBytesMax(PAGE_SIZE));
            int end = buffer.position();
            buffer.putInt(0x5EED).position(start);
            FullPageImage.decode(buffer, other);
            assertEquals(end, buffer.position(), "seed " + seed);
            byte[] found = new byte[PAGE_SIZE];
            other.get(0, found, 0, PAGE_SIZE);
            assertArrayEquals(expected, found, "seed " + seed);
        }
    }

    private static byte[] randomPage(SplittableRandom random) {
        byte[] bytes = new byte[PAGE_SIZE];
        if (random.nextInt(10) == 0) {
            return bytes;
        }
        random.nextBytes(bytes);
        int holes = random.nextInt(4);
        for (int i = 0; i < holes; i++) {
            int from = random.nextInt(PAGE_SIZE);
            int to = random.nextInt(5) == 0 ? PAGE_SIZE : from + random.nextInt(PAGE_SIZE - from);
            java.util.Arrays.fill(bytes, random.nextInt(5) == 0 ? 0 : from, to, (byte) 0);
        }
        return bytes;
    }

    @Test
    @DisplayName("leaves out the longest hole only")
    void hole() {
        image.measure(page);
        assertEquals(12, image.encodedBytes(), "nothing but zeros");
        page.putByte(0, (byte) 1);
        page.putByte(PAGE_SIZE - 1, (byte) 1);
        image.measure(page);
        assertEquals(12 + 16, image.encodedBytes());
        page.putByte(1000, (byte) 1);
        image.measure(page);
        assertEquals(12 + 1008 + 8, image.encodedBytes());
        page.fill(0, PAGE_SIZE, (byte) 1);
        image.measure(page);
        assertEquals(12 + PAGE_SIZE, image.encodedBytes());
    }

    @Test
    @DisplayName("refuses bytes that are no image of such a page, and leaves the page alone")
    void refuses() {
        page.fill(0, PAGE_SIZE, (byte) 7);
        int[][] heads = {{PAGE_SIZE * 2, 0, 0}, {PAGE_SIZE, -1, 0}, {PAGE_SIZE, 0, -1}, {PAGE_SIZE, PAGE_SIZE, 1}, {PAGE_SIZE, 1, PAGE_SIZE},
                {PAGE_SIZE, Integer.MAX_VALUE, Integer.MAX_VALUE}, {PAGE_SIZE, 0, PAGE_SIZE - 4000}, {0, 0, 0}};
        for (int[] head : heads) {
            ByteBuffer buffer = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putInt(head[0]).putInt(head[1]).putInt(head[2]).rewind();
            assertThrows(StoreDamagedException.class, () -> FullPageImage.decode(buffer, page));
        }
        assertThrows(StoreDamagedException.class, () -> FullPageImage.decode(ByteBuffer.allocate(11), page));
        for (int i = 0; i < PAGE_SIZE; i++) {
            assertEquals(7, page.getByte(i));
        }
    }

    @Test
    @DisplayName("fits where there is room for it and not a byte more, and one of zeros alone is twelve bytes")
    void exactFit() {
        image.measure(page);
        ByteBuffer twelve = ByteBuffer.allocate(12);
        image.encode(twelve);
        assertEquals(0, twelve.remaining());
        other.fill(0, PAGE_SIZE, (byte) 9);
        FullPageImage.decode(twelve.flip(), other);
        assertTrue(other.isZero(0, PAGE_SIZE));
        page.fill(0, PAGE_SIZE, (byte) 7);
        image.measure(page);
        ByteBuffer all = ByteBuffer.allocate(12 + PAGE_SIZE);
        image.encode(all);
        FullPageImage.decode(all.flip(), other);
        assertEquals(7, other.getByte(PAGE_SIZE - 1));
    }

    @Test
    @DisplayName("is refused when it is shorter than its head, whatever lies there, and the bytes' order stays the caller's")
    void shorterThanItsHead() {
        for (int bytes = 0; bytes < 12; bytes++) {
            ByteBuffer buffer = ByteBuffer.allocate(bytes);
            assertThrows(StoreDamagedException.class, () -> FullPageImage.decode(buffer, page));
            assertEquals(ByteOrder.BIG_ENDIAN, buffer.order());
        }
    }

    @Test
    @DisplayName("is not written where there is no room, or before a page was measured")
    void noRoom() {
        assertThrows(IllegalStateException.class, image::encodedBytes);
        page.fill(0, PAGE_SIZE, (byte) 7);
        image.measure(page);
        ByteBuffer buffer = ByteBuffer.allocate(PAGE_SIZE * 2).limit(PAGE_SIZE);
        assertThrows(BufferOverflowException.class, () -> image.encode(buffer));
        assertEquals(0, buffer.position());
    }

    @Test
    @DisplayName("P1: is needed for the first change after each redo point, not only once")
    void needed() {
        assertTrue(FullPageImage.needed(0, 0));
        assertTrue(FullPageImage.needed(0, 100));
        assertTrue(FullPageImage.needed(99, 100));
        assertFalse(FullPageImage.needed(100, 100));
        assertFalse(FullPageImage.needed(101, 100));
    }
}
