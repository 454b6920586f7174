package dev.afterimage.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.cli.conformance.JunitXml;
import dev.afterimage.cli.conformance.KitRun;
import dev.afterimage.cli.conformance.KitSettings;
import dev.afterimage.spitests.HtmlReport;
import dev.afterimage.spitests.NamedStrategyConformance;
import dev.afterimage.spitests.Replay;
import dev.afterimage.spitests.RuleReport;
import dev.afterimage.spitests.RunDescription;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code afterimage conformance}: the kit on one strategy, or one line of it again. */
@Command(name = "conformance", mixinStandardHelpOptions = true, showDefaultValues = true,
        description = {"Run the conformance kit on a strategy: every rule, on a simulated disk that forgets what was not synced.", "",
            "The exit status is 1 when a rule is broken. Each failure comes with a line; --replay LINE runs just that again and tells its story.", ""})
final class ConformanceCommand implements Callable<Integer> {
    private static final long SEED_MAX = 999_999_999_999L;
    private static final int CRASH_STATES_MIN = 100;
    private static final int CRASH_STATES_MAX = 100_000_000;

    /** How hard the kit looks. */
    enum Profile {
        /** What every build runs. */
        quick,
        /** What runs before a release. */
        full,
        /** The same, and then on and on. */
        soak
    }

    @Option(names = "--strategy", paramLabel = "NAME", description = "The strategy to test; with --replay, the one of the line if left out.")
    private @Nullable String strategy;

    @Option(names = "--profile", paramLabel = "PROFILE", defaultValue = "quick",
            description = "How hard to look: quick (what every build runs, a minute or two), full (before a release), soak (full, and then workloads that nobody tried, for half an hour).")
    private Profile profile;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Another number draws other random workloads, 0 to 999999999999.")
    private long seed;

    @Option(names = "--rules", split = ",", paramLabel = "A1,D1", description = "Only the tests of these rules; all if left out.")
    private List<String> rules = List.of();

    @Option(names = "--crash-states", paramLabel = "N", description = "About how many distinct crash states to try in all with the profile quick; other profiles scale with it.")
    private @Nullable Integer crashStates;

    @Option(names = "--report", paramLabel = "DIR", description = "Also write index.html, a page for people, and TEST-NAME.xml, JUnit's form for build servers, into this folder.")
    private @Nullable Path report;

    @Option(names = "--replay", paramLabel = "LINE", description = "Run only what this line of a failure names, and say whether the failure is still there.")
    private @Nullable String replay;

    @Mixin
    private ModulePathOption modulePath;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        checkOptions();
        String name = name();
        Strategies.named(List.of(name));
        KitSettings settings = new KitSettings().with(NamedStrategyConformance.STRATEGY_PROPERTY, name).with("afterimage.effort", profile.name()).with("afterimage.seed", Long.toString(seed));
        if (crashStates != null) {
            settings.with("afterimage.crash-states", crashStates.toString());
        }
        return settings.during(() -> replay == null ? runAll(name) : replay(replay));
    }

    private void checkOptions() {
        inRange("--seed", seed, 0, SEED_MAX);
        if (crashStates != null) {
            inRange("--crash-states", crashStates, CRASH_STATES_MIN, CRASH_STATES_MAX);
        }
        List<String> unknown = rules.stream().filter(rule -> !KitRun.rules().contains(rule)).toList();
        if (!unknown.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--rules: expected some of " + String.join(", ", KitRun.rules()) + ", found " + unknown.get(0));
        }
        if (strategy == null && replay == null) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '--strategy=NAME'");
        }
        if (replay != null && report != null) {
            throw new ParameterException(spec.commandLine(), "--report: expected without --replay, which tells its story here");
        }
    }

    private void inRange(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(spec.commandLine(), option + ": expected " + min + " to " + max + ", found " + value);
        }
    }

    /** The strategy's name: given, or the line's; both must be the same where there are both. */
    private String name() {
        if (replay == null) {
            return String.valueOf(strategy);
        }
        try {
            String named = Replay.strategyOf(replay);
            if (strategy != null && !strategy.equals(named)) {
                throw new InputException("--replay: expected a line about " + strategy + ", found one about " + named);
            }
            return named;
        } catch (IllegalArgumentException e) {
            throw new InputException("--replay: " + e.getMessage(), e);
        }
    }

    private int replay(String line) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Replay replayed = Replay.of(new NamedStrategyConformance(), line);
            replayed.story().forEach(fact -> {
                int indent = fact.length() - fact.substring(Math.min(12, fact.length())).stripLeading().length();
                List<String> lines = ConformanceTable.wrapped(fact.substring(indent), Terminal.columns() - indent);
                out.println(fact.substring(0, indent) + lines.get(0));
                lines.subList(1, lines.size()).forEach(more -> out.println(" ".repeat(indent) + more));
            });
            out.flush();
            return replayed.brokenRule().isPresent() ? Afterimage.FAILED : Afterimage.OK;
        } catch (IllegalArgumentException e) {
            throw new InputException("--replay: " + e.getMessage(), e);
        }
    }

    private int runAll(String name) {
        Path folder = report == null ? null : writable(report);
        RunDescription description = RunDescription.of(new NamedStrategyConformance());
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminal.progressBar());
        KitRun.Outcome outcome = KitRun.run(rules, (test, number, total) -> progress.phase(name, number + " of " + total + ": " + test));
        progress.finished();
        print(spec.commandLine().getOut(), name, outcome);
        if (folder != null) {
            write(folder, description, outcome);
        }
        return outcome.passed() ? Afterimage.OK : Afterimage.FAILED;
    }

    /** Looked at first: nobody likes to hear after twenty minutes that the result cannot be written. */
    private static Path writable(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException("--report: " + folder + ": cannot be written: expected a folder, found a file");
        }
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".", ".try"));
            return folder;
        } catch (IOException e) {
            throw InputException.of("--report: " + folder, "cannot be written", e);
        }
    }

    private void write(Path folder, RunDescription description, KitRun.Outcome outcome) {
        Path page = folder.resolve("index.html");
        Path xml = folder.resolve("TEST-" + description.strategy() + ".xml");
        try {
            new HtmlReport(description, outcome.reports(), outcome.problems()).write(page);
            new JunitXml(description, outcome).write(xml);
        } catch (IOException e) {
            throw InputException.of(folder, "cannot be written", e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.println("The report is in " + page);
        out.flush();
    }

    private void print(PrintWriter out, String name, KitRun.Outcome outcome) {
        Ansi ansi = Terminal.ansi();
        int width = Math.min(Terminal.columns(), 120);
        out.println();
        out.print(new ConformanceTable(Terminal.columns(), ansi).render(outcome.reports()));
        RuleReport totals = outcome.reports().totals();
        paragraph(out, width, "Met on the way: " + totals.marks().entrySet().stream().map(mark -> String.format(Locale.ROOT, "%s %,d", mark.getKey(), mark.getValue()))
                .collect(Collectors.joining("; ")) + ".");
        for (RuleReport each : outcome.reports().reports()) {
            if (!each.figures().isEmpty()) {
                paragraph(out, width, each.rule() + ": " + each.figures());
            }
        }
        for (RuleReport each : outcome.reports().reports()) {
            if (each.verdict() == RuleReport.Verdict.REFUSED) {
                paragraph(out, width, "Refused: " + each.rule() + ", for " + each.finding() + ".");
            }
        }
        for (RuleReport each : outcome.reports().reports()) {
            if (each.verdict() == RuleReport.Verdict.FAILED) {
                failure(out, ansi, width, name, each);
            }
        }
        outcome.problems().forEach(problem -> paragraph(out, width, "A test failed before it could report: " + problem));
        out.println();
        out.println(outcome.passed() ? ansi.string("@|bold,green " + name + " keeps all rules.|@") : ansi.string("@|bold,red " + name + " breaks rules.|@"));
        out.flush();
    }

    private void failure(PrintWriter out, Ansi ansi, int width, String name, RuleReport failed) {
        out.println();
        ConformanceTable.wrapped(failed.title(), width).forEach(line -> out.println(ansi.string("@|bold,red " + line.replace("|@", "| @") + "|@")));
        failed.finding().lines().limit(12).flatMap(line -> ConformanceTable.wrapped(line, width - 2).stream()).forEach(line -> out.println("  " + line));
        // On one line, however long: it is there to be copied.
        failed.replayLine().ifPresent(line -> out.println("  afterimage conformance --strategy " + name + modulePath.words().stream().map(word -> " " + word).collect(Collectors.joining()) + " --replay '" + line
                + "'"));
    }

    private static void paragraph(PrintWriter out, int width, String text) {
        out.println();
        ConformanceTable.wrapped(text, width).forEach(out::println);
    }
}
