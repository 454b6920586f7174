package dev.afterimage.cli;

import java.time.Duration;
import java.util.Locale;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;

/** A recovery report as a table, one row a phase, 120 columns at most. */
final class RecoveryTable {
    private static final String ROW = "%-15s %11s %11s %7s %7s %7s %7s %7s %7s %7s %9s %7s %6s%n";

    private RecoveryTable() {
    }

    static String render(RecoveryReport report) {
        StringBuilder text = new StringBuilder();
        text.append(switch (report.outcome()) {
            case CREATED -> "The store was made just now";
            case CLEAN -> "The store was closed in good order; there was nothing to recover";
            case RECOVERED -> "Recovered after a crash";
        });
        text.append(" (").append(report.strategy()).append(", ").append(Quantities.time(report.duration())).append(").").append(System.lineSeparator());
        if (report.outcome() == RecoveryReport.Outcome.RECOVERED) {
            text.append(String.format(Locale.ROOT, "Transactions redone: %,d; undone or left out: %,d. Torn pages made whole: %,d. Torn log tail cut: %,d bytes.%n",
                    report.transactionsRedone(), report.transactionsUndone(), report.pagesRepaired(), report.tailBytesCut()));
        }
        if (report.phases().isEmpty()) {
            return text.toString();
        }
        text.append(System.lineSeparator());
        text.append(String.format(ROW, "", "from", "to", "", "pages", "pages", "changes", "changes", "changes", "", "bytes", "", "read"));
        text.append(String.format(ROW, "phase", "LSN", "LSN", "records", "read", "written", "redone", "skipped", "undone", "CLRs", "read", "time", "MiB/s"));
        text.append("-".repeat(120)).append(System.lineSeparator());
        report.phases().forEach(phase -> text.append(row(phase)));
        return text.toString();
    }

    private static String row(RecoveryPhase phase) {
        return String.format(ROW, phase.name(), phase.from(), phase.to(), Quantities.count(phase.records()), Quantities.count(phase.pagesRead()),
                Quantities.count(phase.pagesWritten()), Quantities.count(phase.changesRedone()), Quantities.count(phase.changesSkipped()),
                Quantities.count(phase.changesUndone()), Quantities.count(phase.compensationRecords()), Quantities.bytes(phase.bytesRead()), time(phase.duration()), speed(phase.bytesPerSecond()));
    }

    private static String speed(long bytesPerSecond) {
        double mebibytes = bytesPerSecond / 1048576.0;
        return bytesPerSecond == 0 ? "" : String.format(Locale.ROOT, mebibytes < 10 ? "%.1f" : "%,.0f", mebibytes);
    }

    private static String time(Duration time) {
        return time.toMillis() == 0 && !time.isZero() ? time.toNanos() / 1000 + " µs" : Quantities.time(time);
    }
}
