package dev.afterimage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.cli.benchmark.BenchmarkRow;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What is measured for comparison, and how")
class RawLimitsTest {
    private static final int LANES = 5;
    private static final int BYTES = 256;

    @Test
    @DisplayName("the group commit writes every append of every thread, once")
    void groupAppendWritesAll(@TempDir Path folder) throws IOException {
        AtomicLongArray appended = new AtomicLongArray(LANES);
        try (RawFile file = RawFile.make(folder.resolve("log"), 64 << 20); FileChannel channel = file.open(StandardOpenOption.WRITE)) {
            GroupAppend group = new GroupAppend(channel, file.bytes(), LANES, BYTES);
            ClosedLoop.run(LANES, 30_000_000, lane -> {
                byte[] bytes = new byte[BYTES];
                Arrays.fill(bytes, (byte) (lane + 1));
                Operation append = group.appends(bytes);
                return () -> {
                    append.once();
                    appended.incrementAndGet(lane);
                };
            });
            long[] found = new long[LANES];
            byte[] written = Files.readAllBytes(file.path());
            for (int at = 0; written[at] != 0; at += BYTES) {
                byte lane = written[at];
                for (int i = at; i < at + BYTES; i++) {
                    assertEquals(lane, written[i]);
                }
                found[lane - 1]++;
            }
            for (int lane = 0; lane < LANES; lane++) {
                assertTrue(found[lane] > 0);
                assertEquals(appended.get(lane), found[lane], "appends of thread " + lane);
            }
        }
    }

    @Test
    @DisplayName("an operation that fails ends the sample of all threads, and is told")
    void failure() {
        IOException failed = new IOException("as arranged");
        IllegalStateException told = assertThrows(IllegalStateException.class, () -> ClosedLoop.run(2, 3_600_000_000_000L, lane -> () -> {
            throw failed;
        }));
        assertSame(failed, told.getCause());
    }

    @Test
    @DisplayName("a row is the median of its rounds, its ratio the median of ratios to the raw rate of the same round, in units of the row")
    void rows() {
        MeasuredRow row = new MeasuredRow(new Measurement.Subject("read-cached", "some", 2, "none", "page reads", 10, new Measurement.RawLimit("R4p", 2, 1)));
        for (int[] round : new int[][] {{100, 2000}, {300, 10_000}, {200, 4000}}) {
            Histogram latency = ClosedLoop.histogram();
            latency.recordValue(round[0] * 1000L);
            row.add(new Sample(round[0], latency, latency, 20_000, 8), round[1]);
        }
        BenchmarkRow measured = row.row();
        assertEquals(2000, measured.perSecond());
        assertEquals(0.5, measured.ratioToRaw());
        assertEquals(1, measured.spread());
        assertEquals(1000, measured.perSecondMin());
        assertEquals(3000, measured.perSecondMax());
        assertEquals(200, measured.p50Micros(), 2);
        assertEquals(2, measured.cpuMicros());
        assertEquals("R4p x 2", measured.rawLimit());
    }

    @Test
    @DisplayName("operations that would have begun while one was held up are put back: 99 of a millisecond and one of a hundred have a 99th percentile of some 100 milliseconds")
    void coordinatedOmission() {
        Histogram latency = ClosedLoop.histogram();
        latency.recordValueWithCount(1_000_000, 99);
        latency.recordValue(100_000_000);
        Sample sample = Sample.of(latency, 199_000_000, 0);
        assertEquals(1_000_000, sample.latencyNanos().getValueAtPercentile(99), 20_000);
        assertTrue(sample.correctedNanos().getValueAtPercentile(99) > 95_000_000);
        assertEquals(100 * 1e9 / 199_000_000, sample.perSecond(), 1e-6);
    }
}
