package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import dev.afterimage.spi.storage.DiskFullException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("F2: a full disk refuses appends, harms nothing, and never keeps the log from being opened")
class FullDiskTest {
    private ForgetfulDisk disk = new ForgetfulDisk();

    @Test
    @DisplayName("an append that needs a new segment is refused whole, the spare is kept back, and the log works on when there is room again")
    void refusedWhole() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            disk.fill();
            long end = log.endLsn();
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThrows(DiskFullException.class, () -> LogWorkshop.append(log, 999_999, 1000));
            }
            assertEquals(end, log.endLsn());
            assertEquals(1, spares());
            log.force(end); // what is appended can be made durable
            disk.limitTo(Long.MAX_VALUE);
            log.force(LogWorkshop.append(log, next, 1000));
            assertEquals(next, LogWorkshop.read(disk).records().size());
            assertEquals(1, spares());
        }
    }

    @Test
    @DisplayName("opening on a full disk takes the spare; again and again without work, it finds the same one")
    void reopensWithoutWork() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        disk.fill();
        for (int opening = 0; opening < 20; opening++) {
            disk = disk.afterPowerLoss(LogWorkshop.random(), 1, false);
            LogWorkshop.Reading reading = LogWorkshop.read(disk);
            assertEquals(List.of(1L), reading.transactions());
            LogWorkshop.begin(disk, reading.end()).close();
        }
        assertEquals(2, disk.list().size(), disk.list().toString());
    }

    @Test
    @DisplayName("opening on a full disk works any number of times, even when each opening appends before it dies")
    void reopensWithWork() {
        List<Long> written = new ArrayList<>(List.of(1L));
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        disk.fill();
        for (long opening = 2; opening < 30; opening++) {
            disk = disk.afterPowerLoss(LogWorkshop.random(), 0.5, true);
            LogWorkshop.Reading reading = LogWorkshop.read(disk);
            assertEquals(written, reading.transactions());
            try (WriteAheadLog log = LogWorkshop.begin(disk, reading.end())) {
                LogWorkshop.appendForced(log, opening);
                written.add(opening);
                log.write(LogWorkshop.append(log, 1000 + opening, 5000)); // lost in part, and cut off
                disk.plant(LogWorkshop.fileOf(log.start().timeline(), log.endLsn()), (log.endLsn() - 4000) % LogWorkshop.SEGMENT, new byte[600]);
            }
        }
        assertTrue(disk.list().size() <= 3, disk.list().toString());
    }

    @Test
    @DisplayName("G2: an opening that has to go on in the last segment does not bring back what was cut off, even behind a new record that ends exactly before it")
    void goesOnInPlace() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            long lost = LogWorkshop.append(log, 2, 1000 + RecordFormat.WATERMARK_BYTES);
            LogWorkshop.append(log, 3, 1000);
            log.write(log.endLsn());
            disk.plant(LogWorkshop.fileOf(1, lost), lost, new byte[512]);
        }
        disk.delete("spare-1");
        disk.fill();
        LogEnd end = LogWorkshop.read(disk).end();
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            assertEquals(new LogAnchor(1, end.lsn()), log.start());
            log.force(LogWorkshop.append(log, 4, 1000)); // and a watermark: together as long as record 2
        }
        assertEquals(List.of(1L, 4L), LogWorkshop.read(disk).transactions());
        disk = disk.afterPowerLoss(LogWorkshop.random(), 0, false);
        assertEquals(List.of(1L, 4L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("once there is room, the spare is replaced before the log grows")
    void spareFirst() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        disk.fill();
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        try (WriteAheadLog log = LogWorkshop.begin(disk, reading.end())) {
            assertEquals(0, spares());
            long next = LogWorkshop.fillSegment(log, 2, 1000);
            disk.limitTo(disk.used() + LogWorkshop.SEGMENT);
            assertThrows(DiskFullException.class, () -> LogWorkshop.append(log, 999_999, 1000));
            assertEquals(1, spares());
            log.force(log.endLsn());
            LogAnchor here = new LogAnchor(2, log.endLsn());
            log.recycleBefore(here.lsn()); // a checkpoint frees the old timeline's segment
            LogWorkshop.append(log, next, 1000);
            assertEquals(1, spares());
        }
    }

    @Test
    @DisplayName("a checkpoint may switch to the spare, frees the segment before it, and the log goes on, round and round in two segments")
    void switchesToTheSpare() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.fillSegment(log, 1, 1000);
            disk.fill();
            for (int round = 0; round < 5; round++) {
                assertThrows(DiskFullException.class, () -> LogWorkshop.append(log, 999_999, 1000));
                log.switchSegment();
                assertEquals(0, spares());
                assertThrows(DiskFullException.class, log::switchSegment);
                long redoPoint = log.endLsn();
                LogAnchor anchor = new LogAnchor(1, redoPoint);
                log.force(LogWorkshop.append(log, 7, 1000));
                log.recycleBefore(redoPoint); // the checkpoint's control block says so by now
                assertEquals(1, spares());
                assertEquals(List.of(7L), LogWorkshop.read(disk, anchor).transactions());
                LogWorkshop.fillSegment(log, 8, 1000);
            }
        }
    }

    @Test
    @DisplayName("a new store without room for a segment and a spare is refused, and leaves nothing that harms a later attempt")
    void newStore() {
        disk.limitTo(LogWorkshop.SEGMENT + 1000);
        assertThrows(DiskFullException.class, () -> LogWorkshop.create(disk));
        disk.limitTo(Long.MAX_VALUE);
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        assertEquals(List.of(1L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("L2: over a hundred crashes with a checkpoint each, the log does not grow")
    void bounded() {
        LogAnchor anchor = LogWorkshop.firstAnchor();
        LogWorkshop.create(disk).close();
        for (int cycle = 0; cycle < 100; cycle++) {
            disk = disk.afterPowerLoss(LogWorkshop.random(), 0.5, true);
            LogWorkshop.Reading reading = LogWorkshop.read(disk, anchor);
            try (WriteAheadLog log = LogWorkshop.begin(disk, reading.end())) {
                LogWorkshop.fillSegment(log, 1, 3000);
                LogWorkshop.appendForced(log, 2);
                log.force(LogWorkshop.append(log, 3, 3000));
                if (cycle % 3 != 0) { // some die before their checkpoint
                    anchor = log.start();
                    log.recycleBefore(anchor.lsn());
                }
            }
            assertTrue(disk.list().size() <= 10, cycle + ": " + disk.list());
        }
    }

    private long spares() {
        return disk.list().stream().filter(name -> SegmentName.spareIndex(name) >= 0).count();
    }
}
