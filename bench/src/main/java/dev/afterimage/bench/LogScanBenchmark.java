package dev.afterimage.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskProvider;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.LogSettings;
import dev.afterimage.wal.WriteAheadLog;
import java.util.ServiceLoader;
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
    private static final long STORE = 1;
    private static final long LOG_BYTES = 64 << 20;

    /** Bytes of each record's body. */
    @Param({"60", "250", "2000"})
    public int bodyBytes;

    private Disk disk;
    private LogAnchor anchor;

    /** Made by JMH. */
    public LogScanBenchmark() {
    }

    /** Writes the log. */
    @Setup(Level.Trial)
    public void write() {
        disk = ServiceLoader.load(DiskProvider.class).stream().map(ServiceLoader.Provider::get).filter(provider -> provider.scheme().equals("memory")).findFirst()
                .orElseThrow().open("scan-" + bodyBytes);
        byte[] bytes = new byte[bodyBytes];
        new SplittableRandom(1).nextBytes(bytes);
        LogRecord record = new FixedRecord(bytes);
        try (WriteAheadLog log = WriteAheadLog.begin(disk, LogSettings.DEFAULT, STORE, LogEnd.NEW_STORE, new SplittableRandom(2), new Deaf())) {
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
        disk.list().forEach(disk::delete);
        disk.close();
    }

    /** One pass. */
    @Benchmark
    public long scan() {
        try (LogReader reader = LogReader.open(disk, LogSettings.DEFAULT, STORE, anchor)) {
            long sum = 0;
            while (reader.next()) {
                sum += reader.transactionId();
            }
            return sum;
        }
    }

    private record FixedRecord(byte[] bytes) implements LogRecord {
        @Override
        public int type() {
            return 1;
        }

        @Override
        public long transactionId() {
            return 1;
        }

        @Override
        public int bodyBytes() {
            return bytes.length;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.put(bytes);
        }
    }

    private record Deaf() implements StrategyEvents {
        @Override
        public void recoveryProgress(RecoveryProgress progress) {
            throw new IllegalStateException("a log has no progress to tell");
        }

        @Override
        public void failed(Throwable cause) {
            throw new IllegalStateException(cause);
        }
    }
}
