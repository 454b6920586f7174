package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link LogRing}: two append while a third writes out, or goes over to another segment. */
@DisplayName("Appending without a lock, whatever the order of those who append and who write,")
public class LogRingRacesTest {
    private static final long SALT = 5;
    private static final int SEGMENT = 8 << 10; // small beside the ring, so that there is room at once in the next

    private final AtomicLong switchPoint = new AtomicLong();
    private final LogRing ring = new LogRing(64 << 10, 1 << 10, SALT, 4096, SEGMENT);
    private final CRC32C crc = new CRC32C();
    private long written = 4096;
    private long segment;

    private final class Numbered implements LogRecord {
        @Override
        public int type() {
            return 1;
        }

        @Override
        public long transactionId() {
            return 1;
        }

        @Override
        public int bodyBytes() {
            return 8;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.putInt(1);
            switchPoint.get(); // bytes off the heap are out of Lincheck's sight
            target.putInt(2);
        }
    }

    @Test
    @DisplayName("writes out nothing that is not whole, and all that was appended before")
    void few() {
        Interleavings.fewOfLongOnes(getClass(), 60); // there are more slots to look at than rounds of a loop that waits
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Appends one; where it is refused, somebody goes over to another segment. */
    @Operation
    public void append() {
        long lsn = ring.append(new Numbered(), 1, 8, rest -> true);
        while (lsn == LogRing.SHUT) {
            Thread.onSpinWait();
            lsn = ring.append(new Numbered(), 1, 8, rest -> true);
        }
        if (lsn < 0 || lsn >= ring.end()) {
            throw new IllegalStateException("appended at " + lsn + " of " + ring.end());
        }
    }

    /** Writes out what there is, as a leader does. */
    @Operation(nonParallelGroup = "writer")
    public void write() {
        long before = ring.end();
        writeUpTo(ring.appendWatermark(written));
        if (written < before) {
            throw new IllegalStateException("written up to " + written + ", appended up to " + before);
        }
    }

    /** Leaves the segment. */
    @Operation(nonParallelGroup = "writer")
    public void cross() {
        long end = ring.shut();
        long filled = ring.appendFiller();
        segment++;
        long begin = segment * SEGMENT + 4096;
        ring.enterSegment(begin, (segment + 1) * SEGMENT);
        ring.awaitPublished(filled);
        check(written, end);
        ring.advance(begin);
        written = begin;
    }

    private void writeUpTo(long end) {
        ring.awaitPublished(end);
        check(written, end);
        ring.advance(end);
        written = end;
    }

    private void check(long from, long end) {
        ByteBuffer bytes = ring.piece(from, end).order(ByteOrder.LITTLE_ENDIAN);
        int first = bytes.position();
        bytes.clear();
        for (long at = from; at < end; at += RecordFormat.span(RecordFormat.lengthAt(bytes, first + (int) (at - from)))) {
            int offset = first + (int) (at - from);
            long binding = RecordFormat.binding(SALT, at);
            if (!RecordFormat.looksLikeRecord(bytes, offset, SEGMENT, binding) || !RecordFormat.isIntact(bytes, offset, SEGMENT, binding, crc)) {
                throw new IllegalStateException("no record at " + at + " of what is written, which ends at " + end);
            }
            bytes.clear();
        }
    }
}
