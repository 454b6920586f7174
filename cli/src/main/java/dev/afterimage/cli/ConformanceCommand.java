package dev.afterimage.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.afterimage.cli.conformance.KitRun;
import dev.afterimage.spitests.RuleReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code afterimage conformance}: the kit on one strategy. */
@Command(name = "conformance", mixinStandardHelpOptions = true,
        description = "Run the conformance kit on a strategy: every rule, on a simulated disk that forgets what was not synced.")
final class ConformanceCommand implements Callable<Integer> {
    private static final String ROW = "%-4s %-80s %7s %9s  ";

    @Option(names = "--strategy", required = true, paramLabel = "NAME", description = "The strategy to test.")
    private String strategy;

    @Option(names = "--crash-states", paramLabel = "N", description = "About how many distinct crash states to try in all; what every build runs if left out.")
    private @Nullable Integer crashStates;

    @Mixin
    private ModulePathOption modulePath;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Strategies.named(List.of(strategy));
        if (crashStates != null) {
            if (crashStates < 100) {
                throw new ParameterException(spec.commandLine(), "--crash-states: expected at least 100, found " + crashStates);
            }
            System.setProperty("afterimage.crash-states", crashStates.toString());
        }
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminal.progressBar());
        KitRun.Outcome outcome = KitRun.run(strategy, test -> progress.phase(strategy, test));
        progress.finished();
        print(spec.commandLine().getOut(), outcome);
        return outcome.testsFailed() == 0 && !outcome.reports().reports().isEmpty() ? Afterimage.OK : Afterimage.FAILED;
    }

    private void print(PrintWriter out, KitRun.Outcome outcome) {
        Ansi ansi = Terminal.ansi();
        out.printf("%n" + ROW + "verdict%n", "rule", "", "cases", "states");
        out.println("-".repeat(112));
        for (RuleReport report : outcome.reports().reports()) {
            String sentence = report.title().startsWith(report.rule() + " ") ? report.title().substring(report.rule().length() + 1) : report.title();
            out.printf(Locale.ROOT, ROW, report.rule(), sentence.length() > 80 ? sentence.substring(0, 79) + "…" : sentence,
                    String.format(Locale.ROOT, "%,d", report.cases()), String.format(Locale.ROOT, "%,d", report.statesDistinct()));
            out.println(ansi.string(switch (report.verdict()) {
                case PASSED -> "@|green passed|@";
                case REFUSED -> "@|yellow refused|@";
                case FAILED -> "@|bold,red FAILED|@";
            }));
            if (!report.figures().isEmpty()) {
                out.println("       " + report.figures());
            }
            if (report.verdict() == RuleReport.Verdict.FAILED) {
                report.detail().lines().limit(6).forEach(line -> out.println("       " + line));
            }
        }
        out.println();
        out.println(outcome.reports().summary());
        if (outcome.testsFailed() > 0 && outcome.reports().passed()) {
            out.println("A test failed before it could report: " + outcome.firstFailure());
        }
        out.flush();
    }
}
