package dev.afterimage.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.afterimage.spitests.ConformanceRun;
import dev.afterimage.spitests.RuleReport;
import picocli.CommandLine.Help.Ansi;

/** The table that {@code conformance} ends with: one row a test, as wide as the terminal lets it be; sentences are wrapped, never cut. */
final class ConformanceTable {
    /** Below this there is no table to speak of. */
    static final int WIDTH_MIN = 60;
    /** Beyond this the eye loses the row. */
    private static final int WIDTH_MAX = 160;
    private static final int RULE = 5;
    private static final int VERDICT = 9;

    private final int width;
    private final Ansi ansi;
    private final List<Column> columns = new ArrayList<>();
    private final int sentence;

    /** A column of figures. */
    private enum Column {
        CASES("", "cases", 7),
        TOTAL("crash states", "in all", 9),
        VISITED("", "visited", 9),
        DISTINCT("distinct", "images", 9),
        PROVED("points", "proved", 8),
        SECONDS("", "seconds", 9);

        private final String above;
        private final String name;
        private final int width;

        Column(String above, String name, int width) {
            this.above = above;
            this.name = name;
            this.width = width;
        }

        private String of(RuleReport report) {
            return switch (this) {
                case CASES -> Quantities.count(report.cases());
                case TOTAL -> states(report, report.statesTotal());
                case VISITED -> states(report, report.statesVisited());
                case DISTINCT -> states(report, report.statesDistinct());
                case PROVED -> proved(report);
                case SECONDS -> String.format(Locale.ROOT, "%,.1f", report.time().toNanos() / 1e9);
            };
        }

        private static String states(RuleReport report, long states) {
            return report.statesVisited() == 0 && states == 0 ? "-" : Quantities.count(states);
        }

        /** Rounded down: only all is 100 %. */
        private static String proved(RuleReport report) {
            if (report.points() == 0) {
                return "-";
            }
            long percent = 100 * report.pointsProved() / report.points();
            return percent == 0 && report.pointsProved() > 0 ? "<1%" : percent + "%";
        }
    }

    /** A table for so many columns of text. */
    ConformanceTable(int width, Ansi ansi) {
        this.width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, width));
        this.ansi = ansi;
        columns.addAll(List.of(Column.values()));
        // Where it is narrow the sentence needs the room more than the lesser figures do; the report has them all.
        if (this.width < 110) {
            columns.remove(Column.DISTINCT);
        }
        if (this.width < 90) {
            columns.remove(Column.SECONDS);
        }
        if (this.width < 70) {
            columns.remove(Column.CASES);
        }
        sentence = this.width - RULE - VERDICT - columns.stream().mapToInt(column -> column.width).sum();
    }

    /** The rows, between lines, and the sums beneath. */
    String render(ConformanceRun run) {
        StringBuilder table = new StringBuilder();
        StringBuilder above = new StringBuilder(" ".repeat(RULE + sentence));
        StringBuilder names = new StringBuilder(String.format("%-" + RULE + "s%-" + sentence + "s", "rule", "what it says"));
        for (Column column : columns) {
            // What stands above may be wider than its column: it reaches to the left, or over the one that follows.
            String text = column == Column.TOTAL ? "crash states" : column.above;
            above.append(column == Column.TOTAL ? String.format("%" + (column.width + 4) + "s", text)
                    : String.format("%" + (column == Column.VISITED ? column.width - 4 : column.width) + "s", text));
            names.append(String.format("%" + column.width + "s", column.name));
        }
        line(table, above.toString());
        line(table, names + "  verdict");
        line(table, "-".repeat(width));
        String last = "";
        for (RuleReport report : run.reports()) {
            row(table, report.rule().equals(last) ? "" : report.rule(), report.sentence(), report, verdict(report.verdict()));
            last = report.rule();
        }
        line(table, "-".repeat(width));
        row(table, "", run.count(RuleReport.Verdict.PASSED) + " passed, " + run.count(RuleReport.Verdict.FAILED) + " failed, " + run.count(RuleReport.Verdict.REFUSED) + " refused",
                run.totals(), "");
        return table.toString();
    }

    private void row(StringBuilder table, String rule, String says, RuleReport report, String verdict) {
        List<String> lines = wrapped(says, sentence - 1);
        StringBuilder first = new StringBuilder(String.format("%-" + RULE + "s%-" + sentence + "s", rule, lines.get(0)));
        for (Column column : columns) {
            first.append(String.format("%" + column.width + "s", column.of(report)));
        }
        line(table, first + (verdict.isEmpty() ? "" : "  " + verdict));
        for (String more : lines.subList(1, lines.size())) {
            line(table, " ".repeat(RULE) + more);
        }
    }

    private static void line(StringBuilder table, String text) {
        table.append(text.stripTrailing()).append(System.lineSeparator());
    }

    private String verdict(RuleReport.Verdict verdict) {
        return ansi.string(switch (verdict) {
            case PASSED -> "@|green passed|@";
            case REFUSED -> "@|yellow refused|@";
            case FAILED -> "@|bold,red FAILED|@";
        });
    }

    /** Text in lines of at most so many characters, broken at blanks where there are some. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.isEmpty() ? List.of("") : text.lines().toList()) {
            String rest = paragraph.stripTrailing();
            while (rest.length() > width) {
                int blank = rest.lastIndexOf(' ', width);
                int end = blank > 0 ? blank : width;
                lines.add(rest.substring(0, end).stripTrailing());
                rest = rest.substring(end).stripLeading();
            }
            lines.add(rest);
        }
        return lines;
    }
}
