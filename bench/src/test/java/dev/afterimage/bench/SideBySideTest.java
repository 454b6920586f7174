package dev.afterimage.bench;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The command bench")
class SideBySideTest {
    private static final List<String> KEYS = List.of("benchmark", "strategy", "threads", "durability", "perSecond", "p50Micros", "p99Micros", "ratioToRaw", "spread");
    private static final Set<String> STRATEGIES = Set.of("innodb-style", "postgres-style", "shadow-paging", "undo-redo-aries");

    @TempDir
    private Path folder;

    @Test
    @DisplayName("runs every row of every strategy, in a table of 120 columns and in JSON with the keys that were promised; no figure is judged here")
    void everyRow() throws IOException, InterruptedException {
        Path json = folder.resolve("figures.json");
        List<String> lines = bench("--tiny", "--rounds", "1", "--seconds", "0.002", "--threads", "1,2", "--json", json.toString(), "--folder", folder.resolve("work").toString());
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120), () -> String.join("\n", lines));
        JsonArray rows = JsonParser.parseString(Files.readString(json)).getAsJsonArray();
        Set<String> found = new TreeSet<>();
        for (JsonElement element : rows) {
            JsonObject row = element.getAsJsonObject();
            assertEquals(KEYS, List.copyOf(row.keySet()).subList(0, KEYS.size()));
            for (String key : row.keySet()) {
                if (row.get(key).getAsJsonPrimitive().isNumber()) {
                    double number = row.get(key).getAsDouble();
                    assertTrue(Double.isFinite(number) && number >= 0, () -> key + " in " + row);
                }
            }
            assertAll(Stream.of("threads", "perSecond", "p50Micros", "p99Micros", "ratioToRaw").map(key -> () -> assertTrue(row.get(key).getAsDouble() > 0, () -> key + " in " + row)));
            assertTrue(row.get("p99Micros").getAsDouble() >= row.get("p50Micros").getAsDouble(), row::toString);
            assertTrue(found.add(row.get("benchmark").getAsString() + " " + row.get("strategy").getAsString() + " " + row.get("threads").getAsInt() + " " + row.get("durability").getAsString()),
                    () -> "twice: " + row);
        }
        assertEquals(List.of(), expected().stream().filter(row -> !found.contains(row)).toList());
        try (Stream<Path> left = Files.list(folder.resolve("work"))) {
            assertEquals(List.of(), left.toList(), "what was made is deleted");
        }
    }

    private static List<String> expected() {
        List<String> rows = new ArrayList<>();
        for (String strategy : STRATEGIES) {
            for (String level : List.of("POWER_SAFE", "PROCESS_SAFE", "RELAXED")) {
                rows.add("transfer " + strategy + " 1 " + level);
                rows.add("transfer " + strategy + " 2 " + level);
                rows.add("transfer-hot " + strategy + " 2 " + level);
            }
            if (VirtualThreads.exist()) {
                rows.add("transfer-virtual " + strategy + " 100 POWER_SAFE");
            }
            for (String read : List.of("read-cached", "read-uncached")) {
                rows.add(read + " " + strategy + " 1 none");
                rows.add(read + " " + strategy + " 2 none");
            }
            for (String piece : List.of("bulk-load", "rollback", "restart")) {
                rows.add(piece + " " + strategy + " 1 none");
            }
        }
        rows.addAll(List.of("R1 raw 1 POWER_SAFE", "R1g raw 1 POWER_SAFE", "R1g raw 2 POWER_SAFE", "R1w raw 2 PROCESS_SAFE", "R2 raw 1 none", "R3 raw 1 none", "R4 raw 1 none"));
        Set<String> named = rows.stream().map(row -> row.substring(0, row.indexOf(' '))).collect(Collectors.toSet());
        assertTrue(Arrays.stream(Benchmark.values()).filter(benchmark -> !benchmark.isRaw() && (benchmark != Benchmark.TRANSFER_VIRTUAL || VirtualThreads.exist())).allMatch(benchmark -> named.contains(benchmark.id())), "a benchmark is not looked for");
        return rows;
    }

    @Test
    @DisplayName("measures what a chosen benchmark is compared with, and nothing else")
    void narrowed() throws IOException, InterruptedException {
        Path json = folder.resolve("figures.json");
        bench("--tiny", "--rounds", "1", "--seconds", "0.002", "--threads", "2", "--durability", "POWER_SAFE", "--strategy", "shadow-paging", "--benchmark", "transfer", "--json", json.toString(),
                "--folder", folder.resolve("work").toString());
        List<String> names = JsonParser.parseString(Files.readString(json)).getAsJsonArray().asList().stream().map(row -> row.getAsJsonObject().get("benchmark").getAsString()).toList();
        assertEquals(List.of("R1", "R1g", "transfer"), names);
    }

    @Test
    @DisplayName("names the benchmarks there are when it is asked for another, in one line")
    void unknown() throws IOException, InterruptedException {
        List<String> complaint = command(2, "--benchmark", "R9");
        assertEquals(1, complaint.size(), complaint::toString);
        assertTrue(complaint.get(0).startsWith("afterimage: unknown benchmark \"R9\"; there are R1, R1-c, "), complaint::toString);
    }

    private List<String> bench(String... arguments) throws IOException, InterruptedException {
        return command(0, arguments);
    }

    /** The command as the launcher starts it, without most of the compiler: that is enough here. Returns what it printed, or complained of. */
    private List<String> command(int status, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-Xmx512m", "-p",
                System.getProperty("jdk.module.path"), "-m", "dev.afterimage.cli/dev.afterimage.cli.Afterimage", "bench"));
        command.addAll(List.of(arguments));
        Path printed = folder.resolve("printed");
        Path complained = folder.resolve("complained");
        Process process = new ProcessBuilder(command).redirectOutput(printed.toFile()).redirectError(complained.toFile()).start();
        assertTrue(process.waitFor(5, TimeUnit.MINUTES));
        assertEquals(status, process.exitValue(), Files.readString(complained, StandardCharsets.UTF_8));
        return Files.readAllLines(status == 0 ? printed : complained, StandardCharsets.UTF_8);
    }
}
