package dev.afterimage.spitests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The reports of one run of the kit on one strategy. Safe for many threads. */
public final class ConformanceRun {
    private final List<RuleReport> reports = new ArrayList<>();

    /** An empty run. */
    public ConformanceRun() {
    }

    /** Adds what became of a test. */
    public synchronized void add(RuleReport report) {
        reports.add(report);
    }

    /** The reports, by rule. */
    public synchronized List<RuleReport> reports() {
        List<RuleReport> sorted = new ArrayList<>(reports);
        sorted.sort(Comparator.comparing((RuleReport report) -> report.rule().replaceAll("\\d", "")).thenComparingInt(report -> number(report.rule()))
                .thenComparing(RuleReport::title));
        return sorted;
    }

    /** A2 comes before A11. */
    private static int number(String rule) {
        String digits = rule.replaceAll("\\D", "");
        return digits.isEmpty() || digits.length() > 9 ? 0 : Integer.parseInt(digits);
    }

    /** Whether no rule was broken. */
    public synchronized boolean passed() {
        return reports.stream().noneMatch(report -> report.verdict() == RuleReport.Verdict.FAILED);
    }

    /** All of it as one row: of the counts the sums, of the verdicts the worst, with no title of its own. */
    public synchronized RuleReport totals() {
        Map<String, Long> marks = new LinkedHashMap<>();
        reports.forEach(report -> report.marks().forEach((mark, count) -> marks.merge(mark, count, Long::sum)));
        return new RuleReport(reports.isEmpty() ? "" : reports.get(0).strategy(), "", "", passed() ? RuleReport.Verdict.PASSED : RuleReport.Verdict.FAILED, sum(RuleReport::cases),
                sum(RuleReport::statesTotal), sum(RuleReport::statesVisited), sum(RuleReport::statesDistinct), sum(RuleReport::points), sum(RuleReport::pointsProved),
                Duration.ofNanos(sum(report -> report.time().toNanos())), marks, "", "");
    }

    /** How many tests ended so. */
    public synchronized long count(RuleReport.Verdict verdict) {
        return reports.stream().filter(report -> report.verdict() == verdict).count();
    }

    /** One line for all of it. */
    public synchronized String summary() {
        return (reports.isEmpty() ? "nothing" : reports.get(0).strategy()) + ": " + count(RuleReport.Verdict.PASSED) + " passed, " + count(RuleReport.Verdict.FAILED)
                + " failed, " + count(RuleReport.Verdict.REFUSED) + " refused; cases " + sum(RuleReport::cases) + "; crash states total "
                + sum(RuleReport::statesTotal) + " / visited " + sum(RuleReport::statesVisited) + " / distinct " + sum(RuleReport::statesDistinct)
                + "; crash points " + sum(RuleReport::points) + " / proved " + sum(RuleReport::pointsProved) + share();
    }

    private String share() {
        long points = sum(RuleReport::points);
        return points == 0 ? "" : String.format(Locale.ROOT, " (%.1f %%)", 100.0 * sum(RuleReport::pointsProved) / points);
    }

    private long sum(ToLongFunction<RuleReport> column) {
        return reports.stream().mapToLong(column).sum();
    }
}
