package dev.afterimage.cli;

import java.util.List;
import java.util.Locale;

import dev.afterimage.cli.benchmark.BenchmarkRow;

/** The table that {@code bench} ends with; 120 columns at most. */
final class BenchmarkTable {
    private static final String ROW = "%-16s %-15s %5s %-12s %10s %9s %9s %7s  %-11s %7s %8s";

    private BenchmarkTable() {
    }

    static String render(List<BenchmarkRow> rows) {
        StringBuilder table = new StringBuilder();
        line(table, "", "", "", "", "per second", "p50", "p99", "ratio", "raw limit", "spread", "CPU each");
        line(table, "benchmark", "strategy", "thr.", "durability", "(median)", "in µs", "in µs", "to raw", "", "±", "in µs");
        String before = "";
        for (BenchmarkRow row : rows) {
            if (!row.benchmark().equals(before) && !(row.strategy().equals(BenchmarkRow.RAW) && !before.isEmpty())) {
                table.append("-".repeat(120)).append(System.lineSeparator());
            }
            before = row.benchmark();
            line(table, row.benchmark(), row.strategy(), Integer.toString(row.threads()), row.durability().equals(BenchmarkRow.NONE) ? "" : row.durability(),
                    rate(row.perSecond()), micros(row.p50Micros()), micros(row.p99Micros()), ratio(row.ratioToRaw()), row.rawLimit(),
                    String.format(Locale.ROOT, "%.0f %%", 50 * row.spread()), micros(row.cpuMicros()));
        }
        return table.toString();
    }

    private static void line(StringBuilder table, Object... columns) {
        table.append(String.format(Locale.ROOT, ROW, columns).stripTrailing()).append(System.lineSeparator());
    }

    private static String ratio(double toRaw) {
        return toRaw < 1000 ? String.format(Locale.ROOT, "%.3f", toRaw) : Quantities.count(Math.round(toRaw));
    }

    private static String rate(double perSecond) {
        return perSecond < 100 ? String.format(Locale.ROOT, "%.1f", perSecond) : Quantities.count(Math.round(perSecond));
    }

    private static String micros(double micros) {
        return micros < 100 ? String.format(Locale.ROOT, "%.2f", micros) : Quantities.count(Math.round(micros));
    }
}
