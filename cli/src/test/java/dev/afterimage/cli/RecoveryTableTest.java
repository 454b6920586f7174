package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;

@DisplayName("The table of a recovery")
class RecoveryTableTest {
    @Test
    @DisplayName("has a row for each phase, with the log it read and how fast, in 120 columns")
    void rows() {
        List<RecoveryPhase> phases = List.of(
                RecoveryPhase.over("analysis", 56_737_648, 99_999_999_999L, 512L << 20, Duration.ofMillis(100)).withRecords(1_500_000),
                RecoveryPhase.over("undo", 10, 20, 3 << 20, Duration.ofSeconds(2)),
                RecoveryPhase.over("page table walk", 20, 20, 0, Duration.ofMillis(1)));
        String[] lines = RecoveryTable.render(new RecoveryReport("some", RecoveryReport.Outcome.RECOVERED, phases, 1, 2, 3, 4, 5, Duration.ofSeconds(3))).split("\\R");
        assertEquals("Recovered after a crash (some, 3 s).", lines[0]);
        assertTrue(lines[4].endsWith("CLRs      read    time  MiB/s"), lines[4]);
        assertTrue(lines[6].startsWith("analysis           56737648 99999999999   1.5 M"), lines[6]);
        assertTrue(lines[6].endsWith("512.0 MiB  100 ms  5,120"), lines[6]);
        assertTrue(lines[7].endsWith("3.0 MiB     2 s    1.5"), lines[7]);
        assertTrue(lines[8].endsWith("0 B    1 ms       "), lines[8]);
        for (String line : List.of(lines).subList(3, lines.length)) {
            assertTrue(line.length() <= 120, line);
        }
    }
}
