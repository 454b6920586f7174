package dev.afterimage.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import dev.afterimage.api.Durability;
import dev.afterimage.cli.benchmark.BenchmarkPlan;
import dev.afterimage.cli.benchmark.BenchmarkRow;
import dev.afterimage.cli.benchmark.Harness;
import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.spi.RecoveryStrategyProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code afterimage bench}: strategies side by side, next to what disk and memory can do at all. */
@Command(name = "bench", mixinStandardHelpOptions = true, showDefaultValues = true,
        description = {"Measure strategies side by side, next to what disk and memory can do at all.", "",
            "Each round measures every row once, the raw limits among them, and begins at another row; a first round does not count. The default takes some ten minutes,"
                    + " --quick one or two. What the rows mean is in bench/README.md.", ""})
final class BenchCommand implements Callable<Integer> {
    private static final int QUICK_ROUNDS = 2;
    private static final double QUICK_SECONDS = 0.12;

    @Option(names = "--strategy", split = ",", paramLabel = "a,b", description = "The strategies to measure; all that are found if left out.")
    private @Nullable List<String> strategies;

    @Option(names = "--benchmark", split = ",", paramLabel = "a,b", description = "The benchmarks to run, and the raw limits they are compared with; all if left out, a wrong name lists them.")
    private @Nullable List<String> benchmarks;

    @Option(names = "--threads", split = ",", paramLabel = "1,2", defaultValue = "1,2,16,128", description = "Numbers of threads that make transfers, 1 to 1024 each.")
    private List<Integer> threads;

    @Option(names = "--durability", split = ",", paramLabel = "LEVEL", description = "What transfers wait for: ${COMPLETION-CANDIDATES}; each of them if left out.")
    private @Nullable List<Durability> durabilities;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Rounds that count, 1 to 1000.")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "0.5", description = "Time of each sample in seconds, 0.001 to 3600.")
    private double seconds;

    @Option(names = "--quick", description = "Two short rounds, to see that everything runs; the figures are worth little.")
    private boolean quick;

    @Option(names = "--folder", paramLabel = "DIR", description = "Where stores are made, on the disk to be measured; a folder beside the benchmarks if left out.")
    private @Nullable Path folder;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file, as a JSON array with one object a row.")
    private @Nullable Path json;

    /** For tests: nothing about it is worth measuring. */
    @Option(names = "--tiny", hidden = true)
    private boolean tiny;

    @Mixin
    private ModulePathOption modulePath;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Harness harness = ServiceLoader.load(Harness.class).findFirst()
                .orElseThrow(() -> new InputException("the benchmarks are not on the module path: they are built and found by the launcher, ./afterimage bench"));
        BenchmarkPlan plan = plan(harness);
        if (json != null) {
            JsonFile.write(json, List.of()); // rather now than after ten minutes
        }
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminal.progressBar());
        List<BenchmarkRow> rows = harness.run(plan, new Told(progress));
        progress.finished();
        if (folder == null) {
            Files.deleteIfExists(plan.folder());
        }
        print(plan, harness, rows);
        if (json != null) {
            JsonFile.write(json, rows);
        }
        return Afterimage.OK;
    }

    private BenchmarkPlan plan(Harness harness) throws IOException {
        Set<String> known = harness.benchmarks().keySet();
        Set<String> chosen = new LinkedHashSet<>(benchmarks == null ? known : benchmarks);
        for (String name : chosen) {
            if (!known.contains(name)) {
                throw new InputException("unknown benchmark \"" + name + "\"; there are " + String.join(", ", known));
            }
        }
        List<RecoveryStrategyProvider> measured = strategies == null ? Strategies.all() : Strategies.named(strategies);
        threads.forEach(number -> inRange("--threads", number, 1, 1024));
        inRange("--rounds", rounds, 1, 1000);
        inRange("--seconds", seconds, 0.001, 3600);
        double time = quick ? QUICK_SECONDS : seconds;
        return new BenchmarkPlan(measured.stream().map(RecoveryStrategyProvider::name).toList(), chosen, threads,
                durabilities == null ? EnumSet.allOf(Durability.class) : EnumSet.copyOf(durabilities), quick ? QUICK_ROUNDS : rounds, (long) (time * 1e9),
                tiny ? BenchmarkPlan.Size.TINY : BenchmarkPlan.Size.FULL, workingFolder());
    }

    private Path workingFolder() throws IOException {
        Path place = folder;
        if (place == null) {
            String home = System.getProperty("afterimage.home");
            place = home == null ? Files.createTempDirectory("afterimage-bench-") : Path.of(home, "bench", "target", "side-by-side");
        }
        try {
            Files.createDirectories(place);
        } catch (IOException e) {
            throw InputException.of(place, "cannot be used", e);
        }
        return place;
    }

    private void inRange(String option, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new ParameterException(spec.commandLine(), option + ": expected " + text(min) + " to " + text(max) + ", found " + text(value));
        }
    }

    private static String text(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private void print(BenchmarkPlan plan, Harness harness, List<BenchmarkRow> rows) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "Medians of %d rounds, %.3f s for each sample, files in %s%n%n", plan.rounds(), plan.sampleNanos() / 1e9, plan.folder());
        out.print(BenchmarkTable.render(rows));
        out.println();
        Set<String> shown = rows.stream().map(BenchmarkRow::benchmark).collect(Collectors.toSet());
        harness.benchmarks().forEach((name, sentence) -> {
            if (shown.contains(name)) {
                out.printf("%-16s %s%n", name, sentence);
            }
        });
        out.flush();
    }

    /** What the harness tells, on the line of progress. */
    private static final class Told implements Harness.Watcher {
        private final ProgressLine progress;
        private String phase = "";

        Told(ProgressLine progress) {
            this.progress = progress;
        }

        @Override
        public void phase(String name) {
            phase = name;
            progress.note(name);
            progress.over(name);
        }

        @Override
        public void at(String row, int sample, int samples) {
            progress.over(phase + ", " + sample + " of " + samples + ": " + row);
        }

        @Override
        public void note(String line) {
            progress.problem(line);
        }
    }
}
