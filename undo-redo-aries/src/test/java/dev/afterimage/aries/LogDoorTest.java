package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("The log, shown to people")
class LogDoorTest {
    private static final long STORE_ID = 0x5EED;

    private final List<LogEntry> entries = new ArrayList<>();

    private LogSummary read(SimulatedDisk disk) {
        entries.clear();
        return new AriesProvider().readLog(disk, STORE_ID, entries::add);
    }

    private List<String> told(String type) {
        return entries.stream().filter(entry -> entry.type().equals(type)).map(LogEntry::description).toList();
    }

    /** A log with every type of record; the transaction that creates pages is number 1. */
    private static SimulatedDisk store() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, 16, 3);
        // The first writes the pages home, the second finds that nothing needs their images any more.
        store.checkpoint();
        store.checkpoint();
        Workbench.Work loser = store.begin();
        loser.put(0, 100);
        loser.put(0, 101);
        loser.inner().discard(1);
        long mark = loser.inner().mark();
        loser.put(2, 102);
        loser.inner().rollbackTo(mark);
        Workbench.Work other = store.begin();
        other.create(7, 7);
        store.checkpoint();
        other.rollback();
        store.create(8);
        return new SimulatedDisk(disk.asSynced());
    }

    @Test
    @DisplayName("each type of record says in one line what it means, and nothing is written")
    void describes() {
        SimulatedDisk disk = store();
        DiskImage before = disk.asIssued();
        LogSummary summary = read(disk);
        assertEquals(before.hash(), disk.asIssued().hash());
        assertEquals(Ending.END, summary.ending());
        assertTrue(summary.detail().endsWith("of timeline 1"), summary::detail);
        assertTrue(summary.notes().get(0).startsWith("Restart would begin its analysis at LSN "), summary::toString);

        List<LogEntry> loser = entries.stream().filter(entry -> entry.transactionId() == 2).toList();
        assertEquals(List.of("update", "update", "update", "update", "compensation"), loser.stream().map(LogEntry::type).toList());
        assertTrue(loser.get(0).description().startsWith("bytes 0..7, 4000..4007 before, and all of it after, in "), loser.get(0)::description);
        assertTrue(loser.get(0).description().endsWith(", its first"), loser.get(0)::description);
        assertEquals("bytes 0..7, 4000..4007 before and after, on its version of LSN " + loser.get(0).lsn() + ", prevLSN " + loser.get(0).lsn(), loser.get(1).description());
        assertTrue(loser.get(2).description().startsWith("ceases to exist; all of it before, in "), loser.get(2)::description);
        assertEquals("bytes 0..7, 4000..4007 put back, on its version of LSN " + loser.get(3).lsn() + ", prevLSN " + loser.get(3).lsn() + ", undoNextLSN " + loser.get(2).lsn(),
                loser.get(4).description());
        assertEquals(List.of(0L, 0L, 1L, 2L, 2L), loser.stream().map(entry -> entry.page().orElseThrow()).toList());

        List<LogEntry> other = entries.stream().filter(entry -> entry.transactionId() == 3).toList();
        assertTrue(other.get(0).description().startsWith("comes to exist, "), other.get(0)::description);
        assertTrue(other.stream().anyMatch(entry -> entry.description().startsWith("its creation taken back, ") && entry.description().endsWith(", nothing left to undo")), other::toString);
        assertEquals(List.of("rolled back, prevLSN " + other.get(other.size() - 2).lsn()), told("end"));
        assertTrue(told("commit").get(0).startsWith("prevLSN "), told("commit")::toString);

        assertEquals(List.of("number 1", "number 2", "number 3"), told("begin checkpoint"));
        String tables = told("end checkpoint").get(2);
        long begin = entries.stream().filter(entry -> entry.description().equals("number 3")).findFirst().orElseThrow().lsn();
        assertTrue(tables.startsWith("begun at LSN " + begin + "; 2 transactions: 2 (first " + loser.get(0).lsn() + ", last " + loser.get(4).lsn() + ", undoNext " + loser.get(2).lsn() + "), 3 (first "),
                tables);
        assertTrue(tables.contains(" dirty page") && tables.contains("(recLSN "), tables);
    }

    @Test
    @DisplayName("a page's discard undone, and a restart's CLRs in their own timeline")
    void afterRestart() {
        SimulatedDisk disk = store();
        SmallLog.SETUP.open(disk, 16);
        SimulatedDisk after = new SimulatedDisk(disk.asIssued());
        read(after);
        assertEquals(List.of(), told("update").stream().filter(text -> text.contains("unknown")).toList());
        LogSummary summary = read(withOldLog(disk, store()));
        assertEquals(Ending.END, summary.ending());
        List<LogEntry> undone = entries.stream().filter(entry -> entry.timeline() == 2 && entry.type().equals("compensation")).toList();
        assertEquals(3, undone.size(), entries::toString);
        assertTrue(undone.get(0).description().startsWith("all of it put back, from "), undone.get(0)::description);
        assertTrue(undone.get(2).description().endsWith(", nothing left to undo"), undone.get(2)::description);
    }

    /** The disk after a restart, with the control file and the segments that restart had no more use for. */
    private static SimulatedDisk withOldLog(SimulatedDisk after, SimulatedDisk before) {
        DiskImage image = after.asIssued();
        DiskImage old = before.asIssued();
        for (String name : old.names()) {
            if (name.equals("control") || name.length() == 24) {
                image = image.withFile(name, old.read(name, 0, Math.toIntExact(old.size(name))));
            }
        }
        return new SimulatedDisk(image);
    }

    @Test
    @DisplayName("a damaged log is shown up to the damage, which is said to be where it is")
    void damaged() {
        SimulatedDisk disk = store();
        read(disk);
        int index = entries.size() / 2;
        LogEntry victim = entries.get(index);
        long before = entries.get(index - 1).lsn();
        String segment = disk.list().stream().filter(name -> name.length() == 24).findFirst().orElseThrow();
        LogSummary summary = read(new SimulatedDisk(disk.asIssued().flipBit(segment, victim.lsn() + 30, 3)));
        assertEquals(Ending.DAMAGED, summary.ending());
        assertEquals(index, entries.size());
        assertTrue(summary.lsn() <= victim.lsn() && summary.lsn() > before, summary::toString);
        assertTrue(summary.detail().contains(segment), summary::detail);
    }

    @Test
    @DisplayName("without a readable control file all there is of the log is shown, and the reason said")
    void noControl() {
        SimulatedDisk disk = store();
        read(disk);
        int all = entries.size();
        for (DiskImage image : Arrays.asList(disk.asIssued().withoutFile("control"), disk.asIssued().withFile("control", new byte[16384]))) {
            LogSummary summary = read(new SimulatedDisk(image));
            assertEquals(Ending.END, summary.ending());
            assertEquals(all, entries.size());
            assertTrue(summary.notes().get(0).contains("cannot be read: "), summary::toString);
        }
    }
}
