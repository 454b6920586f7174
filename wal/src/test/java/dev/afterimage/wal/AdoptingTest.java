package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What an opening takes over from those before it")
class AdoptingTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();

    /** A log of two timelines, the second of which had gone over to a second segment that the tail does not reach. */
    private LogEnd cutShort() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        try (WriteAheadLog log = LogWorkshop.begin(disk, LogWorkshop.read(disk).end())) {
            long next = LogWorkshop.fillSegment(log, 2, 1000);
            log.force(log.endLsn());
            long lost = LogWorkshop.append(log, next, 1000);
            log.write(lost);
            disk.plant(LogWorkshop.fileOf(2, lost), lost % LogWorkshop.SEGMENT, new byte[512]);
        }
        return LogWorkshop.read(disk).end();
    }

    @Test
    @DisplayName("W7: names are durable when a log that goes on in its old segment has been opened, not only when it comes to take another")
    void namesOnGoingOn() {
        LogEnd end = cutShort();
        String beyond = new SegmentName(2, 2).toString();
        assertTrue(disk.exists(beyond));
        disk.fill();
        WriteAheadLog.goOn(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, end, new LogWorkshop.Told()).close();
        assertFalse(disk.exists(beyond), "its segment beyond the end is a spare now");
        assertEquals(disk.list(), disk.afterPowerLoss(LogWorkshop.random(), 0, false).list());
    }

    @Test
    @DisplayName("the syncs of going on are counted like all others")
    void syncsOfGoingOn() {
        LogEnd end = cutShort();
        int before = disk.syncs();
        try (WriteAheadLog log = WriteAheadLog.goOn(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, end, new LogWorkshop.Told())) {
            assertEquals(disk.syncs() - before, log.statistics().syncs());
        }
    }

    @Test
    @DisplayName("W7: no header is rewritten before the file's name as a spare is durable, by an opening and by one that goes on")
    void namesBeforeHeaders() {
        List<String> renamed = new ArrayList<>();
        List<String> early = new ArrayList<>();
        LogEnd end = cutShort();
        disk.tell(operation -> {
            switch (operation.kind()) {
                case "rename" -> renamed.add(operation.file().substring(operation.file().indexOf('>') + 1));
                case "syncNames" -> renamed.clear();
                case "write" -> {
                    if (renamed.contains(operation.file())) {
                        early.add(operation.file());
                    }
                }
                default -> { }
            }
        });
        disk.fill();
        for (int spare = 0; spare < 10; spare++) {
            if (disk.exists(SegmentName.spare(spare))) {
                disk.delete(SegmentName.spare(spare)); // so that what is renamed has to be used
            }
        }
        try (WriteAheadLog log = WriteAheadLog.goOn(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, end, new LogWorkshop.Told())) {
            log.switchSegment();
            LogWorkshop.appendForced(log, 7);
        }
        LogEnd second = LogWorkshop.read(disk).end();
        LogWorkshop.begin(disk, second).close();
        LogWorkshop.begin(disk, second).close(); // takes the segment of the one before
        assertEquals(List.of(), early);
    }

    @Test
    @DisplayName("spares of all numbers, 0 too, which is one only where making the store was cut short")
    void spareZero() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        LogEnd end = LogWorkshop.read(disk).end();
        disk.rename("spare-1", "spare-0");
        disk.syncNames();
        disk.fill();
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            assertEquals(2, log.start().timeline(), "it had a spare to begin a timeline in");
        }
        assertFalse(disk.exists("spare-0"), disk.list().toString());
    }
}
