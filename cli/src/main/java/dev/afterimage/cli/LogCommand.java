package dev.afterimage.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;

import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;
import dev.afterimage.spi.StoreEngine;
import dev.afterimage.spi.StoreEnvironment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code afterimage log}: a store's log, record by record. */
@Command(name = "log", mixinStandardHelpOptions = true,
        description = {"Show the log of a store that nobody has open, one line a record, the oldest first. Nothing is written and nothing recovered.", "",
            "Of a damaged log all up to the damage is shown, then where it is and what is wrong; the exit status is 1 then."})
final class LogCommand implements Callable<Integer> {
    private static final String ROW = "%14s  %11s  %-16s  %9s  %s%n";

    @Parameters(paramLabel = "STORE", description = "The folder of the store, or scheme:place.")
    private String store;

    @Option(names = "--from", paramLabel = "LSN", defaultValue = "0", description = "Show records from this place of the log on.")
    private long from;

    @Option(names = "--limit", paramLabel = "N", description = "Show this many records at most.")
    private @Nullable Long limit;

    @Option(names = "--transaction", paramLabel = "ID", description = "Show only records of this transaction.")
    private @Nullable Long transaction;

    @Option(names = "--page", paramLabel = "N", description = "Show only records about this page.")
    private @Nullable Long page;

    @Mixin
    private ModulePathOption modulePath;

    @Spec
    private CommandSpec spec;

    private long shown;
    private int timeline;

    @Override
    public Integer call() {
        notNegative("--from", from);
        notNegative("--transaction", transaction);
        notNegative("--page", page);
        if (limit != null && limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit: expected at least 1, found " + limit);
        }
        StoreEngine engine = ServiceLoader.load(StoreEngine.class).findFirst()
                .orElseThrow(() -> new InputException("no engine found: expected the module dev.afterimage.engine on the module path"));
        PrintWriter out = spec.commandLine().getOut();
        LogSummary summary = engine.readLog(StoreLocation.of(store), StoreEnvironment.REAL, entry -> show(entry, out));
        if (shown > 0) {
            out.println();
        }
        String records = String.format(Locale.ROOT, "%,d", shown) + (shown == 1 ? " record" : " records");
        boolean damaged = summary.ending() == Ending.DAMAGED;
        out.println(records + " shown; " + (damaged ? Terminal.ansi().string("@|bold,red the log is damaged|@") + " behind LSN " + summary.lsn() + ":" : summary.detail() + "."));
        if (damaged) {
            out.println(summary.detail());
        }
        summary.notes().forEach(out::println);
        out.flush();
        return damaged ? Afterimage.FAILED : Afterimage.OK;
    }

    private void notNegative(String option, @Nullable Long value) {
        if (value != null && value < 0) {
            throw new ParameterException(spec.commandLine(), option + ": expected 0 or more, found " + value);
        }
    }

    /** Whether another record is wanted. */
    private boolean show(LogEntry entry, PrintWriter out) {
        boolean wanted = entry.lsn() >= from
                && (transaction == null || entry.transactionId() == transaction)
                && (page == null || entry.page().isPresent() && entry.page().getAsLong() == page);
        if (!wanted) {
            return true;
        }
        Ansi ansi = Terminal.ansi();
        if (shown++ == 0) {
            out.printf(ROW, "LSN", "transaction", "type", "page", "");
        }
        if (entry.timeline() != timeline) {
            timeline = entry.timeline();
            out.println(ansi.string("@|faint -- timeline " + timeline + "|@"));
        }
        out.printf(ROW, entry.lsn(), entry.transactionId() == 0 ? "-" : entry.transactionId(), entry.type(),
                entry.page().isPresent() ? entry.page().getAsLong() : "-", entry.description());
        return limit == null || shown < limit;
    }
}
