package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is on the disk, said a second time: a change here is a change of the format, even where writer and reader agree on it. */
@DisplayName("The header of a copy in the doublewrite area")
class DoublewriteSlotTest {
    private static final long POSITION = 0x0102030405060708L;

    @Test
    @DisplayName("names store, batch, page and file, and is checked together with its own place")
    void layout() {
        ByteBuffer buffer = ByteBuffer.allocate(64 + 512 + 64).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(64 + 512 + PageHeader.CHECKSUM_OFFSET, 4711);
        DoublewriteSlot.stamp(buffer, 64, POSITION, 99, 5, 3, 17, 2);
        ByteBuffer expected = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
        expected.put("AFtTwice".getBytes(StandardCharsets.US_ASCII)).putLong(99).putLong(5).putLong(17).putInt(3).putInt(2).putInt(4711).flip();
        assertEquals(expected, buffer.slice(64, 44));
        CRC32C crc = new CRC32C();
        crc.update(expected.array());
        crc.update(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(POSITION).array());
        assertEquals((int) crc.getValue(), buffer.getInt(64 + 44));
        assertEquals(5, DoublewriteSlot.batch(buffer, 64, POSITION, 99));
        assertEquals(0, DoublewriteSlot.batch(buffer, 64, POSITION, 98), "another store's");
        assertEquals(17, DoublewriteSlot.number(buffer, 64));
        assertEquals(3, DoublewriteSlot.space(buffer, 64));
        assertEquals(2, DoublewriteSlot.pages(buffer, 64));
        for (int bit = 0; bit < Long.SIZE; bit++) {
            assertEquals(0, DoublewriteSlot.batch(buffer, 64, POSITION ^ 1L << bit, 99), "another place: bit " + bit);
        }
        for (int at = 0; at < 48; at++) {
            buffer.put(64 + at, (byte) (buffer.get(64 + at) ^ 1));
            assertEquals(0, DoublewriteSlot.batch(buffer, 64, POSITION, 99), "byte " + at);
            buffer.put(64 + at, (byte) (buffer.get(64 + at) ^ 1));
        }
    }
}
