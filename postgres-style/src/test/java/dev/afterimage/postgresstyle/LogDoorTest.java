package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;

@DisplayName("The log, shown to people")
class LogDoorTest {
    private final List<LogEntry> entries = new ArrayList<>();

    private LogSummary read(SimulatedDisk disk) {
        entries.clear();
        return new PostgresStyleProvider().readLog(disk, SmallStore.STORE_ID, entries::add);
    }

    private static SimulatedDisk store() {
        SimulatedDisk disk = new SimulatedDisk();
        SmallStore store = SmallStore.create(disk);
        store.create(3, 33);
        store.checkpoint();
        store.put(3, 34);
        store.put(3, 35);
        return new SimulatedDisk(disk.asSynced());
    }

    @Test
    @DisplayName("each record in one line, and nothing is written")
    void describes() {
        SimulatedDisk disk = store();
        DiskImage before = disk.asIssued();
        LogSummary summary = read(disk);
        assertEquals(before.hash(), disk.asIssued().hash());
        assertEquals(Ending.END, summary.ending());
        assertEquals(List.of("image", "commit", "checkpoint", "image", "commit", "ranges", "commit"), entries.stream().map(LogEntry::type).toList());
        LogEntry ranges = entries.get(5);
        assertEquals(3, ranges.page().orElseThrow());
        assertEquals("bytes 0..7 on its version of LSN " + entries.get(4).lsn(), ranges.description());
        assertEquals("1 record from LSN " + ranges.lsn(), entries.get(6).description());
        assertEquals(List.of("Recovery would begin at LSN " + (entries.get(2).lsn()) + " of timeline 1."), summary.notes());
    }

    @Test
    @DisplayName("a damaged log is shown up to the damage")
    void damaged() {
        SimulatedDisk disk = store();
        read(disk);
        long lsn = entries.get(4).lsn();
        String segment = disk.list().stream().filter(name -> name.length() == 24).findFirst().orElseThrow();
        LogSummary summary = read(new SimulatedDisk(disk.asIssued().flipBit(segment, lsn + 25, 0)));
        assertEquals(Ending.DAMAGED, summary.ending());
        assertEquals(4, entries.size());
        assertTrue(summary.detail().contains(segment), summary::detail);
    }
}
