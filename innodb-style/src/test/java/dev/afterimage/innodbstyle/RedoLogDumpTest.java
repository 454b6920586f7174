package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The redo log, shown to people")
class RedoLogDumpTest {
    private final List<LogEntry> entries = new ArrayList<>();
    private final MiniTransaction mtr = new MiniTransaction();
    private DiskImage image;
    private long start;
    private long end;

    private LogSummary read(DiskImage shown) {
        entries.clear();
        return RedoLogDump.read(new SimulatedDisk(shown), RedoWorkshop.STORE, entries::add);
    }

    @BeforeEach
    void write() {
        SimulatedDisk disk = new SimulatedDisk();
        try (RedoLog log = RedoWorkshop.create(disk)) {
            start = log.endLsn();
            log.reserve(mtr, 600);
            mtr.initPage(Spaces.UNDO, 3);
            mtr.writeInt(Spaces.UNDO, 3, 40, -7);
            mtr.fill(Spaces.PAGES, 9, 100, 50, (byte) 2);
            mtr.write(Spaces.PAGES, 9, 200, ByteBuffer.wrap(new byte[] {1, -1, 127}));
            mtr.write(Spaces.PAGES, 9, 300, ByteBuffer.allocate(20));
            log.force(log.commit(mtr));
        }
        try (RedoLog log = RedoWorkshop.reopen(disk)) {
            log.reserve(mtr, 600);
            mtr.writeLong(Spaces.COMMITS, 77, 0, 5);
            end = log.commit(mtr);
            log.write(end);
        }
        image = disk.asIssued();
    }

    @Test
    @DisplayName("each record says in one line what it does to which page, and nothing is written")
    void describes() {
        SimulatedDisk disk = new SimulatedDisk(image);
        LogSummary summary = RedoLogDump.read(disk, RedoWorkshop.STORE, entries::add);
        assertEquals(List.of(), disk.trace().events(), "nothing was written, not even as it was");
        assertEquals(Ending.END, summary.ending());
        assertEquals(end, summary.lsn());
        assertTrue(summary.notes().get(0).startsWith("Redo would begin at LSN " + start + ", the checkpoint"), summary::toString);
        assertEquals(List.of("MLOG_INIT_FILE_PAGE2", "MLOG_4BYTES", "MLOG_MEMSET", "MLOG_WRITE_STRING", "MLOG_WRITE_STRING", "commit"), entries.stream().map(LogEntry::type).toList());
        assertEquals(List.of(1, 1, 1, 1, 1, 2), entries.stream().map(LogEntry::timeline).toList());
        assertEquals(start, entries.get(0).lsn());
        assertEquals(start + entries.get(0).bytes(), entries.get(1).lsn());
        assertEquals(OptionalLong.of(3), entries.get(1).page());
        List<String> told = entries.stream().map(entry -> entry.description().replaceFirst("; mini-transaction .*", "")).toList();
        assertEquals(List.of("undo page: begins as zeros", "undo page: bytes 40..43 become -7", "page: bytes 100..149 all become 2", "page: bytes 200..202 become 01ff7f",
                "page: bytes 300..319 become 00000000000000000000000000000000…", "commit number 5"), told);
        assertEquals(77, entries.get(5).transactionId());
        assertEquals(OptionalLong.empty(), entries.get(5).page());
    }

    @Test
    @DisplayName("damage is told behind what could be read; whoever has seen enough may stop; no log is no crash")
    void endings() {
        LogSummary damaged = read(image.zeroSector("redo-0", 32 + RedoBlock.numberOf(start)));
        assertEquals(Ending.DAMAGED, damaged.ending());
        assertEquals(0, entries.size());
        assertTrue(damaged.detail().contains("redo-0"), damaged::detail);
        LogSummary stopped = RedoLogDump.read(new SimulatedDisk(image), RedoWorkshop.STORE, entry -> false);
        assertEquals(Ending.STOPPED, stopped.ending());
        assertEquals(Ending.DAMAGED, read(image.withoutFile("redo-1")).ending());
    }
}
