package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.RecoveryStrategyProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("The command")
class CommandTest extends CommandLineTest {
    private static final int FLIPS = 40;

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
        return Map.ofEntries(
                Map.entry("compare --threads none", "Invalid value for option '--threads': 'none' is not an int"),
                Map.entry("compare --threads 0", "--threads: expected 1 to 256, found 0"),
                Map.entry("compare --strategies shadow,paging", "unknown strategy \"shadow\"; there are innodb-style, postgres-style, shadow-paging, undo-redo-aries"),
                Map.entry("compare no-such-file.csv", "no-such-file.csv: no such file; expected a CSV file of payment orders"),
                Map.entry("conformance --strategy aries", "unknown strategy \"aries\"; there are innodb-style, postgres-style, shadow-paging, undo-redo-aries"),
                Map.entry("conformance", "Missing required option: '--strategy=NAME'"),
                Map.entry("conformance --strategy shadow-paging --seed -1", "--seed: expected 0 to 999999999999, found -1"),
                Map.entry("conformance --strategy shadow-paging --profile heavy", "Invalid value for option '--profile'"),
                Map.entry("conformance --strategy shadow-paging --crash-states 1", "--crash-states: expected 100 to 100000000, found 1"),
                Map.entry("conformance --strategy shadow-paging --rules D1,Z9", "--rules: expected some of A1, A2, A3, A11, D1, "),
                Map.entry("conformance --strategy shadow-paging --rules D2 --report pom.xml", "--report: pom.xml: cannot be written"),
                Map.entry("conformance --replay nonsense", "--replay: replay line: expected kit1:STRATEGY:PROFILE:SCENARIO"),
                Map.entry("conformance --replay kit1:nobody:strict:mixed-1", "unknown strategy \"nobody\"; there are innodb-style"),
                Map.entry("conformance --replay kit1:shadow-paging:strict:no-such-scenario", "--replay: scenario: expected one of "),
                Map.entry("conformance --replay kit1:shadow-paging:bent:mixed-1", "disk profile: expected one of "),
                Map.entry("conformance --replay kit1:shadow-paging:strict:first-commit:0:k99999", "undecided parts"),
                Map.entry("conformance --replay kit1:shadow-paging:strict:first-commit:99999:k1", "point: expected 0 to 13, found 99999"),
                Map.entry("conformance --replay kit1:shadow-paging:strict:first-commit:1:nonsense", "choice vector: expected runs as in"),
                Map.entry("conformance --strategy innodb-style --replay kit1:shadow-paging:strict:mixed-1", "--replay: expected a line about innodb-style, found one about shadow-paging"),
                Map.entry("bench", "the benchmarks are not on the module path: they are built and found by the launcher"),
                Map.entry("juggle", "Unmatched argument at index 0: 'juggle'"),
                Map.entry("log", "Missing required parameter: 'STORE'"),
                Map.entry("log no-such-store", "file:no-such-store: expected a store, found none"),
                Map.entry("log ../docs/help", "expected a store, found no afterimage.store but other files"),
                Map.entry("log pom.xml", "expected a folder, found a file"),
                Map.entry("log tape:attic", "the schemes there are: file, memory"),
                Map.entry("log src --limit 0", "--limit: expected at least 1, found 0"),
                Map.entry("log src --from -1", "--from: expected 0 or more, found -1"),
                Map.entry("log src --page seven", "Invalid value for option '--page': 'seven' is not a long"),
                Map.entry("recover no-such-store", "file:no-such-store: expected a store, for the open mode is OPEN, found none"),
                Map.entry("recover src --cache 0", "--cache: expected 1 to 1048576, found 0"),
                Map.entry("compare --durability SOLID", "Invalid value for option '--durability'"))
                .entrySet().stream().map(usage -> DynamicTest.dynamicTest(usage.getKey(), () -> requireComplaint(usage.getKey(), usage.getValue())));
    }

    private void requireComplaint(String arguments, String complaint) {
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

    /** The files of a store at a moment at which one transaction has committed, and another has not; as a crash of the process leaves them. */
    private Path crashed(String strategy) throws IOException {
        Path store = folder.resolve(strategy);
        Path copy = Files.createDirectories(folder.resolve(strategy + "-crashed"));
        try (PageStore open = PageStores.open(StoreConfig.at(store).strategy(strategy).build()); Transaction unfinished = open.begin()) {
            long[] pages = new long[2];
            open.transact(transaction -> {
                for (int index = 0; index < pages.length; index++) {
                    try (WritablePage page = transaction.allocate()) {
                        pages[index] = page.id();
                        page.putLong(0, index);
                    }
                }
            });
            try (WritablePage page = unfinished.write(pages[0])) {
                page.putLong(8, 4711);
            }
            open.transact(transaction -> {
                try (WritablePage page = transaction.write(pages[1])) {
                    page.putLong(8, 4712);
                }
            });
            try (Stream<Path> files = Files.list(store)) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            assertEquals(2, run("log", store.toString()));
            assertTrue(err.toString().contains("is open: "), err::toString);
        }
        return copy;
    }

    /** Every byte of a store but its lock, which says who has it. */
    private static Map<String, ByteBuffer> content(Path store) throws IOException {
        Map<String, ByteBuffer> content = new TreeMap<>();
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.filter(path -> !path.endsWith(".afterimage.lock")).toList()) {
                content.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return content;
    }

    @Test
    @DisplayName("log shows a crashed store's records, all or those asked for, and changes no byte; of a damaged log what can be read, and where the damage is")
    void log() throws IOException {
        for (String strategy : List.of("undo-redo-aries", "postgres-style")) {
            Path store = crashed(strategy);
            Map<String, ByteBuffer> before = content(store);
            assertEquals(0, run("log", store.toString()), err::toString);
            List<String> lines = out.toString().lines().toList();
            assertTrue(lines.get(0).contains("LSN  transaction  type"), out::toString);
            assertTrue(lines.stream().anyMatch(line -> line.contains("commit")), out::toString);
            assertTrue(lines.stream().anyMatch(line -> line.contains(" records shown; the log ends at LSN ")), out::toString);
            assertTrue(lines.get(lines.size() - 1).contains("would begin"), out::toString);
            String third = lines.get(4).strip().split(" ")[0];
            assertEquals(0, run("log", store.toString(), "--from", third, "--limit", "2"));
            List<String> fewer = out.toString().lines().toList();
            assertEquals(lines.subList(4, 6), fewer.subList(2, 4), out::toString);
            assertTrue(fewer.get(5).startsWith("2 records shown; the log goes on at LSN "), out::toString);
            assertEquals(0, run("log", store.toString(), "--page", "1", "--transaction", "1"));
            assertTrue(out.toString().lines().skip(2).takeWhile(line -> !line.isEmpty()).allMatch(line -> line.matches(" *\\d+ +1  .{16} +1  .*")), out::toString);
            assertEquals(before, content(store));

            Path segment = store.resolve(before.keySet().stream().filter(name -> name.length() == 24).findFirst().orElseThrow());
            byte[] bytes = Files.readAllBytes(segment);
            bytes[Integer.parseInt(third) + 30] ^= 1;
            Files.write(segment, bytes);
            assertEquals(1, run("log", store.toString()));
            List<String> damaged = out.toString().lines().toList();
            assertEquals(lines.subList(0, 4), damaged.subList(0, 4));
            assertTrue(damaged.get(5).startsWith("2 records shown; the log is damaged behind LSN "), out::toString);
            assertTrue(damaged.get(6).contains(segment.getFileName().toString()), out::toString);
        }
    }

    @Test
    @DisplayName("log shows innodb-style's redo log by its own names, changes no byte, and says where it is damaged")
    void redoLog() throws IOException {
        Path store = crashed("innodb-style");
        Map<String, ByteBuffer> before = content(store);
        assertEquals(0, run("log", store.toString()), err::toString);
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.get(0).contains("LSN  transaction  type"), out::toString);
        assertTrue(lines.stream().filter(line -> line.contains("commit number ")).count() >= 2, out::toString);
        assertTrue(lines.stream().anyMatch(line -> line.contains("undo page: ")), out::toString);
        assertTrue(lines.get(lines.size() - 2).contains(" records shown; the log ends at LSN "), out::toString);
        assertTrue(lines.get(lines.size() - 1).startsWith("Redo would begin at LSN "), out::toString);
        assertEquals(0, run("log", store.toString(), "--page", "1", "--limit", "1"));
        assertTrue(out.toString().lines().skip(2).findFirst().orElse("").matches(" *\\d+ +(-|\\d+)  .{16} +1  .*"), out::toString);
        assertEquals(before, content(store));

        Path file = store.resolve("redo-0");
        byte[] bytes = Files.readAllBytes(file);
        int[] written = IntStream.range(0, bytes.length).filter(at -> bytes[at] != 0).toArray();
        int damaged = 0;
        for (int index = 0; index < FLIPS; index++) {
            int at = written[(int) ((long) written.length * index / FLIPS)];
            put(file, at, bytes[at] ^ 1);
            int status = run("log", store.toString());
            put(file, at, bytes[at]);
            assertTrue(status == 0 || status == 1, () -> "byte " + at + ": " + err);
            assertEquals(status == 1, out.toString().contains("; the log is damaged behind LSN "), out::toString);
            damaged += status == 1 && out.toString().contains("redo-0") ? 1 : 0;
        }
        assertTrue(damaged > 0, "some of these bytes had been synced, and nothing else tells what they were");
    }

    private static void put(Path file, int at, int value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
        }
    }

    @Test
    @DisplayName("log says so where a strategy keeps none")
    void noLog() throws IOException {
        assertEquals(2, run("log", crashed("shadow-paging").toString()));
        assertTrue(err.toString().contains("the strategy shadow-paging keeps no log that could be shown"), err::toString);
    }

    @Test
    @DisplayName("recover shows phase by phase what it took, in 120 columns at most, and leaves the store closed in good order")
    void recover() throws IOException {
        for (String strategy : List.of("innodb-style", "undo-redo-aries", "postgres-style", "shadow-paging")) {
            Path store = crashed(strategy);
            assertEquals(0, run("recover", store.toString(), "--cache", "4"), err::toString);
            assertTrue(out.toString().startsWith("Recovered after a crash (" + strategy), out::toString);
            assertTrue(out.toString().lines().allMatch(line -> line.length() <= 120), out::toString);
            assertEquals(Set.of("undo-redo-aries", "innodb-style").contains(strategy), out.toString().contains("undone or left out: 1"), out::toString);
            assertEquals(strategy.equals("undo-redo-aries"), out.toString().lines().anyMatch(line -> line.matches("undo +\\d+ +\\d+ +1 +0 +0 +0 +0 +1 +1 .*")), out::toString);
            assertEquals(0, run("recover", store.toString()));
            assertTrue(out.toString().startsWith("The store was closed in good order"), out::toString);
        }
    }

    @Test
    @DisplayName("every command has help")
    void help() {
        for (String command : List.of("strategies", "compare", "conformance", "recover", "log")) {
            assertEquals(0, run(command, "--help"));
            assertTrue(out.toString().contains("Usage: afterimage " + command), out::toString);
        }
    }

    @Test
    @DisplayName("runs as a named module")
    void named() {
        assertTrue(Afterimage.class.getModule().isNamed());
    }
}
