package dev.afterimage.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forks plain {@code java -p … -m …} with a small module of its own, so that nothing of the build's own flags helps. */
@DisplayName("A program that uses off-heap pages on the plain module path")
class QuietStartTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void compileProbe() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source/probe"));
        Files.writeString(source.resolveSibling("module-info.java"), "module probe { requires dev.afterimage.memory; }");
        Files.writeString(source.resolve("Probe.java"), """
                package probe;
                public final class Probe {
                    public static void main(String[] arguments) {
                        System.err.println(arguments[0]);
                        try (var memory = dev.afterimage.memory.PageMemory.allocate(8192, 600)) {
                            memory.page(599).putLong(8, 42);
                            var buffer = java.nio.ByteBuffer.allocateDirect(8192);
                            memory.page(599).get(0, buffer);
                            memory.page(3).put(0, buffer.flip());
                            System.out.println(memory.page(3).getLong(8));
                        }
                        System.err.println(arguments[1]);
                    }
                }
                """);
        StringWriter messages = new StringWriter();
        PrintWriter writer = new PrintWriter(messages);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, "-p", modulePath(), "-d", folder.resolve("probe").toString(),
                source.resolveSibling("module-info.java").toString(), source.resolve("Probe.java").toString());
        assertEquals(0, status, messages.toString());
    }

    @Test
    @DisplayName("sees nothing on standard error but its own lines")
    void nothingButItsOwn() throws Exception {
        Run run = run(List.of());
        assertEquals("42\n", run.output);
        assertEquals("before é\nafter é\n", run.errors);
        assertEquals(0, run.status);
    }

    @Test
    @DisplayName("needs no module of the JDK that ours does not name")
    void namesAllItNeeds() throws Exception {
        Run run = run(List.of("--limit-modules", "probe,dev.afterimage.memory"));
        assertEquals("before é\nafter é\n", run.errors);
        assertEquals("42\n", run.output);
    }

    @Test
    @DisplayName("hears it all with the quiet start turned off")
    void turnedOff() throws Exception {
        Run run = run(List.of("-D" + QuietStart.PROPERTY + "=false"));
        assertEquals("42\n", run.output);
        assertTrue(run.errors.contains("SLF4J"), run.errors);
        assertTrue(run.errors.contains("ReflectionBasedByteBufferCleanerService"), run.errors);
        assertEquals(Runtime.version().feature() >= 24, run.errors.contains("sun.misc.Unsafe"), run.errors);
    }

    private record Run(int status, String output, String errors) {}

    private static Run run(List<String> flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-p", modulePath() + File.pathSeparator + folder.resolve("probe")));
        command.addAll(flags);
        command.addAll(List.of("-m", "probe/probe.Probe", "before é", "after é"));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        // These variables make any java print a line of its own.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the probe did not end");
        return new Run(process.exitValue(), Files.readString(output), Files.readString(errors));
    }

    /** The module path these tests run on, without the logging provider that only tests have. */
    private static String modulePath() {
        return Arrays.stream(System.getProperty("jdk.module.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("slf4j-nop"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
