package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.afterimage.spi.RecoveryStrategyProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("The command")
class CommandTest {
    private static final Path SHIPPED = Path.of("../examples/data/payment-orders.csv");

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine command = Afterimage.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @Test
    @DisplayName("strategies lists what ServiceLoader finds, with promises and options, as text and as JSON")
    void strategies() throws IOException {
        Path json = folder.resolve("strategies.json");
        assertEquals(0, run("strategies", "--json", json.toString()), err::toString);
        assertTrue(out.toString().contains("postgres-style"), out::toString);
        assertTrue(out.toString().contains("max-wal-size = 64 MiB"), out::toString);
        JsonArray listed = JsonParser.parseString(Files.readString(json)).getAsJsonArray();
        List<String> names = listed.asList().stream().map(strategy -> strategy.getAsJsonObject().get("name").getAsString()).toList();
        assertEquals(Strategies.all().stream().map(RecoveryStrategyProvider::name).toList(), names);
        assertFalse(listed.get(names.indexOf("shadow-paging")).getAsJsonObject().get("steal").getAsBoolean());
    }

    @Test
    @DisplayName("compare measures, kills and sweeps every strategy, prints a table of at most 120 columns, and writes the figures as JSON")
    void compare() throws IOException {
        Path orders = folder.resolve("orders.csv");
        try (Stream<String> lines = Files.lines(SHIPPED)) {
            Files.write(orders, lines.limit(200).toList());
        }
        Path json = folder.resolve("figures.json");
        int status = run("compare", orders.toString(), "--dir", folder.resolve("stores").toString(), "--threads", "2", "--kills", "1",
                "--crash-states", "60", "--json", json.toString());
        assertEquals(0, status, () -> out.toString() + err);
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120), out::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("shadow-paging") && line.endsWith("0 / 0")), out::toString);
        for (var element : JsonParser.parseString(Files.readString(json)).getAsJsonArray()) {
            JsonObject figures = element.getAsJsonObject();
            assertAll(Stream.of("strategy", "commitsPerSecond", "p50Micros", "p99Micros", "syncsPerCommit", "bytesPerCommit", "writeAmplification",
                    "recoveryMillis", "kills", "crashStates", "violations").map(key -> () -> assertTrue(figures.has(key), key)));
            assertEquals(0, figures.get("violations").getAsLong());
            assertEquals(1, figures.get("kills").getAsInt());
            assertEquals(60, figures.get("crashStates").getAsLong());
            assertEquals(199, figures.get("commits").getAsLong());
            assertTrue(figures.get("commitsPerSecond").getAsDouble() > 0);
        }
        try (Stream<Path> left = Files.list(folder.resolve("stores"))) {
            assertEquals(List.of(), left.toList(), "stores of a comparison that held are deleted");
        }
    }

    @TestFactory
    @DisplayName("bad usage is one line on standard error and exit status 2")
    Stream<DynamicTest> badUsage() {
        return Map.of(
                "compare --threads none", "Invalid value for option '--threads': 'none' is not an int",
                "compare --threads 0", "--threads: expected 1 to 256, found 0",
                "compare --strategies shadow,paging", "unknown strategy \"shadow\"; there are postgres-style, shadow-paging, undo-redo-aries",
                "compare no-such-file.csv", "no-such-file.csv: no such file; expected a CSV file of payment orders",
                "conformance --strategy aries", "unknown strategy \"aries\"; there are postgres-style, shadow-paging, undo-redo-aries",
                "conformance", "Missing required option: '--strategy=NAME'",
                "juggle", "Unmatched argument at index 0: 'juggle'",
                "compare --durability SOLID", "Invalid value for option '--durability'")
                .entrySet().stream().map(usage -> DynamicTest.dynamicTest(usage.getKey(), () -> requireComplaint(usage.getKey(), usage.getValue())));
    }

    private void requireComplaint(String arguments, String complaint) {
        err.getBuffer().setLength(0);
        String[] words = arguments.replace("compare --", "compare " + SHIPPED + " --").split(" ");
        assertEquals(2, run(words), out::toString);
        assertTrue(err.toString().contains(complaint), err::toString);
        assertTrue(err.toString().lines().count() <= 2, err::toString);
        assertFalse(err.toString().contains("\tat "), err::toString);
    }

    @Test
    @DisplayName("a store in the way of compare is left alone")
    void storeInTheWay() throws IOException {
        Path there = Files.createDirectories(folder.resolve("shadow-paging-measured"));
        assertEquals(2, run("compare", SHIPPED.toString(), "--dir", folder.toString()));
        assertTrue(err.toString().contains(there + ": exists already, nothing was touched"), err::toString);
    }

    @Test
    @DisplayName("every command has help")
    void help() {
        for (String command : List.of("strategies", "compare", "conformance")) {
            assertEquals(0, run(command, "--help"));
        }
        assertTrue(out.toString().contains("--crash-states=N"), out::toString);
    }

    @Test
    @DisplayName("runs as a named module")
    void named() {
        assertTrue(Afterimage.class.getModule().isNamed());
    }
}
