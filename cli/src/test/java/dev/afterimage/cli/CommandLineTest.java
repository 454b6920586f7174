package dev.afterimage.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** For tests of commands: a folder of their own, and what the command said last. */
abstract class CommandLineTest {
    static final Path SHIPPED = Path.of("../examples/data/payment-orders.csv");

    @TempDir
    Path folder;

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    /** Runs a command, as if typed; {@link #out} and {@link #err} have what this one said, and no other. */
    final int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = Afterimage.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
