package dev.afterimage.spitests;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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
        sorted.sort(Comparator.comparing(RuleReport::rule).thenComparing(RuleReport::title));
        return sorted;
    }

    /** Whether no rule was broken. */
    public synchronized boolean passed() {
        return reports.stream().noneMatch(report -> report.verdict() == RuleReport.Verdict.FAILED);
    }

    /** One line for all of it. */
    public synchronized String summary() {
        return (reports.isEmpty() ? "nothing" : reports.get(0).strategy()) + ": " + count(RuleReport.Verdict.PASSED) + " passed, " + count(RuleReport.Verdict.FAILED)
                + " failed, " + count(RuleReport.Verdict.REFUSED) + " refused; cases " + sum(RuleReport::cases) + "; crash states total "
                + sum(RuleReport::statesTotal) + " / visited " + sum(RuleReport::statesVisited) + " / distinct " + sum(RuleReport::statesDistinct)
                + "; points proved " + sum(RuleReport::pointsProved);
    }

    private long count(RuleReport.Verdict verdict) {
        return reports.stream().filter(report -> report.verdict() == verdict).count();
    }

    private long sum(java.util.function.ToLongFunction<RuleReport> column) {
        return reports.stream().mapToLong(column).sum();
    }
}
