package dev.afterimage.cli;

import dev.afterimage.api.StoreException;
import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.spi.storage.DiskException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command's entrance: exit status 0 on success, 1 when a check failed, 2 for bad usage or input; never a stack trace unless asked for. */
@Command(name = "afterimage", mixinStandardHelpOptions = true, version = "afterimage 0.1.0",
        description = "A crash-safe, transactional page store whose recovery strategy is a plug-in.",
        subcommands = {StrategiesCommand.class, CompareCommand.class, ConformanceCommand.class, RecoverCommand.class, LogCommand.class, BenchCommand.class, TransfersCommand.class, CommandLine.HelpCommand.class},
        footer = {"", "Exit status: 0 on success, 1 when a check failed, 2 for bad usage or input."})
public final class Afterimage implements Runnable {
    /** Success. */
    public static final int OK = 0;
    /** A check failed: something was lost or torn, or a rule broken. */
    public static final int FAILED = 1;
    /** The command could not do what it was asked, for want of good input. */
    public static final int BAD_USAGE = 2;

    @Spec
    private CommandSpec spec;

    /** Made by {@link #main} and by tests. */
    public Afterimage() {
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a subcommand");
    }

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command, ready to execute. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Afterimage());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.ansi()));
        commandLine.setUsageHelpWidth(110);
        commandLine.setExecutionStrategy(ModulePathOption.around(new CommandLine.RunLast()));
        commandLine.setParameterExceptionHandler((exception, arguments) -> {
            CommandLine failed = exception.getCommandLine();
            failed.getErr().println(failed.getColorScheme().errorText("afterimage: " + exception.getMessage()));
            failed.getErr().println("Try: " + failed.getCommandSpec().qualifiedName() + " --help");
            return BAD_USAGE;
        });
        commandLine.setExecutionExceptionHandler((exception, failed, parsed) -> complain(failed, exception));
        return commandLine;
    }

    private static int complain(CommandLine failed, Exception exception) {
        boolean expected = exception instanceof InputException || exception instanceof StoreException || exception instanceof DiskException;
        String message = exception.getMessage() == null ? exception.toString() : exception.getMessage();
        failed.getErr().println(failed.getColorScheme().errorText("afterimage: " + message));
        if (!expected) {
            failed.getErr().println("This was not expected. To see where it happened, run again with -Dafterimage.stack-traces=true in JAVA_OPTS.");
        }
        if (Boolean.getBoolean("afterimage.stack-traces")) {
            exception.printStackTrace(failed.getErr());
        }
        return expected ? BAD_USAGE : FAILED;
    }
}
