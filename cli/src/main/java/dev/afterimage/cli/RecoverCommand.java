package dev.afterimage.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code afterimage recover}: opens a store, which recovers what a crash left, says what that took, and closes it in good order. */
@Command(name = "recover", mixinStandardHelpOptions = true,
        description = {"Recover a store after a crash, show what that took, phase by phase, and close it in good order.", "",
            "Opening a store by a program does the same; this is for those who want to see it, or to have it done beforehand."})
final class RecoverCommand implements Callable<Integer> {
    private static final long ROLLBACK_LOOK_NANOS = 5_000_000;
    private static final int CACHE_MIB_MAX = 1 << 20;

    @Parameters(paramLabel = "STORE", description = "The folder of the store, or scheme:place.")
    private String store;

    @Option(names = "--cache", paramLabel = "MIB", description = "Memory for pages while recovering, in MiB, 1 to 1048576; as usual if left out.")
    private @Nullable Integer cacheMebibytes;

    @Option(names = "--option", paramLabel = "NAME=VALUE", description = "An option of the strategy; see afterimage strategies.")
    private Map<String, String> options = Map.of();

    @Mixin
    private ModulePathOption modulePath;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        StoreConfig.Builder config = StoreConfig.at(StoreLocation.of(store)).openMode(OpenMode.OPEN);
        if (cacheMebibytes != null) {
            if (cacheMebibytes < 1 || cacheMebibytes > CACHE_MIB_MAX) {
                throw new ParameterException(spec.commandLine(), "--cache: expected 1 to " + CACHE_MIB_MAX + ", found " + cacheMebibytes);
            }
            config.cacheBytes((long) cacheMebibytes << 20);
        }
        options.forEach(config::option);
        RecoveryLine line = new RecoveryLine(new ProgressLine(spec.commandLine().getErr(), Terminal.progressBar()), System::nanoTime);
        PrintWriter out = spec.commandLine().getOut();
        try (PageStore opened = PageStores.open(config.listener(line).build())) {
            line.finished();
            out.print(RecoveryTable.render(opened.recoveryReport()));
            out.flush();
            finishRollbacks(opened);
        } finally {
            line.finished();
        }
        return Afterimage.OK;
    }

    /** Where a strategy rolls back behind the open store, waits for that: closed before, the store would have the rest of it to do at its next opening. */
    private static void finishRollbacks(PageStore opened) {
        while (opened.state() == StoreState.OPEN && opened.statistics().transactionsRollingBack() > 0) {
            LockSupport.parkNanos(ROLLBACK_LOOK_NANOS);
        }
    }
}
