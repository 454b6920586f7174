package dev.afterimage.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import dev.afterimage.api.Durability;
import dev.afterimage.cli.comparison.ComparisonPlan;
import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.cli.comparison.Ledger;
import dev.afterimage.cli.comparison.PaymentOrders;
import dev.afterimage.cli.comparison.StrategyComparison;
import dev.afterimage.cli.comparison.StrategyResult;
import dev.afterimage.spi.RecoveryStrategyProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code afterimage compare}: the same work, the same crash, one table. */
@Command(name = "compare", mixinStandardHelpOptions = true, showDefaultValues = true,
        description = {"Compare strategies side by side on real payment orders.", "",
            "For each strategy: load the accounts and execute every order as one transaction, on several threads and real files; kill a process in the middle of the same work and look"
                    + " for every transfer it acknowledged; then open the store in thousands of states that a power failure could leave on a simulated disk.", ""})
final class CompareCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "ORDERS.csv",
            description = "Payment orders: order_id, from_account, to_bank, to_account, amount. The shipped ones if left out.", showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private @Nullable Path orders;

    @Option(names = "--strategies", split = ",", paramLabel = "a,b", description = "The strategies to compare; all that are found if left out.")
    private @Nullable List<String> strategies;

    @Option(names = "--dir", paramLabel = "DIR", description = "Where stores are made; a temporary folder if left out.")
    private @Nullable Path folder;

    @Option(names = "--transfers", paramLabel = "N", description = "Transfers to measure; one for each order if left out.")
    private @Nullable Integer transfers;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "8", description = "Threads that make them, 1 to 256.")
    private int threads;

    @Option(names = "--durability", paramLabel = "LEVEL", defaultValue = "POWER_SAFE", description = "What each commit waits for: ${COMPLETION-CANDIDATES}.")
    private Durability durability;

    @Option(names = "--kills", paramLabel = "N", defaultValue = "3", description = "How often to kill a process, 0 to 1000.")
    private int kills;

    @Option(names = "--crash-states", paramLabel = "N", defaultValue = "2000", description = "Crash states to try on the simulated disk, 0 to 1000000.")
    private int crashStates;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Where all chance comes from.")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file, as a JSON array with one object a strategy.")
    private @Nullable Path json;

    @Mixin
    private ModulePathOption modulePath;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<RecoveryStrategyProvider> chosen = strategies == null ? Strategies.all() : Strategies.named(strategies);
        PaymentOrders paymentOrders = PaymentOrders.read(orders == null ? shippedOrders() : orders);
        inRange("--threads", threads, 1, Ledger.LANES_MAX);
        inRange("--kills", kills, 0, 1000);
        inRange("--crash-states", crashStates, 0, 1_000_000);
        int count = transfers == null ? paymentOrders.orders().size() : transfers;
        inRange("--transfers", count, 1, 100_000_000);
        if (chosen.isEmpty()) {
            throw new InputException("no strategy found: expected modules that provide dev.afterimage.spi.RecoveryStrategyProvider on the module path");
        }
        if (json != null && (Files.isDirectory(json) || json.toAbsolutePath().getParent() != null && !Files.isDirectory(json.toAbsolutePath().getParent()))) {
            throw new InputException(json + ": cannot be written: expected a file in a folder that exists");
        }
        Path place = workingFolder();
        ComparisonPlan plan = new ComparisonPlan(paymentOrders, count, threads, durability, kills, crashStates, seed, place);
        List<StrategyResult> results = compare(plan, chosen);
        boolean held = results.stream().allMatch(result -> result.violations() == 0);
        if (folder == null && held) {
            Files.delete(place);
        }
        print(plan, results, held);
        if (json != null) {
            JsonFile.write(json, results);
        }
        return held ? Afterimage.OK : Afterimage.FAILED;
    }

    private List<StrategyResult> compare(ComparisonPlan plan, List<RecoveryStrategyProvider> chosen) {
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminal.progressBar());
        StrategyComparison comparison = new StrategyComparison(plan, progress,
                (strategy, location, errors) -> new OwnProcess(Stream.concat(Stream.of("transfers", "--location", location, "--strategy", strategy,
                        "--orders", plan.orders().source().toAbsolutePath().toString(), "--durability", plan.durability().name()), modulePath.words().stream()).toList()).start(errors));
        List<StrategyResult> results = new ArrayList<>();
        for (RecoveryStrategyProvider strategy : chosen) {
            results.add(comparison.run(strategy));
        }
        progress.finished();
        return results;
    }

    private void print(ComparisonPlan plan, List<StrategyResult> results, boolean held) {
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.printf(Locale.ROOT, "%,d transfers from %s (%,d orders, %,d accounts), %d threads, %s%n%n", plan.transfers(),
                plan.orders().source().getFileName(), plan.orders().orders().size(), plan.orders().accounts().size(), plan.threads(), plan.durability());
        out.print(ComparisonTable.render(results, Terminal.ansi()));
        out.println();
        long acknowledged = results.stream().mapToLong(StrategyResult::acknowledged).sum();
        if (held) {
            out.printf(Locale.ROOT, "Every acknowledged transfer survived (%,d of killed processes looked for), none is half there,%n"
                    + "and the sum over all accounts is what it was.%n", acknowledged);
        } else {
            out.printf("Transfers were lost or torn; the stores are kept in %s%n", plan.folder());
        }
        out.flush();
    }

    private void inRange(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(spec.commandLine(), option + ": expected " + min + " to " + max + ", found " + value);
        }
    }

    private Path workingFolder() {
        try {
            if (folder == null) {
                return Files.createTempDirectory("afterimage-compare-");
            }
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) {
                throw new InputException(folder + ": may not be written; expected a folder to make stores in");
            }
            for (RecoveryStrategyProvider strategy : Strategies.all()) {
                for (String suffix : List.of("-measured", "-killed")) {
                    Path store = folder.resolve(strategy.name() + suffix);
                    if (Files.exists(store)) {
                        throw new InputException(store + ": exists already, nothing was touched; expected a folder without it, or delete it first");
                    }
                }
            }
            return folder;
        } catch (IOException e) {
            throw InputException.of(folder == null ? "the temporary folder" : folder, "cannot be used", e);
        }
    }

    private static Path shippedOrders() {
        String home = System.getProperty("afterimage.home");
        if (home == null) {
            throw new InputException("expected a CSV file of payment orders: the shipped one is found only by the launcher ./afterimage");
        }
        return Path.of(home, "examples", "data", "payment-orders.csv");
    }
}
