package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The log dump shows what is there and never writes")
class LogDumpTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();

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
            new LogDump(disk).segments(lines::add);
            assertEquals(2, lines.size());
            assertTrue(lines.get(0).startsWith("000000010000000000000000  timeline 1, positions 0 to 262144"), lines.get(0));
            assertTrue(lines.get(1).contains("continues timeline 1 at " + end.lsn()), lines.get(1));
            lines.clear();
            new LogDump(disk).records((type, transaction, body) -> "sample of " + body.remaining(), lines::add);
            assertEquals(3, lines.size());
            assertTrue(lines.get(0).equals("1:4096  type 2, transaction 1, 100 bytes: sample of 100"), lines.get(0));
            assertTrue(lines.get(2).startsWith("ends at 2:"), lines.get(2));
            assertEquals(before, disk.operations().size(), "it only reads");
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
        List<String> lines = new ArrayList<>();
        new LogDump(disk).records((type, transaction, body) -> "", lines::add);
        assertEquals(2, lines.size());
        assertTrue(lines.get(1).startsWith("damaged: log segment 000000010000000000000000, position " + second), lines.get(1));
    }

    @Test
    @DisplayName("without a log it says so")
    void nothing() {
        List<String> lines = new ArrayList<>();
        new LogDump(disk).records((type, transaction, body) -> "", lines::add);
        assertEquals(List.of("no log: no segment with a whole header among 0"), lines);
    }
}
