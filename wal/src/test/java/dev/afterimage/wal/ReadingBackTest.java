package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A log that was written can be read back")
class ReadingBackTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();

    @Test
    @DisplayName("records of all sizes, over many segments, come back as they were, with the positions that append gave")
    void everythingComesBack() {
        List<Long> positions = new ArrayList<>();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (int i = 0; i < 3000; i++) {
                positions.add(LogWorkshop.append(log, i, i * 37 % 4000));
                if (i % 100 == 0) {
                    log.force(positions.get(i));
                }
            }
            log.force(log.endLsn());
            assertEquals(log.endLsn(), log.syncedLsn());
            assertTrue(log.statistics().segmentsCreated() > 10, "many segments: " + log.statistics());
        }
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(3000, reading.records().size());
        for (int i = 0; i < 3000; i++) {
            LogWorkshop.Found found = reading.records().get(i);
            assertEquals(positions.get(i), found.lsn());
            assertEquals(i, found.transactionId());
            assertArrayEquals(LogWorkshop.bodyOf(i, i * 37 % 4000), found.body());
        }
        assertEquals(0, reading.end().tailBytesCut());
    }

    @Test
    @DisplayName("an anchor in the middle starts there")
    void anchorInTheMiddle() {
        long third;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.append(log, 1);
            LogWorkshop.append(log, 2);
            third = LogWorkshop.append(log, 3);
            LogWorkshop.appendForced(log, 4);
        }
        assertEquals(List.of(3L, 4L), LogWorkshop.read(disk, new LogAnchor(1, third)).transactions());
    }

    @Test
    @DisplayName("an anchor at the end reads nothing, at every kind of end: mid-segment, full segment, fresh segment")
    void anchorAtTheEnd() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = 1;
            for (int round = 0; round < 3; round++) {
                next = LogWorkshop.fillSegment(log, next, 4096 - 24 - 32);
                log.force(log.endLsn());
                LogAnchor full = new LogAnchor(1, log.endLsn());
                assertEquals(List.of(), LogWorkshop.read(disk, full).records());
                LogWorkshop.appendForced(log, next++);
                assertEquals(List.of(next - 1), LogWorkshop.read(disk, full).transactions());
            }
        }
    }

    @Test
    @DisplayName("an empty log ends at its start")
    void emptyLog() {
        LogWorkshop.create(disk).close();
        LogEnd end = LogWorkshop.read(disk).end();
        assertEquals(new LogEnd(1, SegmentHeader.BYTES, 0), end);
    }

    @Test
    @DisplayName("a record's size is checked, and a body that writes more or less than it said appends nothing")
    void sizesAreChecked() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            int most = LogWorkshop.SETTINGS.maxBodyBytes();
            log.force(LogWorkshop.append(log, 1, most));
            assertThrows(IllegalArgumentException.class, () -> LogWorkshop.append(log, 2, most + 1));
            assertThrows(IllegalStateException.class, () -> log.append(new Lying(3)));
            assertThrows(java.nio.BufferOverflowException.class, () -> log.append(new Lying(5)));
            log.force(LogWorkshop.append(log, 4, 0));
        }
        assertEquals(List.of(1L, 4L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("a second reading stops at the end that the first one found, whatever lies beyond")
    void readAgainToTheSameEnd() {
        LogEnd firstEnd;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.append(log, 1);
            LogWorkshop.appendForced(log, 2);
        }
        firstEnd = LogWorkshop.read(disk).end();
        try (LogReader again = LogReader.openAgain(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, new LogAnchor(1, firstRecord()), firstEnd)) {
            assertTrue(again.next());
            assertEquals(1, again.transactionId());
            assertTrue(again.next());
            assertEquals(2, again.transactionId());
            assertFalse(again.next());
            assertEquals(firstEnd, again.end());
        }
        try (LogReader again = LogReader.openAgain(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, new LogAnchor(1, firstRecord()),
                new LogEnd(1, firstRecord(), 0))) {
            assertFalse(again.next(), "an end at the anchor is reached at once");
        }
    }

    private long firstRecord() {
        return LogWorkshop.read(disk).records().get(0).lsn();
    }

    @Test
    @DisplayName("the end is not told before it is reached")
    void endIsKeptBack() {
        LogWorkshop.create(disk).close();
        try (LogReader reader = LogReader.open(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, LogWorkshop.firstAnchor())) {
            assertThrows(IllegalStateException.class, reader::end);
            assertFalse(reader.next());
            reader.end();
        }
    }

    @Test
    @DisplayName("a log of other segment size, or of another store, is refused by name")
    void refusals() {
        LogWorkshop.create(disk).close();
        LogSettings larger = new LogSettings(512 << 10, 64 << 10);
        var size = assertThrows(dev.afterimage.api.ConfigException.class,
                () -> LogReader.open(disk, larger, LogWorkshop.STORE, LogWorkshop.firstAnchor()));
        assertTrue(size.getMessage().contains("262144") && size.getMessage().contains("524288"), size.getMessage());
        var store = assertThrows(dev.afterimage.api.StoreDamagedException.class,
                () -> LogReader.open(disk, LogWorkshop.SETTINGS, 7, LogWorkshop.firstAnchor()));
        assertTrue(store.getMessage().contains("5707e"), store.getMessage());
    }

    /** Says four bytes and writes some other number. */
    private record Lying(int writes) implements LogRecord {
        @Override
        public int type() {
            return 1;
        }

        @Override
        public long transactionId() {
            return 9;
        }

        @Override
        public int bodyBytes() {
            return 4;
        }

        @Override
        public void writeBody(java.nio.ByteBuffer target) {
            target.put(new byte[writes]);
        }
    }
}
