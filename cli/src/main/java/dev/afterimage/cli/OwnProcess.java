package dev.afterimage.cli;

import java.io.File;
import java.io.IOException;
import java.lang.module.ResolvedModule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** This very command in a process of its own: the same Java with the same parts of it, the same module path. */
final class OwnProcess {
    private final List<String> command = new ArrayList<>();

    OwnProcess(List<String> arguments) {
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath == null || !Afterimage.class.getModule().isNamed()) {
            throw new IllegalStateException("expected to run on the module path: java -p … -m dev.afterimage.cli/dev.afterimage.cli.Afterimage");
        }
        // A plug-in may need parts of the JDK that the command does not; what is in reach here is in reach there.
        command.addAll(List.of("--add-modules", ModuleLayer.boot().configuration().modules().stream()
                .filter(module -> module.reference().location().filter(location -> "jrt".equals(location.getScheme())).isPresent())
                .map(ResolvedModule::name).sorted().collect(Collectors.joining(","))));
        command.addAll(List.of("-p", absolute(modulePath), "-m", "dev.afterimage.cli/dev.afterimage.cli.Afterimage"));
        command.addAll(arguments);
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
