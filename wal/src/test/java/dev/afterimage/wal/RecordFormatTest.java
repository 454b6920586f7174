package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is on the disk, said a second time: a change here is a change of the format, even where writer and reader agree on it. */
@DisplayName("The format of a record")
class RecordFormatTest {
    private static final long SALT = 0x0123456789ABCDEFL;
    private static final long LSN = 4096;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer bytes = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);

    private void seal(int recordBytes, int type) {
        RecordFormat.seal(bytes, 8, recordBytes, type, 77, LSN, SALT, crc);
        bytes.clear();
    }

    private boolean isIntact(long room) {
        boolean intact = RecordFormat.isIntact(bytes, 8, room, RecordFormat.binding(SALT, LSN), crc);
        bytes.clear();
        return intact;
    }

    @Test
    @DisplayName("binds a record to its place by the numbers that SplitMix64 gives, which the JDK has as well")
    void binding() {
        for (long salt : new long[] {0, 1, SALT, -1, Long.MIN_VALUE}) {
            SplittableRandom same = new SplittableRandom(salt);
            for (long lsn = 1; lsn < 1000; lsn++) {
                assertEquals(same.nextLong(), RecordFormat.binding(salt, lsn), "salt " + salt + ", LSN " + lsn);
            }
        }
    }

    @Test
    @DisplayName("is a checksum over all but itself, length, mark, type, transaction, body, and zeros up to a multiple of eight")
    void layout() {
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) 0xEE);
        }
        seal(RecordFormat.HEADER_BYTES + 5, 200);
        long binding = RecordFormat.binding(SALT, LSN);
        assertEquals(29, bytes.getInt(8 + 4));
        assertEquals((int) (binding >>> 32), bytes.getInt(8 + 8));
        assertEquals(200, bytes.getInt(8 + 12));
        assertEquals(77, bytes.getLong(8 + 16));
        crc.reset();
        crc.update(bytes.array(), 8 + 4, 25);
        assertEquals((int) crc.getValue() ^ (int) binding, bytes.getInt(8));
        for (int i = 0; i < bytes.capacity(); i++) {
            if (i < 8 || i >= 8 + 24) {
                assertEquals(i >= 8 + 29 && i < 8 + 32 ? 0 : (byte) 0xEE, bytes.get(i), "byte " + i);
            }
        }
        assertEquals(24, RecordFormat.span(24));
        assertEquals(32, RecordFormat.span(25));
        assertEquals(32, RecordFormat.span(32));
    }

    @Test
    @DisplayName("can begin where the mark fits and the length is that of a header at least and of what is left of the segment at most")
    void looksLikeRecord() {
        long binding = RecordFormat.binding(SALT, LSN);
        seal(40, 1);
        assertTrue(RecordFormat.looksLikeRecord(bytes, 8, 40, binding));
        assertTrue(RecordFormat.looksLikeRecord(bytes, 8, 41, binding));
        assertFalse(RecordFormat.looksLikeRecord(bytes, 8, 39, binding));
        assertFalse(RecordFormat.looksLikeRecord(bytes, 8, 40, RecordFormat.binding(SALT, LSN + 8)));
        bytes.putInt(8 + 4, 24);
        assertTrue(RecordFormat.looksLikeRecord(bytes, 8, 40, binding));
        for (int length : new int[] {23, 0, -1}) {
            bytes.putInt(8 + 4, length);
            assertFalse(RecordFormat.looksLikeRecord(bytes, 8, 40, binding), "length " + length);
        }
    }

    @Test
    @DisplayName("knows types 1 to 255, records that say nothing, fillers that reach to the end of the segment, and watermarks of one size")
    void types() {
        for (int type : new int[] {1, 255, RecordFormat.VOID}) {
            seal(32, type);
            assertTrue(isIntact(64), "type " + type);
        }
        for (int type : new int[] {-1, 0, 259, Integer.MAX_VALUE}) {
            seal(32, type);
            assertFalse(isIntact(64), "type " + type);
        }
        seal(32, RecordFormat.WATERMARK);
        assertTrue(isIntact(64));
        seal(40, RecordFormat.WATERMARK);
        assertFalse(isIntact(64));
        seal(64, RecordFormat.FILLER);
        assertEquals(RecordFormat.HEADER_BYTES, RecordFormat.checkedBytes(bytes, 8));
        assertTrue(isIntact(64));
        assertFalse(isIntact(72));
        assertFalse(isIntact(56));
        bytes.put(8 + 30, (byte) 1); // behind a filler's header is nothing that counts
        assertTrue(isIntact(64));
    }
}
