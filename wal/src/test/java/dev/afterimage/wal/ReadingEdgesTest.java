package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        for (long lsn : new long[] {first.lsn() + 1, first.lsn() + 4, first.lsn() + 8, SegmentHeader.BYTES - 8, LogWorkshop.SEGMENT + 8}) {
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
            assertEquals(new LogWorkshop.Sample(1, 100).type(), reader.type());
            assertFalse(reader.next());
            assertFalse(reader.next(), "and again");
            assertEquals(reader.foundEnd(), reader.end());
        }
        assertEquals(List.of(1L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("nor one behind the last of several that were")
    void emptyThirdTimeline() {
        for (long record = 1; record <= 2; record++) {
            try (WriteAheadLog log = LogWorkshop.begin(disk, record == 1 ? LogEnd.NEW_STORE : LogWorkshop.read(disk).end())) {
                LogWorkshop.appendForced(log, record);
            }
        }
        LogEnd end = LogWorkshop.read(disk).end();
        assertEquals(2, end.timeline());
        LogWorkshop.begin(disk, end).close();
        assertEquals(end, LogWorkshop.read(disk).end());
    }

    /** Fills the first segment but for so many bytes; gives the log's end. */
    private static long fillBut(ForgetfulDisk disk, int rest) {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.fillSegment(log, 1, 1000);
            log.force(log.endLsn());
            LogWorkshop.append(log, 999, (int) (LogWorkshop.SEGMENT - log.endLsn()) - RecordFormat.HEADER_BYTES - RecordFormat.WATERMARK_BYTES - rest);
            log.force(log.endLsn());
            assertEquals(LogWorkshop.SEGMENT - rest, log.endLsn());
            return log.endLsn();
        }
    }

    @ParameterizedTest(name = "{0} bytes left")
    @ValueSource(ints = {0, 8, 16, 24})
    @DisplayName("L6: an anchor at the very end of a segment that is full, or as good as full, is an empty log, but damage where the segment is an older copy")
    void anchorAtAFullSegmentsEnd(int rest) {
        long end = fillBut(disk, rest);
        LogAnchor anchor = new LogAnchor(1, end);
        assertEquals(List.of(), LogWorkshop.read(disk, anchor).transactions());
        disk.plant(LogWorkshop.fileOf(1, 0), end - 512, new byte[512]);
        assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk, anchor));
    }

    @Test
    @DisplayName("what a watermark says was synced is not written again")
    void rewritesLittle() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (long record = 1; record <= 100; record++) {
                LogWorkshop.append(log, record, 1000);
            }
            log.force(log.endLsn());
            LogWorkshop.appendForced(log, 101);
        }
        int before = disk.operations().size();
        LogWorkshop.read(disk);
        List<ForgetfulDisk.Operation> done = disk.operations().subList(before, disk.operations().size());
        assertEquals(List.of("write", "sync"), done.stream().map(ForgetfulDisk.Operation::kind).toList());
        assertTrue(done.get(0).bytes() <= 1024, done::toString);
        assertTrue(done.get(0).bytes() % SegmentHeader.SECTOR == 0 && done.get(0).position() % SegmentHeader.SECTOR == 0, done::toString);
    }

    @Test
    @DisplayName("a watermark that says that what lies behind it had been synced is damage")
    void impossibleWatermark() {
        long end;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        end = LogWorkshop.read(disk).end().lsn();
        String file = LogWorkshop.fileOf(1, end);
        long salt;
        try (DiskFile first = disk.open(file)) {
            salt = SegmentHeader.readFrom(first).timeline().salt();
        }
        for (long synced : new long[] {end, end + 8}) {
            ByteBuffer watermark = ByteBuffer.allocate(RecordFormat.WATERMARK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            watermark.putLong(RecordFormat.HEADER_BYTES, synced);
            RecordFormat.seal(watermark, 0, RecordFormat.WATERMARK_BYTES, RecordFormat.WATERMARK, 0, end, salt, new CRC32C());
            disk.plant(file, end, watermark.array());
            if (synced == end) {
                assertEquals(1, LogWorkshop.read(disk).records().size());
            } else {
                assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
            }
        }
    }

    @Test
    @DisplayName("L6: a record that is nothing but a header, in the last bytes of a segment, belongs to what an anchor behind it proves")
    void anchorBehindAHeader() {
        fillBut(disk, 8);
        assertEquals(List.of(), LogWorkshop.read(disk, new LogAnchor(1, LogWorkshop.SEGMENT)).transactions());
        ForgetfulDisk other = new ForgetfulDisk();
        try (WriteAheadLog log = LogWorkshop.create(other)) {
            LogWorkshop.fillSegment(log, 1, 1000);
            log.force(log.endLsn());
            LogWorkshop.append(log, 998, (int) (LogWorkshop.SEGMENT - log.endLsn()) - 2 * RecordFormat.HEADER_BYTES);
            log.force(LogWorkshop.append(log, 999, 0));
            assertEquals(LogWorkshop.SEGMENT, log.endLsn());
        }
        LogAnchor anchor = new LogAnchor(1, LogWorkshop.SEGMENT);
        assertEquals(List.of(), LogWorkshop.read(other, anchor).transactions());
        other.plant(LogWorkshop.fileOf(1, 0), LogWorkshop.SEGMENT - RecordFormat.HEADER_BYTES, new byte[RecordFormat.HEADER_BYTES]);
        assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(other, anchor));
    }

    @Test
    @DisplayName("an anchor beyond the place where the next timeline goes on is damage: files of different logs are mixed")
    void anchorBeyondTheChild() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        LogEnd end = LogWorkshop.read(disk).end();
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            LogWorkshop.appendForced(log, 2);
        }
        StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk, new LogAnchor(1, end.lsn() + 8)));
        assertTrue(damage.getMessage().contains("the control block points beyond it"), damage.getMessage());
    }

    @ParameterizedTest(name = "going over to the next: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("F1: what a failed sync lost is made durable before the end is told, though it reaches to the very end of a segment, and the next one is there")
    void fullSegmentIsSettled(boolean crossing) {
        WriteAheadLog log = LogWorkshop.create(disk);
        LogWorkshop.fillSegment(log, 1, 1000);
        log.write(log.endLsn());
        LogWorkshop.append(log, 999, (int) (LogWorkshop.SEGMENT - log.endLsn()) - RecordFormat.HEADER_BYTES);
        assertEquals(LogWorkshop.SEGMENT, log.endLsn());
        String first = LogWorkshop.fileOf(1, 0);
        disk.failSyncs(operation -> operation.file().equals(first));
        assertThrows(StoreFailedException.class, () -> {
            if (crossing) {
                LogWorkshop.append(log, 1000, 1000);
            } else {
                log.force(log.endLsn());
            }
        });
        assertEquals(crossing, disk.exists(new SegmentName(1, 1).toString()));
        log.close();
        disk.failSyncs(operation -> false);
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(LogWorkshop.SEGMENT, reading.end().lsn());
        assertEquals(reading.transactions(), LogWorkshop.read(disk.afterPowerLoss(LogWorkshop.random(), 0, false)).transactions());
    }
}
