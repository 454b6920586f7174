package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.PageBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A page copied where it is touched")
class PartialCopyTest {
    private static final int LENGTH = 1000; // parts of 16 bytes, the last one of 8
    private static final byte GARBAGE = 0x55;

    private final PageMemory memory = PageMemory.allocate(1024, 3);
    private final OffHeapBytes source = memory.page(0).window(0, LENGTH);
    private final OffHeapBytes target = memory.page(1).window(0, LENGTH);
    private final OffHeapBytes other = memory.page(2).window(0, LENGTH);
    private final PartialCopy copy = new PartialCopy(LENGTH);

    @AfterEach
    void free() {
        memory.close();
    }

    private void begin() {
        for (int i = 0; i < LENGTH; i++) {
            source.putByte(i, (byte) (i * 7));
        }
        target.fill(0, LENGTH, GARBAGE);
        copy.begin(source);
        copy.into(target, null);
    }

    private int copiedBytes() {
        int count = 0;
        for (int i = 0; i < LENGTH; i++) {
            count += target.getByte(i) == (byte) (i * 7) && target.getByte(i) != GARBAGE ? 1 : 0;
        }
        return count;
    }

    @Test
    @DisplayName("shows what a whole copy would show, whatever is read and written, in whatever order")
    void asAWholeCopy() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            begin();
            byte[] whole = new byte[LENGTH];
            source.get(0, whole, 0, LENGTH);
            ByteBuffer model = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
            int steps = random.nextInt(60);
            for (int step = 0; step < steps; step++) {
                step(random, model, "seed " + seed + ", step " + step);
            }
            if (random.nextBoolean()) {
                copy.complete();
                assertTrue(copy.isComplete());
                source.fill(0, LENGTH, (byte) -1); // nobody needs it any more
            }
            assertSame(model, copy, "seed " + seed);
        }
    }

    private void step(SplittableRandom random, ByteBuffer model, String when) {
        int at = random.nextInt(LENGTH - 8 + 1);
        int count = random.nextInt(Math.min(LENGTH - at, 70) + 1);
        byte[] bytes = new byte[count + 3];
        random.nextBytes(bytes);
        switch (random.nextInt(13)) {
            case 0 -> assertEquals(model.get(at), copy.getByte(at), when);
            case 1 -> assertEquals(model.getShort(at), copy.getShort(at), when);
            case 2 -> assertEquals(model.getInt(at), copy.getInt(at), when);
            case 3 -> assertEquals(model.getLong(at), copy.getLong(at), when);
            case 4 -> both(model, at, (byte) at, ByteBuffer::put, (page, value) -> page.putByte(at, value));
            case 5 -> both(model, at, (short) at, ByteBuffer::putShort, (page, value) -> page.putShort(at, value));
            case 6 -> both(model, at, at * 3, ByteBuffer::putInt, (page, value) -> page.putInt(at, value));
            case 7 -> both(model, at, at * 5L, ByteBuffer::putLong, (page, value) -> page.putLong(at, value));
            case 8 -> {
                copy.put(at, bytes, 1, count);
                model.put(at, bytes, 1, count);
            }
            case 9 -> {
                copy.put(at, ByteBuffer.wrap(bytes, 2, count));
                model.put(at, bytes, 2, count);
            }
            case 10 -> {
                copy.fill(at, count, (byte) 9);
                model.put(at, new byte[count]);
                for (int i = 0; i < count; i++) {
                    model.put(at + i, (byte) 9);
                }
            }
            case 11 -> {
                byte[] read = new byte[count];
                copy.get(at, read, 0, count);
                assertEquals(ByteBuffer.wrap(model.array(), at, count), ByteBuffer.wrap(read), when);
            }
            default -> {
                ByteBuffer read = ByteBuffer.allocate(count);
                copy.get(at, read);
                assertEquals(ByteBuffer.wrap(model.array(), at, count), read.flip(), when);
            }
        }
    }

    private <V> void both(ByteBuffer model, int at, V value, BiConsumer<ByteBuffer, V> inModel, BiConsumer<PageBytes, V> inCopy) {
        inModel.accept(model.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(at), value);
        inCopy.accept(copy, value);
    }

    private static void assertSame(ByteBuffer model, PageBytes page, String when) {
        byte[] read = new byte[LENGTH];
        page.get(0, read, 0, LENGTH);
        assertEquals(ByteBuffer.wrap(model.array()), ByteBuffer.wrap(read), when);
    }

    @Test
    @DisplayName("copies the parts that are touched, for reading too, and no others")
    void onlyWhatIsTouched() {
        begin();
        assertEquals(0, copiedBytes());
        copy.getLong(40);
        assertEquals(16, copiedBytes(), "one part");
        copy.getByte(LENGTH - 1);
        assertEquals(24, copiedBytes(), "and the last one, which is shorter");
        copy.getInt(62);
        assertEquals(56, copiedBytes(), "and two that a number lies across");
        copy.get(32, new byte[64], 0, 64);
        assertEquals(56 + 16, copiedBytes(), "and one more, behind those that are there");
        assertFalse(copy.isComplete());
    }

    @Test
    @DisplayName("is complete when each part was touched")
    void completeByTouching() {
        begin();
        for (int at = 0; at < LENGTH; at += 8) {
            assertFalse(copy.isComplete());
            copy.getByte(at);
            at += 8;
        }
        assertTrue(copy.isComplete());
    }

    @Test
    @DisplayName("goes on in another place, or as the beginning of another copy, with what was copied")
    void elsewhere() {
        begin();
        copy.putLong(0, 42);
        target.copyTo(0, other, 0, LENGTH);
        PartialCopy second = new PartialCopy(LENGTH);
        second.beginAs(copy);
        second.into(other, null);
        copy.putLong(0, 43);
        assertEquals(42, second.getLong(0));
        assertEquals(source.getLong(500), second.getLong(500));
    }

    @Test
    @DisplayName("refuses what lies outside, as any page does, copied or not")
    void outside() {
        begin();
        for (int round = 0; round < 2; round++) {
            for (int at : new int[] {-1, -8, LENGTH - 7, LENGTH, LENGTH + 16, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThrows(IndexOutOfBoundsException.class, () -> copy.getLong(at), "at " + at);
                assertThrows(IndexOutOfBoundsException.class, () -> copy.putLong(at, 1), "at " + at);
                assertThrows(IndexOutOfBoundsException.class, () -> copy.fill(at, 8, (byte) 1), "at " + at);
            }
            copy.complete();
        }
    }

    @Test
    @DisplayName("marks the frame it is in as changed behind each part that it copies: a copy in a clean frame would be lost with it")
    void marks() {
        Frame frame = new Frame(0, memory.page(1), 24);
        PartialCopy inFrame = new PartialCopy(1000);
        frame.become(null, 0, 0);
        frame.publish(1);
        source.fill(0, LENGTH, (byte) 3);
        inFrame.begin(source);
        inFrame.into(frame.usable(), frame);
        assertFalse(frame.isDirty());
        assertEquals(3, inFrame.getByte(17));
        assertTrue(frame.isDirty(), "reading copied");
        frame.forgetChanges();
        inFrame.getByte(18);
        assertFalse(frame.isDirty(), "nothing was copied");
        inFrame.complete();
        assertTrue(frame.isDirty());
    }

    @Test
    @DisplayName("takes pages of any size")
    void sizes() {
        for (int length : new int[] {1, 63, 64, 65, 127, 128, 129, 1000}) {
            PartialCopy small = new PartialCopy(length);
            begin();
            small.begin(source.window(0, length));
            small.into(target.window(0, length), null);
            for (int at = 0; at < length; at++) {
                assertEquals((byte) (at * 7), small.getByte(at), length + " bytes, at " + at);
            }
            assertTrue(small.isComplete(), length + " bytes");
        }
        assertThrows(IllegalArgumentException.class, () -> new PartialCopy(0));
    }
}
