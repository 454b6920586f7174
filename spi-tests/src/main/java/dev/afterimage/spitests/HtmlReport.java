package dev.afterimage.spitests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import dev.afterimage.spitests.RuleReport.Verdict;

/** A run of the kit as one page that needs nothing else: no script, no other file, readable in light and in dark, on a wide screen and a narrow one, and on paper. */
public final class HtmlReport {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm", Locale.ROOT);
    private static final int BAR_ROW = 26;

    private final RunDescription description;
    private final ConformanceRun run;
    private final List<String> problems;

    /**
     * A page about a run.
     *
     * @param problems what went wrong outside any rule's test, a sentence each
     */
    public HtmlReport(RunDescription description, ConformanceRun run, List<String> problems) {
        this.description = description;
        this.run = run;
        this.problems = List.copyOf(problems);
    }

    /** Writes the page, and makes the folders above it. */
    public void write(Path page) throws IOException {
        Path folder = page.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(page, render(), StandardCharsets.UTF_8);
    }

    /** The page. */
    public String render() {
        StringBuilder page = new StringBuilder(64 << 10);
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Conformance of ")
                .append(text(description.strategy())).append("</title>\n<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<main>\n");
        head(page);
        failures(page);
        rules(page);
        chart(page);
        marks(page);
        refused(page);
        figures(page);
        page.append("</main>\n</body>\n</html>\n");
        return page.toString();
    }

    private void head(StringBuilder page) {
        RuleReport totals = run.totals();
        boolean passed = run.passed() && problems.isEmpty() && !run.reports().isEmpty();
        page.append("<header>\n<p class=\"kind\">Afterimage conformance report</p>\n<h1>").append(text(description.strategy())).append("</h1>\n<p>").append(text(description.description()))
                .append("</p>\n<p class=\"quiet\">").append(text(description.traits())).append("</p>\n<div class=\"verdict ").append(passed ? "passed" : "failed").append("\"><strong>")
                .append(passed ? "All rules hold" : "Rules are broken").append("</strong><span>")
                .append(run.count(Verdict.PASSED)).append(" tests passed, ").append(run.count(Verdict.FAILED)).append(" failed, ").append(run.count(Verdict.REFUSED)).append(" refused</span></div>\n")
                .append("<ul class=\"tiles\">\n");
        tile(page, number(totals.statesVisited()), "crash states looked at");
        tile(page, number(totals.statesTotal()), "crash states described");
        tile(page, proved(totals), "of " + number(totals.points()) + " crash points proved exhaustively");
        tile(page, number(totals.cases()), "cases");
        tile(page, time(totals.time()), "of testing");
        page.append("</ul>\n<dl class=\"facts\">\n");
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", DATE.withZone(ZoneId.systemDefault()).format(description.date()));
        facts.putAll(description.facts());
        facts.forEach((name, value) -> page.append("<div><dt>").append(text(name)).append("</dt><dd>").append(text(value)).append("</dd></div>\n"));
        page.append("</dl>\n</header>\n");
    }

    private static void tile(StringBuilder page, String figure, String what) {
        page.append("<li><b>").append(figure).append("</b> ").append(text(what)).append("</li>\n");
    }

    private void failures(StringBuilder page) {
        List<RuleReport> failed = run.reports().stream().filter(report -> report.verdict() == Verdict.FAILED).toList();
        if (failed.isEmpty() && problems.isEmpty()) {
            return;
        }
        page.append("<section>\n<h2>What is broken</h2>\n");
        for (RuleReport report : failed) {
            page.append("<article class=\"failure\">\n<h3><b>").append(text(report.rule())).append("</b> ").append(text(report.sentence())).append("</h3>\n<pre>").append(text(report.finding().strip()))
                    .append("</pre>\n");
            report.replayLine().ifPresent(line -> page.append("<p>To see just this again:</p>\n<pre class=\"command\">./afterimage conformance --strategy ").append(text(description.strategy()))
                    .append(" --replay '").append(text(line)).append("'</pre>\n<p class=\"quiet\">with the same <code>--module-path</code>; where the kit is run by a test class, give the line to it as ")
                    .append("<code>-Dafterimage.replay=…</code></p>\n"));
            page.append("</article>\n");
        }
        for (String problem : problems) {
            page.append("<article class=\"failure\"><h3>Outside any rule</h3><pre>").append(text(problem)).append("</pre></article>\n");
        }
        page.append("</section>\n");
    }

    private void rules(StringBuilder page) {
        page.append("<section>\n<h2>The rules</h2>\n<table>\n<thead><tr><th>Rule</th><th>What it says</th><th class=\"n\">Cases</th><th class=\"n\">Crash states<br>described</th><th class=\"n\">looked<br>at</th>")
                .append("<th class=\"n\">distinct<br>images</th><th class=\"n\">Points<br>proved</th><th class=\"n\">Seconds</th><th>Verdict</th></tr></thead>\n<tbody>\n");
        for (RuleReport report : run.reports()) {
            row(page, report, "<td class=\"rule\">" + text(report.rule()) + "</td><td class=\"says\">" + text(report.sentence()) + "</td>");
        }
        page.append("</tbody>\n<tfoot>\n");
        row(page, run.totals(), "<td class=\"rule\"></td><td class=\"says\">All of them</td>");
        page.append("</tfoot>\n</table>\n<p class=\"quiet\">Described are the states that the plan of enumeration speaks of; of these those that leave equal images are looked at once, and long runs are sampled evenly. ")
                .append("Distinct are the images that were opened, those of crashed recoveries among them. A crash point is proved where every legal image was looked at.</p>\n</section>\n");
    }

    private static void row(StringBuilder page, RuleReport report, String head) {
        String verdict = report.verdict().name().toLowerCase(Locale.ROOT);
        page.append("<tr class=\"").append(verdict).append("\">").append(head);
        cell(page, "cases", number(report.cases()));
        cell(page, "described", states(report, report.statesTotal()));
        cell(page, "looked at", states(report, report.statesVisited()));
        cell(page, "distinct", states(report, report.statesDistinct()));
        cell(page, "proved", proved(report));
        cell(page, "seconds", seconds(report.time()));
        page.append("<td class=\"v\"><span class=\"badge\">").append(verdict).append("</span></td></tr>\n");
    }

    private static void cell(StringBuilder page, String name, String value) {
        page.append("<td class=\"n\" data-name=\"").append(name).append("\">").append(value).append("</td>");
    }

    /** States looked at, by rule: a bar each, the dark part of it is the share of crash points that were proved. */
    private void chart(StringBuilder page) {
        Map<String, ConformanceRun> byRule = new LinkedHashMap<>();
        run.reports().forEach(report -> byRule.computeIfAbsent(report.rule(), rule -> new ConformanceRun()).add(report));
        byRule.values().removeIf(rule -> rule.totals().statesVisited() == 0);
        if (byRule.isEmpty()) {
            return;
        }
        long most = byRule.values().stream().mapToLong(rule -> rule.totals().statesVisited()).max().orElse(1);
        page.append("<section>\n<h2>Where it looked</h2>\n<p class=\"quiet\">Crash states looked at, by rule. The dark part of a bar is the share of crash points that were proved exhaustively.</p>\n<svg class=\"chart\" width=\"100%\" height=\"")
                .append(byRule.size() * BAR_ROW).append("\" role=\"img\" aria-label=\"Crash states looked at, by rule\">\n");
        int y = 0;
        for (Map.Entry<String, ConformanceRun> rule : byRule.entrySet()) {
            RuleReport totals = rule.getValue().totals();
            double width = 56.0 * totals.statesVisited() / most;
            double dark = totals.points() == 0 ? 0 : width * totals.pointsProved() / totals.points();
            page.append(String.format(Locale.ROOT, "<text x=\"0\" y=\"%d\">%s</text><svg x=\"44\" y=\"%d\" width=\"100%%\" height=\"16\" overflow=\"visible\"><rect class=\"bar\" width=\"%.2f%%\" height=\"16\" rx=\"2\"/>"
                            + "<rect class=\"proved\" width=\"%.2f%%\" height=\"16\" rx=\"2\"/></svg><text class=\"figure\" x=\"100%%\" y=\"%d\" text-anchor=\"end\">%s · %s proved</text>%n",
                    y + 16, text(rule.getKey()), y + 4, width, dark, y + 16, number(totals.statesVisited()), proved(totals)));
            y += BAR_ROW;
        }
        page.append("</svg>\n</section>\n");
    }

    private void marks(StringBuilder page) {
        Map<String, Long> marks = run.totals().marks();
        if (!marks.isEmpty()) {
            page.append("<section>\n<h2>What it met</h2>\n<p class=\"quiet\">A run that never lost anything, and never recovered anything, proves nothing. This one met:</p>\n<ul class=\"tiles\">\n");
            marks.forEach((mark, count) -> tile(page, number(count), mark));
            page.append("</ul>\n</section>\n");
        }
    }

    private void refused(StringBuilder page) {
        list(page, "What was refused, and why", run.reports().stream().filter(report -> report.verdict() == Verdict.REFUSED)
                .collect(Collectors.toMap(report -> report.rule() + " " + report.sentence(), RuleReport::finding, (one, other) -> one, LinkedHashMap::new)));
    }

    private void figures(StringBuilder page) {
        list(page, "What was measured", run.reports().stream().filter(report -> !report.figures().isEmpty())
                .collect(Collectors.toMap(report -> report.rule() + " " + report.sentence(), RuleReport::figures, (one, other) -> one, LinkedHashMap::new)));
    }

    private static void list(StringBuilder page, String title, Map<String, String> entries) {
        if (!entries.isEmpty()) {
            page.append("<section>\n<h2>").append(title).append("</h2>\n<dl class=\"list\">\n");
            entries.forEach((name, value) -> page.append("<dt>").append(text(name)).append("</dt><dd>").append(text(value)).append("</dd>\n"));
            page.append("</dl>\n</section>\n");
        }
    }

    /** The share of crash points at which every legal image was looked at, rounded down: only all is 100 %. */
    static String proved(RuleReport report) {
        if (report.points() == 0) {
            return "–";
        }
        long percent = 100 * report.pointsProved() / report.points();
        return percent == 0 && report.pointsProved() > 0 ? "&lt;1 %" : percent + " %";
    }

    /** A number of crash states, of a test that has to do with such. */
    private static String states(RuleReport report, long states) {
        return report.statesTotal() == 0 && report.statesDistinct() == 0 ? "–" : number(states);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%,.1f", time.toNanos() / 1e9);
    }

    private static String time(Duration time) {
        long seconds = time.toSeconds();
        return seconds < 60 ? seconds(time) + " s" : seconds < 3600 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    /** Text as HTML shows it unchanged. */
    private static String text(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static final String STYLE = """
            :root { color-scheme: light dark; --ground: #fbfaf7; --panel: #fff; --ink: #1d2127; --quiet: #5d6570; --line: #e2e0d9; --good: #1f7a46; --bad: #b3261e; --warn: #8a5a00;
              --bar: #b9cfe6; --proved: #1d5a96; --good-ground: #e8f4ec; --bad-ground: #fcebe9; --warn-ground: #fbf1dd; }
            @media (prefers-color-scheme: dark) { :root { --ground: #14171b; --panel: #1c2026; --ink: #e6e8eb; --quiet: #9aa3ae; --line: #2e343c; --good: #6fcf97; --bad: #ff8a80; --warn: #f0c26b;
              --bar: #2d4866; --proved: #6aa9e9; --good-ground: #17301f; --bad-ground: #3a1a18; --warn-ground: #33280f; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
            main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 64px; }
            h1 { margin: 0 0 4px; font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; overflow-wrap: anywhere; }
            h2 { margin: 44px 0 12px; font-size: 21px; letter-spacing: -0.01em; }
            h3 { margin: 0 0 10px; font-size: 16px; font-weight: 600; }
            h3 b { color: var(--bad); margin-right: 4px; }
            p { margin: 0 0 8px; max-width: 78ch; }
            .kind { margin: 0 0 6px; color: var(--quiet); font-size: 13px; text-transform: uppercase; letter-spacing: 0.08em; }
            .quiet { color: var(--quiet); font-size: 14px; }
            .verdict { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; margin: 22px 0; padding: 14px 18px; border-radius: 8px; }
            .verdict strong { font-size: 19px; }
            .verdict.passed { background: var(--good-ground); color: var(--good); }
            .verdict.failed { background: var(--bad-ground); color: var(--bad); }
            .tiles { list-style: none; margin: 0 0 22px; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; }
            .tiles li { padding: 12px 14px; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; color: var(--quiet); font-size: 14px; line-height: 1.35; }
            .tiles b { display: block; color: var(--ink); font-size: 21px; font-weight: 600; font-variant-numeric: tabular-nums; }
            .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(310px, 1fr)); gap: 2px 28px; margin: 0; font-size: 14px; }
            .facts div { display: flex; gap: 12px; padding: 3px 0; min-width: 0; }
            .facts dt { flex: 0 0 72px; color: var(--quiet); }
            .facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
            table { width: 100%; border-collapse: collapse; font-size: 14px; margin-bottom: 12px; }
            th { text-align: left; vertical-align: bottom; padding: 0 10px 8px 0; color: var(--quiet); font-weight: 500; font-size: 13px; line-height: 1.25; border-bottom: 2px solid var(--line); }
            td { padding: 7px 10px 7px 0; vertical-align: top; border-bottom: 1px solid var(--line); }
            .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
            .rule { font-weight: 600; width: 44px; }
            td.v, th:last-child { padding-right: 0; width: 76px; text-align: right; }
            tfoot td { font-weight: 600; border-bottom: 0; border-top: 2px solid var(--line); }
            .badge { padding: 2px 9px; border-radius: 99px; font-size: 12px; font-weight: 600; background: var(--good-ground); color: var(--good); }
            .failed .badge { background: var(--bad-ground); color: var(--bad); }
            .refused .badge { background: var(--warn-ground); color: var(--warn); }
            tr.failed .says { color: var(--bad); }
            .failure { margin: 0 0 16px; padding: 16px 18px; background: var(--panel); border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 8px; }
            pre { margin: 0 0 10px; padding: 10px 12px; background: var(--ground); border-radius: 6px; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
            code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: nowrap; }
            .failure p { margin-bottom: 4px; }
            .chart text { fill: var(--ink); font-size: 14px; font-weight: 600; }
            .chart .figure { fill: var(--quiet); font-weight: 400; font-variant-numeric: tabular-nums; }
            .chart .bar { fill: var(--bar); }
            .chart .proved { fill: var(--proved); }
            .list dt { font-weight: 600; font-size: 14px; }
            .list dd { margin: 2px 0 12px; color: var(--quiet); font-size: 14px; overflow-wrap: anywhere; }
            @media (max-width: 760px) {
              main { padding: 24px 16px 48px; }
              h1 { font-size: 27px; }
              .tiles { grid-template-columns: repeat(auto-fit, minmax(135px, 1fr)); }
              .facts { grid-template-columns: 1fr; }
              thead { display: none; }
              table, tbody, tfoot { display: block; }
              tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2px 12px; padding: 12px 0; border-bottom: 1px solid var(--line); position: relative; }
              td { padding: 0; border: 0; }
              tfoot tr { border-bottom: 0; border-top: 2px solid var(--line); }
              tfoot td { border: 0; }
              .rule { grid-column: 1 / 3; width: auto; }
              td.v { position: absolute; right: 0; top: 12px; width: auto; }
              .says { grid-column: 1 / 4; padding-bottom: 6px; }
              td.n { text-align: left; }
              td.n::before { content: attr(data-name); display: block; color: var(--quiet); font-size: 12px; font-weight: 400; }
              .chart .figure { font-size: 12px; }
            }
            @media print { body { background: #fff; } main { max-width: none; padding: 0; } tr, .failure { break-inside: avoid; } }
            """;
}
