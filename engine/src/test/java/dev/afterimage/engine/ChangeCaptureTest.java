package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.SplittableRandom;

import dev.afterimage.api.UnsupportedTraitException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.PageChange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeCaptureTest {
    private static final int SIZE = 600;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("after any mix of puts the ranges cover what changed, are apart and rising, and hold the bytes before and after")
    void agreesWithANaiveModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ChangeCapture capture = new ChangeCapture(ChangeDetail.RANGES_WITH_BEFORE, SIZE);
        byte[] page = new byte[SIZE];
        for (int round = 0; round < 400; round++) {
            for (int i = 0; i < SIZE; i++) {
                page[i] = (byte) random.nextInt();
            }
            byte[] before = page.clone();
            BitSet noted = new BitSet();
            capture.open(7, new HeapPage(7, page, () -> { }));
            int puts = random.nextInt(1, 80);
            int lengthMax = random.nextBoolean() ? 8 : 60;
            for (int put = 0; put < puts; put++) {
                int length = random.nextInt(0, lengthMax + 1);
                int offset = random.nextInt(SIZE - length + 1);
                capture.note(offset, length);
                noted.set(offset, offset + length);
                for (int i = 0; i < length; i++) {
                    page[offset + i] = (byte) random.nextInt();
                }
            }
            if (noted.isEmpty()) {
                assertTrue(capture.isEmpty());
            } else {
                compare(capture, noted, before, page);
            }
            capture.restore();
            assertArrayEquals(before, page);
            capture.close();
        }
    }

    private static void compare(ChangeCapture capture, BitSet noted, byte[] before, byte[] after) {
        PageChange change = capture.report();
        assertTrue(change.ranges() <= ChangeCapture.RANGES_MAX);
        assertEquals(7, change.pageId());
        BitSet covered = new BitSet();
        int end = -1;
        for (int i = 0; i < change.ranges(); i++) {
            int offset = change.offset(i);
            int length = change.length(i);
            assertTrue(offset > end && length >= 1, "range " + i + " touches the one before it");
            end = offset + length;
            covered.set(offset, end);
            byte[] was = new byte[length];
            change.copyBefore(i, ByteBuffer.wrap(was));
            byte[] is = new byte[length + 1];
            ByteBuffer target = ByteBuffer.wrap(is);
            change.copyAfter(i, target);
            assertEquals(length, target.position());
            assertEquals(length + 1, target.limit());
            for (int j = 0; j < length; j++) {
                assertEquals(before[offset + j], was[j]);
                assertEquals(after[offset + j], is[j]);
            }
        }
        assertEquals(covered.cardinality(), capture.changedBytes());
        noted.andNot(covered);
        assertTrue(noted.isEmpty(), "changed but in no range: " + noted);
        capture.endReport();
    }

    @Test
    @DisplayName("few puts give exactly their bytes: adjacent and overlapping ones become one range")
    void exact() {
        ChangeCapture capture = new ChangeCapture(ChangeDetail.RANGES, SIZE);
        capture.open(1, new HeapPage(1, new byte[SIZE], () -> { }));
        capture.note(100, 8);
        capture.note(108, 8);
        capture.note(90, 5);
        capture.note(300, 4);
        capture.note(302, 10);
        PageChange change = capture.report();
        assertEquals(3, change.ranges());
        assertEquals(90, change.offset(0));
        assertEquals(5, change.length(0));
        assertEquals(100, change.offset(1));
        assertEquals(16, change.length(1));
        assertEquals(300, change.offset(2));
        assertEquals(12, change.length(2));
        assertThrows(UnsupportedTraitException.class, () -> change.copyBefore(0, ByteBuffer.allocate(8)));
        assertThrows(IndexOutOfBoundsException.class, () -> change.offset(3));
    }

    @Test
    @DisplayName("a strategy that wants to know nothing is told one range, the page; the bytes are counted all the same")
    void none() {
        ChangeCapture capture = new ChangeCapture(ChangeDetail.NONE, SIZE);
        capture.open(1, new HeapPage(1, new byte[SIZE], () -> { }));
        capture.note(100, 8);
        PageChange change = capture.report();
        assertEquals(1, change.ranges());
        assertEquals(0, change.offset(0));
        assertEquals(SIZE, change.length(0));
        assertEquals(8, capture.changedBytes());
        capture.endReport();
        assertThrows(IllegalStateException.class, change::ranges);
    }
}
