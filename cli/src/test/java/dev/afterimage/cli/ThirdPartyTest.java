package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A third party's plug-in")
class ThirdPartyTest extends CommandLineTest {
    private static final Path ROLLBACK_JOURNAL = Path.of("../examples/rollback-journal/target/classes");
    private static final Path NEW_STRATEGY = Path.of("../examples/strategy-template/new-strategy");

    @Test
    @DisplayName("the rollback journal among the examples is a row of the comparison, with nothing lost by killed processes and power failures")
    void rollbackJournalIsCompared() throws IOException {
        Path orders = folder.resolve("orders.csv");
        try (Stream<String> lines = Files.lines(SHIPPED)) {
            Files.write(orders, lines.limit(100).toList());
        }
        assertEquals(0, run("compare", orders.toString(), "--dir", folder.resolve("stores").toString(), "--threads", "2", "--kills", "1", "--crash-states", "50",
                "--strategies", "rollback-journal", "--module-path", ROLLBACK_JOURNAL.toString()), err::toString);
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("rollback-journal") && line.endsWith("0 / 0")), out::toString);
    }

    @Test
    @DisplayName("begins as a copy of the template, which compiles, and which the kit refuses with the words that the help page has")
    void templateCompilesAndFailsAsTold() throws IOException, InterruptedException {
        Path copy = folder.resolve("page-diary");
        Process naming = new ProcessBuilder("sh", NEW_STRATEGY.toString(), "page-diary", copy.toString()).redirectErrorStream(true).start();
        String said = new String(naming.getInputStream().readAllBytes());
        assertEquals(0, naming.waitFor(), said);
        assertTrue(said.contains("conformance --strategy page-diary --module-path target/classes"), said);
        try (Stream<Path> files = Files.walk(copy)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = file + "\n" + Files.readString(file);
                assertTrue(Stream.of("mystrategy", "MyStrategy", "MyTransaction", "my-strategy").noneMatch(text::contains), text);
            }
        }
        Path classes = copy.resolve("target").resolve("classes");
        compile(copy.resolve("src/main/java"), classes);

        assertEquals(1, run("conformance", "--strategy", "page-diary", "--crash-states", "100", "--module-path", classes.toString()), err::toString);
        String failures = inOneLine(out.toString());
        String help = inOneLine(Files.readString(Path.of("../docs/help/write-a-strategy.md")));
        for (String told : List.of("F4 A second opener is told so; a killed opener is in nobody's way rule A2: reopening: expected it to succeed, found dev.afterimage.api.StoreDamagedException: page 0,"
                + " the first map of the store's space, is not there; expected it in every store that was made to the end", "rollbackTo is not written yet", "page-diary breaks rules.")) {
            assertTrue(failures.contains(told), out::toString);
            assertTrue(help.contains(told), () -> "the help page does not say: " + told);
        }
    }

    /** However it was wrapped. */
    private static String inOneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-Xlint:all", "-Werror", "-d", classes.toString(), "-p", System.getProperty("jdk.module.path")));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java")).map(Path::toString).forEach(arguments::add);
        }
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        assertEquals(0, ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, arguments.toArray(String[]::new)), said::toString);
    }

    @Test
    @DisplayName("has a name that the template's script checks")
    void names() throws IOException, InterruptedException {
        for (String name : List.of("Wrong", "1st", "a--b", "a-", "with space", "", "a-1")) {
            Process naming = new ProcessBuilder("sh", NEW_STRATEGY.toString(), name, folder.resolve("nothing").toString()).redirectErrorStream(true).start();
            String said = new String(naming.getInputStream().readAllBytes());
            assertEquals(2, naming.waitFor(), said);
            assertTrue(said.startsWith("new-strategy: expected a name like my-idea"), said);
            assertTrue(Files.notExists(folder.resolve("nothing")), said);
        }
    }
}
