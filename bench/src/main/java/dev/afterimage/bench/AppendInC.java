package dev.afterimage.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.cli.benchmark.BenchmarkRow;
import org.HdrHistogram.Histogram;

/** R1 without Java: a few lines of C, compiled on the spot where there is a {@code cc}. */
final class AppendInC implements Measurement {
    private final Subject subject;
    private final RawFile file;
    private final Path program;

    private AppendInC(Subject subject, RawFile file, Path program) {
        this.subject = subject;
        this.file = file;
        this.program = program;
    }

    /**
     * Compiles it.
     *
     * @throws IOException if there is no compiler, or it does not like the program
     */
    static AppendInC compile(Benchmark benchmark, Path folder, long fileBytes, RawLimit raw) throws IOException {
        Path source = folder.resolve("append.c");
        Path program = folder.resolve("append");
        try (InputStream shipped = AppendInC.class.getResourceAsStream("append.c")) {
            Files.copy(shipped, source);
        }
        output(List.of("cc", "-O2", "-o", program.toString(), source.toString()));
        Subject subject = new Subject(benchmark.id(), BenchmarkRow.RAW, 1, Durability.POWER_SAFE.name(), "appends", 1, raw);
        return new AppendInC(subject, RawFile.make(folder.resolve(benchmark.id()), fileBytes), program);
    }

    private static List<String> output(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines;
        try (BufferedReader printed = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines = printed.lines().toList();
        }
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command.get(0) + " ended with " + process.exitValue() + ": " + String.join(" ", lines));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return lines;
    }

    @Override
    public Subject subject() {
        return subject;
    }

    @Override
    public Sample measure(long nanos) throws IOException {
        Histogram latency = ClosedLoop.histogram();
        long all = 0;
        for (String line : output(List.of(program.toString(), file.path().toString(), Long.toString(file.bytes()), Long.toString(nanos)))) {
            latency.recordValue(Long.parseLong(line));
            all += Long.parseLong(line);
        }
        return Sample.of(latency, all, 0);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
