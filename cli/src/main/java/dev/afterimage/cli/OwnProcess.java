package dev.afterimage.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This very command in a process of its own: the same Java, the same module path. */
final class OwnProcess {
    private final List<String> command = new ArrayList<>();

    OwnProcess(String... arguments) {
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath == null || !Afterimage.class.getModule().isNamed()) {
            throw new IllegalStateException("expected to run on the module path: java -p … -m dev.afterimage.cli/dev.afterimage.cli.Afterimage");
        }
        command.addAll(List.of("-p", absolute(modulePath), "-m", "dev.afterimage.cli/dev.afterimage.cli.Afterimage"));
        command.addAll(List.of(arguments));
    }

    private static String absolute(String modulePath) {
        List<String> entries = new ArrayList<>();
        for (String entry : modulePath.split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    /** Starts it; what it complains of goes to a file. */
    Process start(Path errors) throws IOException {
        return new ProcessBuilder(command).redirectError(errors.toFile()).start();
    }
}
