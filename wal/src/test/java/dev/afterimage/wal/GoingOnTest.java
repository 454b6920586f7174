package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An opening that was cut short is gone on with in place")
class GoingOnTest {
    private ForgetfulDisk disk = new ForgetfulDisk();

    private WriteAheadLog goOn(LogEnd end) {
        return WriteAheadLog.goOn(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, end, new LogWorkshop.Told());
    }

    /** A log of one record, and a second timeline with another, as an opening cut short leaves it. */
    private WriteAheadLog cutShort() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        WriteAheadLog second = LogWorkshop.begin(disk, LogWorkshop.read(disk).end());
        LogWorkshop.appendForced(second, 2);
        return second;
    }

    @Test
    @DisplayName("G2: what was cut off does not come back behind a new record that ends exactly before it")
    void tail() {
        try (WriteAheadLog log = cutShort()) {
            long lost = LogWorkshop.append(log, 3, 1000 + RecordFormat.WATERMARK_BYTES);
            LogWorkshop.append(log, 4, 1000);
            log.write(log.endLsn());
            disk.plant(LogWorkshop.fileOf(2, lost), lost % LogWorkshop.SEGMENT, new byte[512]);
        }
        LogEnd end = LogWorkshop.read(disk).end();
        assertEquals(2, end.timeline());
        try (WriteAheadLog log = goOn(end)) {
            assertEquals(new LogAnchor(2, end.lsn()), log.start());
            log.force(LogWorkshop.append(log, 5, 1000)); // and a watermark: together as long as record 3
        }
        assertEquals(List.of(1L, 2L, 5L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("G1: neither does what was cut off in the next segment, which comes to have its old number and timeline again")
    void nextSegment() {
        long last;
        try (WriteAheadLog log = cutShort()) {
            last = LogWorkshop.fillSegment(log, 3, 1000);
            long lost = LogWorkshop.append(log, 900, 1000 + RecordFormat.WATERMARK_BYTES); // the first of the next segment
            LogWorkshop.append(log, 901, 1000);
            log.write(log.endLsn());
            disk.plant(LogWorkshop.fileOf(2, lost), lost % LogWorkshop.SEGMENT, new byte[512]);
        }
        disk.list().stream().filter(name -> SegmentName.spareIndex(name) >= 0).forEach(disk::delete);
        disk.fill(); // so that the file is needed again
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(last - 1, reading.transactions().get(reading.transactions().size() - 1));
        try (WriteAheadLog log = goOn(reading.end())) {
            log.switchSegment();
            log.force(LogWorkshop.append(log, 902, 1000)); // and a watermark: together as long as record 900
        }
        List<Long> expected = new ArrayList<>(reading.transactions());
        expected.add(902L);
        assertEquals(expected, LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("F2, L2: on a full disk a hundred openings that append a little each leave what one leaves")
    void noneGrows() {
        cutShort().close();
        disk.fill();
        List<Long> written = new ArrayList<>(List.of(1L, 2L));
        int files = disk.list().size();
        for (long opening = 3; opening < 103; opening++) {
            disk = disk.afterPowerLoss(LogWorkshop.random(), 0.5, true);
            LogWorkshop.Reading reading = LogWorkshop.read(disk);
            assertEquals(written, reading.transactions());
            try (WriteAheadLog log = goOn(reading.end())) {
                LogWorkshop.appendForced(log, opening);
                written.add(opening);
                log.write(LogWorkshop.append(log, 1000 + opening, 5000)); // lost in part, and cut off
                disk.plant(LogWorkshop.fileOf(2, log.endLsn()), (log.endLsn() - 4000) % LogWorkshop.SEGMENT, new byte[600]);
            }
        }
        assertTrue(disk.list().size() <= files, disk.list().toString());
    }
}
