package dev.afterimage.bench;

import java.util.concurrent.TimeUnit;

import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.LogSettings;
import dev.afterimage.wal.WriteAheadLog;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What one pass over a log costs by itself: reading it, finding the records, checking each. The log, 64 MiB, lies in memory; no file is touched. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LogScanBenchmark {
    private static final long LOG_BYTES = 64 << 20;

    /** Bytes of each record's body. */
    @Param({"60", "250", "2000"})
    public int bodyBytes;

    private LogInMemory memory;
    private LogAnchor anchor;

    /** Made by JMH. */
    public LogScanBenchmark() {
    }

    /** Writes the log. */
    @Setup(Level.Trial)
    public void write() {
        memory = new LogInMemory("scan-" + bodyBytes);
        LogRecord record = LogInMemory.record(bodyBytes);
        try (WriteAheadLog log = memory.begin()) {
            anchor = log.start();
            while (log.endLsn() < LOG_BYTES) {
                log.append(record);
            }
            log.force(log.endLsn() - 1);
        }
    }

    /** Lets go of it. */
    @TearDown(Level.Trial)
    public void close() {
        memory.close();
    }

    /** One pass. */
    @Benchmark
    public long scan() {
        try (LogReader reader = LogReader.open(memory.disk(), LogSettings.DEFAULT, LogInMemory.STORE, anchor)) {
            long sum = 0;
            while (reader.next()) {
                sum += reader.transactionId();
            }
            return sum;
        }
    }
}
