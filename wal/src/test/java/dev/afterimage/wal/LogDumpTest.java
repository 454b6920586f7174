package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;

@DisplayName("The log dump shows what is there and never writes")
class LogDumpTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();
    private final List<LogEntry> entries = new ArrayList<>();

    private LogSummary dump(LogAnchor needed) {
        entries.clear();
        return new LogDump(disk, LogWorkshop.STORE).read(needed, (type, transaction, body) -> LogRecordDescription.ofPage("sample", 7, "of " + body.remaining()), entries::add);
    }

    private List<Long> transactions() {
        return entries.stream().map(LogEntry::transactionId).toList();
    }

    @Test
    @DisplayName("segments and records of several timelines, in the strategy's words, and how the log ends")
    void shows() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        LogEnd end = LogWorkshop.read(disk).end();
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            LogWorkshop.appendForced(log, 2);
            int before = disk.operations().size();
            List<String> lines = new ArrayList<>();
            new LogDump(disk, LogWorkshop.STORE).segments(lines::add);
            assertEquals(2, lines.size());
            assertTrue(lines.get(0).startsWith("000000010000000000000000  timeline 1, positions 0 to 262144"), lines.get(0));
            assertTrue(lines.get(1).contains("continues timeline 1 at " + end.lsn()), lines.get(1));
            LogSummary summary = dump(null);
            assertEquals(List.of(1L, 2L), transactions());
            assertEquals("LogEntry[timeline=1, lsn=4096, bytes=100, transactionId=1, type=sample, page=OptionalLong[7], description=of 100]", entries.get(0).toString());
            assertEquals(Ending.END, summary.ending());
            assertEquals("the log ends at LSN " + log.endLsn() + " of timeline 2", summary.detail());
            assertEquals(before, disk.operations().size(), "it only reads");
        }
    }

    @Test
    @DisplayName("as many as are wanted, and where the log goes on")
    void stopped() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            long second = LogWorkshop.appendForced(log, 2);
            LogWorkshop.appendForced(log, 3);
            List<Long> seen = new ArrayList<>();
            LogSummary summary = new LogDump(disk, LogWorkshop.STORE).read(null, (type, transaction, body) -> LogRecordDescription.unknown(type), entry -> {
                seen.add(entry.lsn());
                return entry.lsn() < second;
            });
            assertEquals(List.of(4096L, second), seen);
            assertEquals(Ending.STOPPED, summary.ending());
        }
    }

    @Test
    @DisplayName("of a damaged log, all up to the damage, and what is wrong")
    void damaged() {
        long second;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            second = LogWorkshop.appendForced(log, 2);
            LogWorkshop.appendForced(log, 3);
        }
        disk.flip(LogWorkshop.fileOf(1, second), second + 30);
        LogSummary summary = dump(null);
        assertEquals(List.of(1L), transactions());
        assertEquals(Ending.DAMAGED, summary.ending());
        assertTrue(summary.detail().startsWith("log segment 000000010000000000000000, position "), summary.detail());
        assertTrue(summary.lsn() > 4096 && summary.lsn() <= second, summary::toString);
    }

    @Test
    @DisplayName("with a header that is damaged, what its siblings vouch for")
    void damagedHeader() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            log.force(LogWorkshop.append(log, LogWorkshop.fillSegment(log, 1, 20_000), 20_000));
        }
        disk.flip(LogWorkshop.fileOf(1, 0), 40);
        LogSummary summary = dump(new LogAnchor(1, 4096));
        assertEquals(1L, entries.get(0).transactionId());
        assertEquals(Ending.END, summary.ending(), summary::toString);
    }

    @Test
    @DisplayName("a segment that is missing before recovery's beginning was recycled; one behind it is damage, the first one too")
    void missing() {
        long next = 1;
        LogAnchor[] boundaries = new LogAnchor[4];
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (int segment = 0; segment < 4; segment++) {
                boundaries[segment] = new LogAnchor(1, segment * (long) LogWorkshop.SEGMENT + SegmentHeader.BYTES);
                next = LogWorkshop.fillSegment(log, next, 20_000);
                log.force(LogWorkshop.append(log, next++, 20_000));
            }
        }
        dump(null);
        int all = entries.size();
        assertEquals(next - 1, all);
        disk.delete(LogWorkshop.fileOf(1, LogWorkshop.SEGMENT));
        assertEquals(Ending.END, dump(boundaries[2]).ending());
        assertTrue(entries.get(0).lsn() == boundaries[2].lsn() && entries.size() < all, () -> entries.get(0).toString());
        assertEquals(Ending.DAMAGED, dump(boundaries[0]).ending());
        assertTrue(!entries.isEmpty() && entries.size() < all);
        LogSummary first = dump(boundaries[1]);
        assertEquals(Ending.DAMAGED, first.ending());
        assertTrue(first.detail().contains("found no such file"), first::detail);
        assertEquals(List.of(), entries);
    }

    @Test
    @DisplayName("a record that its describer chokes on is shown as such, and those behind it")
    void choking() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
            LogWorkshop.appendForced(log, 2);
        }
        LogSummary summary = new LogDump(disk, LogWorkshop.STORE).read(null, (type, transaction, body) -> {
            if (transaction == 1) {
                throw new IndexOutOfBoundsException("too short");
            }
            return LogRecordDescription.of("sample", "good");
        }, entries::add);
        assertEquals(List.of(1L, 2L), transactions());
        assertTrue(entries.get(0).description().contains("too short"), () -> entries.get(0).toString());
        assertEquals(Ending.END, summary.ending());
    }

    @Test
    @DisplayName("without a log, or with another store's, it says so")
    void nothing() {
        assertEquals(Ending.NONE, dump(null).ending());
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        LogSummary other = new LogDump(disk, LogWorkshop.STORE + 1).read(null, (type, transaction, body) -> LogRecordDescription.unknown(type), entries::add);
        assertEquals(Ending.NONE, other.ending());
        assertEquals(List.of(), entries);
    }
}
