package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Where the log ends: a torn tail is normal, damage is refused")
class TornTailTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();
    private final List<Long> positions = new ArrayList<>();

    /** Five records of 100 bytes, each forced by itself. */
    private void fiveForced() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (long transaction = 1; transaction <= 5; transaction++) {
                positions.add(LogWorkshop.appendForced(log, transaction));
            }
        }
    }

    private static String file() {
        return LogWorkshop.fileOf(1, SegmentHeader.BYTES);
    }

    @Test
    @DisplayName("G1: stale records of a recycled segment are not accepted, even where new ones end exactly on an old boundary")
    void g1() {
        LogEnd end;
        LogAnchor anchor;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = 1;
            for (int round = 0; round < 5; round++) {
                next = LogWorkshop.fillSegment(log, next, 1000);
                long redo = LogWorkshop.append(log, next++, 1000);
                log.force(redo);
                log.recycleBefore(redo);
            }
            assertTrue(log.statistics().segmentsRecycled() >= 4);
            LogWorkshop.fillSegment(log, next, 1000);
            long first = LogWorkshop.append(log, 10_001, 1000); // the same sizes as the stale ones behind it
            log.force(first);
            assertTrue(isStaleBehind(log.endLsn()), "the test needs a recycled file with old records behind the end");
            anchor = new LogAnchor(1, first);
            LogWorkshop.Reading reading = LogWorkshop.read(disk, anchor);
            assertEquals(List.of(10_001L), reading.transactions());
            end = reading.end();
            assertEquals(log.endLsn(), end.lsn());
        }
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) { // and under a new salt, after another opening
            LogWorkshop.appendForced(log, 10_002);
        }
        assertEquals(List.of(10_001L, 10_002L), LogWorkshop.read(disk, anchor).transactions());
    }

    private boolean isStaleBehind(long lsn) {
        byte[] bytes = disk.bytes(LogWorkshop.fileOf(1, lsn));
        for (int i = (int) (lsn % LogWorkshop.SEGMENT); i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return true;
            }
        }
        return false;
    }

    @Test
    @DisplayName("G2: a record that was cut off does not come back when new ones of the same size fill the gap before it")
    void g2() {
        LogEnd end;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            long lost = LogWorkshop.append(log, 2, 1000);
            LogWorkshop.append(log, 3, 1000);
            log.write(log.endLsn());
            disk.plant(file(), lost, new byte[512]); // record 2 lost, record 3 kept
            LogWorkshop.Reading reading = LogWorkshop.read(disk);
            assertEquals(List.of(1L), reading.transactions());
            end = reading.end();
            assertTrue(end.tailBytesCut() >= 2 * 1024, "there were traces of record 3: " + end);
        }
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            log.force(LogWorkshop.append(log, 4, 1000));
        }
        assertEquals(List.of(1L, 4L), LogWorkshop.read(disk).transactions());
        ForgetfulDisk again = disk.afterPowerLoss(LogWorkshop.random(), 0, false);
        assertEquals(List.of(1L, 4L), LogWorkshop.read(again).transactions());
    }

    @ParameterizedTest(name = "length {0}")
    @ValueSource(ints = {0, -1, 8, 23, 24, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
    @DisplayName("G3: a garbage length behind the tail is never followed, even under the right mark")
    void g3(int length) {
        fiveForced();
        long end = LogWorkshop.read(disk).end().lsn();
        long salt = salt();
        ByteBuffer garbage = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        garbage.putInt(0, 12345).putInt(4, length).putInt(8, RecordFormat.mark(RecordFormat.binding(salt, end))).putInt(12, 1);
        disk.plant(file(), end, garbage.array());
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), reading.transactions());
        assertEquals(end, reading.end().lsn());
    }

    @Test
    @DisplayName("G3: nor a length that ends just behind the segment, further back in the tail")
    void g3BehindTheSegment() {
        fiveForced();
        long end = LogWorkshop.read(disk).end().lsn();
        long place = end + 64;
        ByteBuffer garbage = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        garbage.putInt(4, (int) (LogWorkshop.SEGMENT - place) + 8).putInt(8, RecordFormat.mark(RecordFormat.binding(salt(), place))).putInt(12, 1);
        disk.plant(file(), place, garbage.array());
        LogEnd found = LogWorkshop.read(disk).end();
        assertEquals(end, found.lsn());
        assertEquals(0, found.tailBytesCut());
    }

    @ParameterizedTest(name = "{0} bytes beyond")
    @ValueSource(ints = {40, 64, 1_000, 100_000, 252_000})
    @DisplayName("a watermark anywhere in the tail proves what it says if it is whole, and nothing if it is torn")
    void tornWatermark(int beyond) {
        fiveForced();
        long end = LogWorkshop.read(disk).end().lsn();
        long place = end + beyond;
        ByteBuffer watermark = ByteBuffer.allocate(RecordFormat.WATERMARK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        watermark.putLong(RecordFormat.HEADER_BYTES, end + 32);
        RecordFormat.seal(watermark, 0, RecordFormat.WATERMARK_BYTES, RecordFormat.WATERMARK, 0, place, salt(), new CRC32C());
        disk.plant(file(), place, watermark.array());
        assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
        disk.flip(file(), place + RecordFormat.HEADER_BYTES + 4); // now it says even more
        LogEnd found = LogWorkshop.read(disk).end();
        assertEquals(end, found.lsn());
        assertEquals(place + RecordFormat.WATERMARK_BYTES - end, found.tailBytesCut(), "there is a trace of it");
    }

    @ParameterizedTest(name = "{0} bytes too short")
    @ValueSource(ints = {0, 8})
    @DisplayName("G6: a filler is a record like any other in proving that the segment before was synced, if it fills its segment")
    void fillerIsAProof(int tooShort) {
        long last;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            last = LogWorkshop.fillSegment(log, 1, 1000) - 1;
            log.force(LogWorkshop.append(log, 5000, 1000));
        }
        String second = LogWorkshop.fileOf(1, LogWorkshop.SEGMENT);
        disk.plant(second, SegmentHeader.BYTES, new byte[8192]);
        long place = LogWorkshop.SEGMENT + SegmentHeader.BYTES + 512;
        ByteBuffer filler = ByteBuffer.allocate(RecordFormat.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        RecordFormat.seal(filler, 0, (int) (2 * LogWorkshop.SEGMENT - place) - tooShort, RecordFormat.FILLER, 0, place, salt(), new CRC32C());
        disk.plant(second, place - LogWorkshop.SEGMENT, filler.array());
        LogWorkshop.Reading whole = LogWorkshop.read(disk);
        assertEquals(last, whole.records().size());
        disk.plant(file(), whole.records().get((int) last - 1).lsn(), new byte[1024]);
        if (tooShort == 0) {
            assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
        } else {
            assertEquals(last - 1, LogWorkshop.read(disk).records().size());
        }
    }

    @ParameterizedTest(name = "byte {0} of the header")
    @ValueSource(ints = {0, 4, 8, 12, 16, 23})
    @DisplayName("G4: every byte of a record's header is covered; a change in a forced record is refused")
    void g4(int offset) {
        fiveForced();
        disk.flip(file(), positions.get(1) + offset);
        StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
        assertTrue(damage.getMessage().contains(file()) && damage.getMessage().contains("position " + positions.get(1)), damage.getMessage());
    }

    @Test
    @DisplayName("G5: a valid record copied elsewhere, in its own or another segment or timeline, is no record there")
    void g5() {
        fiveForced();
        long end = LogWorkshop.read(disk).end().lsn();
        byte[] copy = Arrays.copyOfRange(disk.bytes(file()), positions.get(0).intValue(), positions.get(0).intValue() + 128);
        disk.plant(file(), end, copy);
        assertEquals(5, LogWorkshop.read(disk).records().size());
        LogEnd found = LogWorkshop.read(disk).end();
        LogWorkshop.begin(disk, found).close();
        String other = LogWorkshop.fileOf(2, LogWorkshop.SEGMENT);
        disk.plant(other, positions.get(0), copy); // the same offset, another segment and timeline
        assertEquals(5, LogWorkshop.read(disk).records().size());
    }

    @Test
    @DisplayName("G5: for one salt no two positions share a binding, checked over a segment")
    void bindingIsOneToOne() {
        long[] bindings = new long[LogWorkshop.SEGMENT / 8];
        for (int i = 0; i < bindings.length; i++) {
            bindings[i] = RecordFormat.binding(99, i * 8L);
        }
        assertEquals(bindings.length, Arrays.stream(bindings).distinct().count());
    }

    @Test
    @DisplayName("G6: a flip in the middle of forced records is refused, not cut off")
    void g6() {
        fiveForced();
        disk.flip(file(), positions.get(1) + 60);
        assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
    }

    @Test
    @DisplayName("G6: a forced record zeroed at the end of a full segment is refused, because the next segment holds a record")
    void g6NextSegmentIsTheProof() {
        long last;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            last = LogWorkshop.fillSegment(log, 1, 1000) - 1;
            log.force(LogWorkshop.append(log, 5000, 1000));
        }
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        long lsn = reading.records().stream().filter(found -> found.transactionId() == last).findFirst().orElseThrow().lsn();
        disk.plant(LogWorkshop.fileOf(1, lsn), lsn, new byte[1024]);
        StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
        assertTrue(damage.getMessage().contains("position " + lsn), damage.getMessage());
    }

    @Test
    @DisplayName("G7: of two appends the second survives and the first is lost: opens, without both")
    void g7() {
        ForgetfulDisk after;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            long first = LogWorkshop.append(log, 2, 2000);
            log.write(first);
            log.write(LogWorkshop.append(log, 3, 2000));
            disk.plant(file(), first, new byte[512]);
            after = disk.afterPowerLoss(LogWorkshop.random(), 1, false);
        }
        assertEquals(List.of(1L), LogWorkshop.read(after).transactions());
    }

    @Test
    @DisplayName("G8: a half record at the end of a segment does not block what the next opening writes")
    void g8() {
        LogEnd end;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            log.force(log.endLsn());
            long half = LogWorkshop.append(log, next, 3000); // the next segment's first record
            log.write(half);
            disk.plant(LogWorkshop.fileOf(1, half), half % LogWorkshop.SEGMENT + 1024, new byte[1024]);
            LogWorkshop.Reading reading = LogWorkshop.read(disk);
            assertEquals(next - 1, reading.records().size());
            end = reading.end();
            assertEquals(0, end.lsn() % LogWorkshop.SEGMENT, "the end is the full segment's");
        }
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            LogWorkshop.appendForced(log, 7777);
        }
        List<Long> transactions = LogWorkshop.read(disk).transactions();
        assertEquals(7777L, transactions.get(transactions.size() - 1));
    }

    @Test
    @DisplayName("G10: zeros are no record, at any position and salt")
    void g10() {
        ByteBuffer zeros = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        for (long lsn = SegmentHeader.BYTES; lsn < LogWorkshop.SEGMENT; lsn += 8) {
            assertFalse(RecordFormat.looksLikeRecord(zeros, 0, 1 << 20, RecordFormat.binding(0, lsn)));
        }
        fiveForced();
        assertEquals(5, LogWorkshop.read(disk).records().size());
    }

    @Test
    @DisplayName("F8: an error while reading is not the end of the log, and neither is a lack of memory; the same call may be made again")
    void f8() {
        fiveForced();
        for (Throwable failure : List.of(new DiskException("EIO"), new OutOfMemoryError("no memory"))) {
            for (long from : List.of(0L, (long) SegmentHeader.BYTES)) { // while opening, while reading
                disk.failReads(operation -> operation.position() >= from, failure);
                assertThrows(failure.getClass(), () -> LogWorkshop.read(disk));
            }
            disk.failReads(operation -> false, failure);
            try (LogReader reader = LogReader.open(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, LogWorkshop.firstAnchor())) {
                disk.failReads(operation -> true, failure);
                assertThrows(failure.getClass(), reader::next);
                disk.failReads(operation -> false, failure);
                int records = 0;
                while (reader.next()) {
                    records++;
                }
                assertEquals(5, records);
            }
        }
    }

    @Test
    @DisplayName("F8: an error while looking beyond the tail is not the end either")
    void f8BeyondTheTail() {
        LogSettings large = new LogSettings(1 << 20, 64 << 10);
        try (WriteAheadLog log = WriteAheadLog.begin(disk, large, LogWorkshop.STORE, LogEnd.NEW_STORE, LogWorkshop.random(), new LogWorkshop.Told())) {
            LogWorkshop.appendForced(log, 1);
        }
        try (LogReader reader = LogReader.open(disk, large, LogWorkshop.STORE, LogWorkshop.firstAnchor())) {
            assertTrue(reader.next());
            disk.failReads(operation -> operation.position() > 600_000, new DiskException("EIO"));
            assertThrows(DiskException.class, reader::next);
            assertThrows(DiskException.class, reader::next);
            assertThrows(IllegalStateException.class, reader::end);
            disk.failReads(operation -> false, new DiskException("EIO"));
            assertFalse(reader.next());
            assertEquals(1, reader.end().timeline());
        }
    }

    @Test
    @DisplayName("a segment that is shorter than it must be is damage, not an end")
    void shortSegment() {
        fiveForced();
        ForgetfulDisk shortened = new ForgetfulDisk();
        byte[] bytes = Arrays.copyOf(disk.bytes(file()), 8192);
        shortened.create(file()).write(ByteBuffer.wrap(bytes), 0);
        StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(shortened));
        assertTrue(damage.getMessage().contains("8192"), damage.getMessage());
    }

    @Test
    @DisplayName("a whole record checks out only with every byte as written")
    void everyByteCounts() {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(24, 77);
        RecordFormat.seal(bytes, 0, 32, 5, 6, 4096, 1, crc);
        long binding = RecordFormat.binding(1, 4096);
        for (int i = 0; i < 32; i++) {
            bytes.clear();
            bytes.put(i, (byte) (bytes.get(i) ^ 1));
            boolean whole = RecordFormat.looksLikeRecord(bytes, 0, 64, binding) && RecordFormat.isIntact(bytes, 0, 64, binding, crc);
            assertFalse(whole, "byte " + i);
            bytes.clear();
            bytes.put(i, (byte) (bytes.get(i) ^ 1));
        }
        assertTrue(RecordFormat.looksLikeRecord(bytes, 0, 64, binding) && RecordFormat.isIntact(bytes, 0, 64, binding, crc));
    }

    private long salt() {
        try (var file = disk.open(file())) {
            return SegmentHeader.readFrom(file).timeline().salt();
        }
    }
}
