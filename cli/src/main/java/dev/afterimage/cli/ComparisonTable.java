package dev.afterimage.cli;

import java.util.List;
import java.util.Locale;

import dev.afterimage.cli.comparison.StrategyResult;
import picocli.CommandLine.Help.Ansi;

/** The table that {@code compare} ends with: one row a strategy, 120 columns at most. */
final class ComparisonTable {
    private static final int WIDTH = 120;
    private static final String GROUPS = "%-15s %9s %14s %6s %29s %6s %8s %10s %7s %7s%n";
    private static final String ROW = "%-15s %9s %6s %7s %6s %7s %6s %6s %7s %6s %8s %10s %7s %s%n";

    private ComparisonTable() {
    }

    static String render(List<StrategyResult> results, Ansi ansi) {
        StringBuilder table = new StringBuilder();
        table.append(format(GROUPS, "", "", "latency in µs", "syncs/", "bytes written for each commit", "write", "recovery", "redone /", "crash", "lost /"));
        table.append(format(ROW, "strategy", "commits/s", "p50", "p99", "commit", "all", "log", "images", "pages", "ampl.", "in ms", "undone", "states",
                "   torn"));
        table.append("-".repeat(WIDTH)).append(System.lineSeparator());
        for (StrategyResult result : results) {
            table.append(row(result, ansi));
        }
        return table.toString();
    }

    private static String row(StrategyResult result, Ansi ansi) {
        String verdict = String.format(Locale.ROOT, "%7s", result.lost() + " / " + result.torn());
        String coloured = ansi.string("@|bold," + (result.violations() == 0 ? "green " : "red ") + verdict + "|@");
        String redoneUndone = result.kills() == 0 ? "-" : format("%,.0f / %,.0f", result.transactionsRedone(), result.transactionsUndone());
        return format(ROW, result.strategy(), whole(result.commitsPerSecond()), whole(result.p50Micros()), whole(result.p99Micros()),
                format("%.2f", result.syncsPerCommit()), whole(result.bytesPerCommit()), whole(result.logBytesPerCommit()),
                whole(result.imageBytesPerCommit()), whole(result.pageBytesPerCommit()), format("%.1fx", result.writeAmplification()),
                result.kills() == 0 ? "-" : format("%.1f", result.recoveryMillis()), redoneUndone, whole(result.crashStates()), coloured);
    }

    private static String whole(double number) {
        return format("%,.0f", number);
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
