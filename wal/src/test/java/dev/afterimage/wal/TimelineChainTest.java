package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segment files with nothing but headers, and what they say together. */
@DisplayName("The chain of a log's timelines")
class TimelineChainTest {
    private static final int SEGMENT = LogWorkshop.SEGMENT;
    private static final Timeline FIRST = new Timeline(1, 11, SegmentHeader.BYTES, 0, 0);

    private final ForgetfulDisk disk = new ForgetfulDisk();

    private static Timeline child(int number, int parent) {
        return new Timeline(number, 10 + number, number * SEGMENT + SegmentHeader.BYTES, parent, number * SEGMENT);
    }

    private void put(Timeline timeline, long segment) {
        put(new SegmentName(timeline.number(), segment), new SegmentHeader(SEGMENT, LogWorkshop.STORE, segment, timeline));
    }

    private void put(SegmentName name, SegmentHeader header) {
        try (DiskFile file = disk.create(name.toString())) {
            header.writeTo(file);
        }
    }

    private void putTorn(int timeline, long segment) {
        disk.create(new SegmentName(timeline, segment).toString()).close();
    }

    private TimelineChain find(int anchor) {
        return TimelineChain.find(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, new LogAnchor(anchor, SegmentHeader.BYTES));
    }

    private String damage(int anchor) {
        return assertThrows(StoreDamagedException.class, () -> find(anchor)).getMessage();
    }

    @Test
    @DisplayName("begins with the anchor's timeline and ends with the highest; what it does not lead to is nobody's")
    void chain() {
        put(FIRST, 0);
        put(FIRST, 1);
        put(child(2, 1), 2); // abandoned: the next one continues the first
        put(child(4, 1), 4);
        put(child(5, 4), 5);
        TimelineChain chain = find(1);
        assertEquals(3, chain.length());
        assertEquals(FIRST, chain.get(0));
        assertEquals(child(4, 1), chain.child(0));
        assertEquals(child(5, 4), chain.child(1));
        assertNull(chain.child(2));
        assertEquals(List.of(0L, 1L), chain.segmentsFrom(1, 0));
        assertEquals(List.of(1L), chain.segmentsFrom(1, 1));
        assertEquals(List.of(), chain.segmentsFrom(7, 0));
        assertTrue(chain.hasSegment(1, 1));
        assertFalse(chain.hasSegment(1, 2) || chain.hasSegment(7, 0));
        assertEquals(2, find(4).length());
        assertFalse(find(4).hasSegment(1, 1), "older than the anchor");
    }

    @Test
    @DisplayName("learns of a timeline from whichever of its segments has a header that is whole")
    void tornHeader() {
        putTorn(1, 0);
        put(FIRST, 1);
        assertEquals(FIRST, find(1).get(0));
        assertTrue(find(1).hasSegment(1, 0));
        assertNull(TimelineChain.header(disk, new SegmentName(1, 0), LogWorkshop.SETTINGS, LogWorkshop.STORE));
    }

    @Test
    @DisplayName("is damage where no header of a timeline is whole, be it the anchor's or a later one; the anchor's may be gone altogether")
    void headersLost() {
        putTorn(1, 0);
        assertTrue(damage(1).contains("timeline 1 of the log: no segment has a header"), damage(1));
        putTorn(2, 1);
        assertTrue(damage(1).contains("timeline 2 of the log: no segment has a header"), damage(1));
        assertEquals(new Timeline(3, 0, 0, 0, 0), find(3).get(0));
    }

    @Test
    @DisplayName("names the timeline that is missing, and the one that continues it")
    void missing() {
        put(FIRST, 0);
        put(child(3, 2), 3);
        assertTrue(damage(1).contains("timeline 2 of the log is missing, but timeline 3 continues it"), damage(1));
    }

    @Test
    @DisplayName("does not belong to a control block whose timeline it passes over")
    void anotherLog() {
        put(FIRST, 0);
        put(child(3, 1), 3);
        assertTrue(damage(2).contains("points into timeline 2 of the log, but the log's timeline 3 continues timeline 1"), damage(2));
    }

    @Test
    @DisplayName("refuses a timeline that continues itself or a later one, or begins before its parent ends")
    void contradictions() {
        put(FIRST, 0);
        put(new Timeline(2, 12, 2 * SEGMENT + SegmentHeader.BYTES, 2, SEGMENT), 2);
        assertTrue(damage(1).contains("contradicts itself"), damage(1));
        disk.delete(new SegmentName(2, 2).toString());
        put(new Timeline(3, 13, 2 * SEGMENT + SegmentHeader.BYTES, 1, 2 * SEGMENT + SegmentHeader.BYTES + 8), 2);
        assertTrue(damage(1).contains("contradicts itself"), damage(1));
        disk.delete(new SegmentName(3, 2).toString());
        put(new Timeline(4, 14, 2 * SEGMENT + SegmentHeader.BYTES, 1, 2 * SEGMENT + SegmentHeader.BYTES), 2);
        assertEquals(2, find(1).length());
    }

    @Test
    @DisplayName("refuses segments of another store, of another size, and of two logs that are mixed")
    void strangers() {
        put(FIRST, 0);
        put(new Timeline(1, 99, SegmentHeader.BYTES, 0, 0), 1);
        assertTrue(damage(1).contains("files of different logs are mixed"), damage(1));
        disk.delete(new SegmentName(1, 1).toString());
        put(new SegmentName(1, 1), new SegmentHeader(SEGMENT, LogWorkshop.STORE + 1, 1, FIRST));
        assertTrue(damage(1).contains("found one of store"), damage(1));
        disk.delete(new SegmentName(1, 1).toString());
        put(new SegmentName(1, 1), new SegmentHeader(2 * SEGMENT, LogWorkshop.STORE, 1, FIRST));
        assertThrows(ConfigException.class, () -> find(1));
        disk.delete(new SegmentName(1, 1).toString());
        put(new SegmentName(1, 1), new SegmentHeader(SEGMENT, LogWorkshop.STORE + 1, 5, FIRST));
        assertEquals(FIRST, find(1).get(0), "a header that is not that name's says nothing, not even whose it is");
    }
}
