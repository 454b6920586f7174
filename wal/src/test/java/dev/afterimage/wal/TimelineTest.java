package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.StoreDamagedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Timelines: each opening writes one of its own, and readers follow them")
class TimelineTest {
    private ForgetfulDisk disk = new ForgetfulDisk();

    /** Each opening appends one record; its number is the timeline's. */
    private List<Long> open(int times) {
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            LogEnd after = i == 0 ? LogEnd.NEW_STORE : LogWorkshop.read(disk).end();
            try (WriteAheadLog log = LogWorkshop.begin(disk, after)) {
                assertEquals(i + 1, log.start().timeline());
                positions.add(LogWorkshop.appendForced(log, i + 1));
            }
        }
        return positions;
    }

    @Test
    @DisplayName("records of all timelines are read in order, each with its timeline, from an anchor in any of them")
    void crossing() {
        List<Long> positions = open(5);
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), reading.transactions());
        assertEquals(List.of(1, 2, 3, 4, 5), reading.records().stream().map(LogWorkshop.Found::timeline).toList());
        for (int timeline = 1; timeline <= 5; timeline++) {
            LogAnchor anchor = new LogAnchor(timeline, positions.get(timeline - 1));
            assertEquals(6 - timeline, LogWorkshop.read(disk, anchor).records().size());
        }
    }

    @Test
    @DisplayName("L5: positions never start again: each opening's lie beyond all that was ever durable, also when nothing could be read after the anchor")
    void l5() {
        List<Long> positions = open(6);
        for (int i = 1; i < positions.size(); i++) {
            assertTrue(positions.get(i) > positions.get(i - 1));
            assertTrue(positions.get(i) / LogWorkshop.SEGMENT > positions.get(i - 1) / LogWorkshop.SEGMENT, "a segment of its own");
        }
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        LogAnchor anchor = new LogAnchor(reading.end().timeline(), reading.end().lsn());
        try (WriteAheadLog log = LogWorkshop.begin(disk, LogWorkshop.read(disk, anchor).end())) {
            assertTrue(log.start().lsn() > anchor.lsn());
        }
    }

    @Test
    @DisplayName("L6: an older copy of the log than the control block is refused")
    void l6() {
        ForgetfulDisk old;
        LogAnchor anchor;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            old = disk.afterProcessKill();
            LogWorkshop.appendForced(log, 2);
            anchor = new LogAnchor(1, log.endLsn());
            assertEquals(List.of(), LogWorkshop.read(disk, anchor).records());
        }
        ForgetfulDisk stale = old;
        StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(stale, anchor));
        assertTrue(damage.getMessage().contains("older copy"), damage.getMessage());
        LogAnchor farAway = new LogAnchor(1, 40L * LogWorkshop.SEGMENT);
        assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(stale, farAway));
        LogAnchor otherTimeline = new LogAnchor(3, anchor.lsn());
        assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(stale, otherTimeline));
    }

    @Test
    @DisplayName("L6: a page whose position lies beyond the log's end is refused where the log is asked to vouch for it")
    void l6PageFromTheFuture() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.append(log, 1);
            long future = log.endLsn() + 8;
            assertThrows(StoreDamagedException.class, () -> log.force(future));
            assertThrows(StoreDamagedException.class, () -> log.write(future));
            log.force(log.endLsn());
            log.force(0);
        }
    }

    @Test
    @DisplayName("a parent that ends before the place where its child continues it is damage, at whichever of its last records")
    void parentTooShort() {
        open(2);
        disk.flip(LogWorkshop.fileOf(1, 0), SegmentHeader.BYTES + 40);
        StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
        assertTrue(damage.getMessage().contains("timeline 2"), damage.getMessage());
    }

    @Test
    @DisplayName("what lies in a parent beyond its end is not even looked at")
    void beyondTheParentsEnd() {
        long end;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            end = log.endLsn();
            ForgetfulDisk before = disk.afterProcessKill();
            LogWorkshop.appendForced(log, 2); // on the real disk; the copy does not know it
            LogEnd after = LogWorkshop.read(before).end();
            assertEquals(end, after.lsn());
            LogWorkshop.begin(disk, after).close();
        }
        assertEquals(List.of(1L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("a missing timeline between two others is damage")
    void missingTimeline() {
        List<Long> positions = open(3);
        disk.delete(LogWorkshop.fileOf(2, positions.get(1)));
        StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
        assertTrue(damage.getMessage().contains("timeline 2"), damage.getMessage());
    }

    @Test
    @DisplayName("openings that die without a record leave nothing behind: same end, same number of files, and positions that do not run away")
    void emptyTimelines() {
        open(1);
        int files = disk.list().size();
        LogEnd end = LogWorkshop.read(disk).end();
        for (int i = 0; i < 10; i++) {
            disk = disk.afterPowerLoss(LogWorkshop.random(), 0.5, true);
            LogEnd again = LogWorkshop.read(disk).end();
            assertEquals(end, again);
            try (WriteAheadLog log = LogWorkshop.begin(disk, again)) {
                assertEquals(LogWorkshop.SEGMENT + SegmentHeader.BYTES, log.start().lsn());
            }
        }
        assertTrue(disk.list().size() <= files + 1, disk.list().toString());
    }

    @Test
    @DisplayName("G2: what an abandoned opening had written does not come back in its reused file, even behind a new record that ends exactly before it, and even when"
            + " the generator of salts repeats itself")
    void repeatingRandom() {
        open(1);
        LogEnd end = LogWorkshop.read(disk).end();
        long abandoned;
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            abandoned = log.start().lsn();
            long first = LogWorkshop.append(log, 100, 1000 + RecordFormat.WATERMARK_BYTES);
            LogWorkshop.append(log, 101, 1000);
            log.write(log.endLsn());
            disk.plant(LogWorkshop.fileOf(2, first), first % LogWorkshop.SEGMENT, new byte[512]); // its first record is lost, its second is not
        }
        LogEnd again = LogWorkshop.read(disk).end();
        assertEquals(end.lsn(), again.lsn());
        assertTrue(again.tailBytesCut() > 0);
        try (WriteAheadLog log = LogWorkshop.begin(disk, again)) { // LogWorkshop always gives the same numbers
            log.force(LogWorkshop.append(log, 200, 1000)); // and a watermark: together as long as the first
            assertEquals(abandoned, log.start().lsn(), "the test needs the same positions");
            assertTrue(disk.bytes(LogWorkshop.fileOf(3, abandoned))[(int) (log.endLsn() % LogWorkshop.SEGMENT) + 5] == 1024 >> 8, "and the same file, with record 101 behind");
        }
        assertEquals(List.of(1L, 200L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("after a checkpoint, older timelines are gone and the anchor's start is enough")
    void recycling() {
        open(4);
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        LogAnchor anchor;
        try (WriteAheadLog log = LogWorkshop.begin(disk, reading.end())) {
            anchor = log.start();
            LogWorkshop.appendForced(log, 5);
            assertThrows(IllegalArgumentException.class, () -> log.recycleBefore(log.endLsn() + 8));
            log.recycleBefore(anchor.lsn());
            assertEquals(4, log.statistics().segmentsRecycled());
        }
        assertFalse(disk.exists(LogWorkshop.fileOf(1, 0)));
        ForgetfulDisk after = disk.afterPowerLoss(LogWorkshop.random(), 0, false);
        assertEquals(List.of(5L), LogWorkshop.read(after, anchor).transactions());
        assertTrue(after.list().size() <= 4, after.list().toString());
    }

    @Test
    @DisplayName("a segment whose parent was recycled is read all the same when the anchor is exactly where the child continues it")
    void anchorAtTheParentsEnd() {
        LogAnchor anchor;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.fillSegment(log, 1, 4096 - 24 - 32);
            LogWorkshop.fillSegment(log, 1000, 1000);
            log.force(log.endLsn());
            long boundary = (log.endLsn() / LogWorkshop.SEGMENT + 1) * LogWorkshop.SEGMENT;
            LogWorkshop.append(log, 5000, 8000); // crosses, and is not written
            anchor = new LogAnchor(1, boundary);
            log.recycleBefore(boundary);
        }
        disk = disk.afterPowerLoss(LogWorkshop.random(), 1, false);
        LogWorkshop.Reading reading = LogWorkshop.read(disk, anchor);
        assertEquals(anchor.lsn(), reading.end().lsn());
        try (WriteAheadLog log = LogWorkshop.begin(disk, reading.end())) {
            LogWorkshop.appendForced(log, 6000);
        }
        assertEquals(List.of(6000L), LogWorkshop.read(disk, anchor).transactions());
    }
}
