package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import dev.afterimage.api.StoreDamagedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Places where reading could go wrong by one, found by mutants that no other test noticed. */
@DisplayName("Reading at the edges")
class ReadingEdgesTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();

    @Test
    @DisplayName("an anchor where no record can begin is damage, not an empty log")
    void anchors() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        LogAnchor first = LogWorkshop.firstAnchor();
        assertEquals(1, LogWorkshop.read(disk, first).records().size());
        for (long lsn : new long[] {first.lsn() + 1, first.lsn() + 4, SegmentHeader.BYTES - 8, LogWorkshop.SEGMENT + 8}) {
            assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk, new LogAnchor(1, lsn)), "position " + lsn);
        }
    }

    @Test
    @DisplayName("a record that is nothing but a header lies in the last bytes of a segment, and is read, with what follows")
    void lastBytes() {
        long last;
        long next;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            next = LogWorkshop.fillSegment(log, 1, 3000);
            log.force(log.endLsn());
            int rest = (int) (LogWorkshop.SEGMENT - log.endLsn() % LogWorkshop.SEGMENT);
            assertTrue(rest >= 3 * RecordFormat.HEADER_BYTES, "rest " + rest);
            LogWorkshop.append(log, next++, rest - 2 * RecordFormat.HEADER_BYTES);
            last = LogWorkshop.append(log, next++, 0);
            assertEquals(LogWorkshop.SEGMENT - RecordFormat.HEADER_BYTES, last);
            log.force(LogWorkshop.append(log, next++, 100));
        }
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(next - 1, reading.records().size());
        assertEquals(last, reading.records().get((int) next - 3).lsn());
    }

    @Test
    @DisplayName("a timeline that was begun and never written to is not where the log ends")
    void emptyTimeline() {
        LogEnd end;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            end = LogWorkshop.read(disk).end();
        }
        LogWorkshop.begin(disk, end).close();
        assertEquals(end, LogWorkshop.read(disk).end(), "read from before the record");
        assertEquals(end, LogWorkshop.read(disk, new LogAnchor(1, end.lsn())).end(), "read from behind it");
    }

    @Test
    @DisplayName("the end is not told before it is reached")
    void endTooSoon() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        try (LogReader reader = LogReader.open(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, LogWorkshop.firstAnchor())) {
            assertThrows(IllegalStateException.class, reader::end);
            assertThrows(IllegalStateException.class, reader::foundEnd);
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertFalse(reader.next(), "and again");
            assertEquals(reader.foundEnd(), reader.end());
        }
        assertEquals(List.of(1L), LogWorkshop.read(disk).transactions());
    }
}
