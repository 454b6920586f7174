package dev.afterimage.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code afterimage strategies}: what ServiceLoader finds. */
@Command(name = "strategies", mixinStandardHelpOptions = true,
        description = "List the recovery strategies on the module path, what each promises, and its options.")
final class StrategiesCommand implements Callable<Integer> {
    @Option(names = "--json", paramLabel = "FILE", description = "Also write the list to this file, as a JSON array.")
    private @Nullable Path json;

    @Mixin
    private ModulePathOption modulePath;

    @Spec
    private CommandSpec spec;

    /** One strategy in the JSON output. */
    record Listed(String name, String description, boolean steal, boolean force, boolean redo, boolean undo, String tornPageProtection,
            List<String> optionalTraits, List<ListedOption> options) {
    }

    /** One option in the JSON output. */
    record ListedOption(String name, String defaultValue, String range, String description) {
    }

    @Override
    public Integer call() {
        List<Listed> strategies = Strategies.all().stream().map(StrategiesCommand::listed).toList();
        PrintWriter out = spec.commandLine().getOut();
        for (Listed strategy : strategies) {
            print(out, strategy);
        }
        out.flush();
        if (json != null) {
            JsonFile.write(json, strategies);
        }
        return Afterimage.OK;
    }

    private void print(PrintWriter out, Listed strategy) {
        out.println(spec.commandLine().getColorScheme().commandText(strategy.name()));
        out.println("  " + strategy.description());
        out.println("  " + (strategy.steal() ? "steal" : "no steal") + ", " + (strategy.force() ? "force" : "no force") + "; "
                + (strategy.redo() ? "redo" : "no redo") + ", " + (strategy.undo() ? "undo" : "no undo") + "; torn pages: "
                + strategy.tornPageProtection()
                + (strategy.optionalTraits().isEmpty() ? "" : "; " + String.join(", ", strategy.optionalTraits())));
        for (ListedOption option : strategy.options()) {
            out.println("  " + option.name() + " = " + option.defaultValue() + "  (" + option.range() + ")");
            out.println("      " + option.description());
        }
        out.println();
    }

    private static Listed listed(RecoveryStrategyProvider strategy) {
        StrategyTraits traits = strategy.traits();
        return new Listed(strategy.name(), strategy.description(), traits.steal(), traits.force(), traits.redo(), traits.undo(),
                traits.tornPageProtection().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                traits.optional().stream().map(Enum::name).toList(), strategy.options().stream().map(StrategiesCommand::listed).toList());
    }

    private static ListedOption listed(StrategyOption<?> option) {
        return new ListedOption(option.name(), option.defaultText(), option.range(), option.description());
    }
}
