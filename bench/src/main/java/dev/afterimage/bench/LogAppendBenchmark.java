package dev.afterimage.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.afterimage.wal.LogRecord;
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

/** What appending a record to the log costs by itself, checksum included; what has gathered is written to a disk in memory now and then, as it must be. With {@code -t 2} on two threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LogAppendBenchmark {
    /** After so much log, in bytes, its segments are used again. */
    private static final long RECYCLED_BYTES = 64 << 20;

    /** Bytes of each record's body. */
    @Param({"60", "250"})
    public int bodyBytes;

    private LogInMemory memory;
    private WriteAheadLog log;
    private LogRecord record;
    private final AtomicLong recycled = new AtomicLong();

    /** Made by JMH. */
    public LogAppendBenchmark() {
    }

    /** Begins the log. */
    @Setup(Level.Trial)
    public void begin() {
        memory = new LogInMemory("append-" + bodyBytes);
        record = LogInMemory.record(bodyBytes);
        log = memory.begin();
    }

    /** Lets go of it. */
    @TearDown(Level.Trial)
    public void close() {
        log.close();
        memory.close();
    }

    /** One record. */
    @Benchmark
    public long append() {
        long lsn = log.append(record);
        long before = recycled.get();
        if (lsn - before > RECYCLED_BYTES && recycled.compareAndSet(before, lsn)) {
            log.force(lsn);
            log.recycleBefore(lsn);
        }
        return lsn;
    }
}
