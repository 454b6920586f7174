package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Room that is promised")
class PromisedRoomTest {
    private static final int SEGMENT = 256 << 10;
    /** What a segment holds of records that may be so large, in the worst case. */
    private static final int RECORD = PromisedRoom.of(1000);
    private static final int USABLE = SEGMENT - SegmentHeader.BYTES - RecordFormat.SLACK_BYTES - RECORD;

    private final PromisedRoom room = new PromisedRoom(SEGMENT);

    @Test
    @DisplayName("covers a record and the watermark of its batch")
    void covers() {
        assertEquals(24 + 1000 + 32, PromisedRoom.of(1000));
        assertEquals(24 + 8 + 32, PromisedRoom.of(1), "records begin at multiples of eight");
    }

    @Test
    @DisplayName("needs no segment while nothing is promised")
    void nothing() {
        assertTrue(room.fits(0, 0, -1));
        assertEquals(0, room.segments(0));
        assertFalse(room.fits(RECORD, 0, 0));
        assertFalse(room.fits(RECORD, 0, -1), "the segment that is kept back is not for it");
        assertTrue(room.fits(RECORD, 0, 1));
        assertEquals(1, room.segments(RECORD));
    }

    @Test
    @DisplayName("may be what is left of the segment, less what the largest record can lose at its end")
    void restOfSegment() {
        room.promise(RECORD);
        assertTrue(room.fits(RECORD, 3 * RECORD + RecordFormat.SLACK_BYTES, 0));
        assertFalse(room.fits(RECORD, 3 * RECORD + RecordFormat.SLACK_BYTES - 1, 0));
    }

    @Test
    @DisplayName("spreads over as many segments as it takes, each losing the largest record at its end, though that one has been settled")
    void segments() {
        for (int records = 0; records < 1000; records++) {
            room.promise(RECORD);
        }
        long bytes = 1000L * RECORD;
        int needed = (int) ((bytes + USABLE - 1) / USABLE);
        assertEquals(needed, room.segments(0));
        assertTrue(room.fits(0, 0, needed));
        assertFalse(room.fits(0, 0, needed - 1));
        room.promise(SEGMENT / 2);
        room.settle(SEGMENT / 2);
        assertEquals(bytes, room.bytes());
        assertTrue(room.segments(0) > needed, "it may have been another half segment that was settled, and not the largest record");
    }

    @Test
    @DisplayName("is counted to the byte: what fills the free segments exactly fits, and one byte more needs another segment")
    void exactly() {
        for (int segments = 1; segments < 4; segments++) {
            PromisedRoom exact = new PromisedRoom(SEGMENT);
            long bytes = 0;
            while (bytes + RECORD <= (long) segments * USABLE) {
                exact.promise(RECORD);
                bytes += RECORD;
            }
            int more = (int) ((long) segments * USABLE - bytes);
            assertTrue(exact.fits(more, 0, segments));
            assertFalse(exact.fits(more + 1, 0, segments));
            assertEquals(segments, exact.segments(more));
            assertEquals(segments + 1, exact.segments(more + 1));
        }
    }

    @Test
    @DisplayName("cannot be settled twice")
    void settledTwice() {
        room.promise(RECORD);
        room.settle(RECORD);
        assertThrows(AssertionError.class, () -> room.settle(1));
    }

    /** The invariant, played: whatever the sizes, and however the rest of the segment stands, records that were promised room find it. */
    @Test
    @DisplayName("is there for every record it was promised to, in whatever order they come")
    void invariant() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 2000; round++) {
            PromisedRoom promised = new PromisedRoom(SEGMENT);
            int free = random.nextInt(4);
            int rest = random.nextInt(SEGMENT - SegmentHeader.BYTES);
            int[] records = new int[4000];
            int count = 0;
            int largest = 1 + random.nextInt(random.nextBoolean() ? 200 : SEGMENT / 3);
            while (count < records.length) {
                int bytes = PromisedRoom.of(random.nextInt(largest));
                if (!promised.fits(bytes, rest, free)) {
                    break;
                }
                promised.promise(bytes);
                records[count++] = bytes;
            }
            for (int left = count; left > 0; left--) {
                int chosen = random.nextInt(left);
                int bytes = records[chosen];
                records[chosen] = records[left - 1];
                // As the log does it: a record that does not fit, with a filler or a watermark behind it, goes to the next segment.
                if (rest < bytes + RecordFormat.SLACK_BYTES) {
                    free--;
                    rest = SEGMENT - SegmentHeader.BYTES;
                }
                rest -= bytes;
                assertTrue(free >= 0, "round " + round + ": record " + (count - left) + " of " + count + " finds no room");
            }
        }
    }
}
