package dev.afterimage.cli;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import dev.afterimage.cli.comparison.InputException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** {@code --module-path}: where else to look for plug-ins; the same option for every command that uses strategies or disks. */
final class ModulePathOption {
    @Option(names = "--module-path", paramLabel = "PATH", description = "Plug-ins: modular jars, folders of jars, or folders of classes, separated as on a Java module path; what they provide is found beside"
            + " what is built in.")
    private List<String> paths = List.of();

    /** Where to look, in the order given. */
    private List<Path> entries() {
        List<Path> entries = new ArrayList<>();
        for (String path : paths) {
            for (String entry : path.split(File.pathSeparator)) {
                try {
                    if (!entry.isEmpty()) {
                        entries.add(Path.of(entry));
                    }
                } catch (InvalidPathException e) {
                    throw new InputException("--module-path: " + entry + ": " + e.getReason(), e);
                }
            }
        }
        if (!paths.isEmpty() && entries.isEmpty()) {
            throw new InputException("--module-path: expected jars or folders, found nothing");
        }
        return entries;
    }

    /** The words that give another process of this command the same plug-ins, wherever it is started. */
    List<String> words() {
        return paths.isEmpty() ? List.of()
                : List.of("--module-path", entries().stream().map(entry -> entry.toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator)));
    }

    /**
     * Runs commands with their plug-ins in reach: while one runs, its thread's context loader sees what {@code --module-path} names. ServiceLoader asks that loader, the engine's
     * and the kit's lookups among them, and threads that the command starts inherit it.
     */
    static IExecutionStrategy around(IExecutionStrategy strategy) {
        return parsed -> {
            ModulePathOption option = of(parsed);
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            try {
                if (option != null && !option.paths.isEmpty()) {
                    thread.setContextClassLoader(PluginModules.load(option.entries()));
                }
                return strategy.execute(parsed);
            } catch (InputException e) {
                throw new CommandLine.ExecutionException(parsed.commandSpec().commandLine(), e.getMessage(), e);
            } finally {
                thread.setContextClassLoader(before);
            }
        };
    }

    /** The option of the innermost command that has one; not where help is asked for, which needs no plug-ins. */
    private static @Nullable ModulePathOption of(ParseResult parsed) {
        ModulePathOption found = null;
        for (CommandLine command : parsed.asCommandLineList()) {
            if (command.isUsageHelpRequested() || command.isVersionHelpRequested()) {
                return null;
            }
            for (var mixin : command.getCommandSpec().mixins().values()) {
                if (mixin.userObject() instanceof ModulePathOption option) {
                    found = option;
                }
            }
        }
        return found;
    }
}
