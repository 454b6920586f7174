package dev.afterimage.bench;

import java.nio.ByteBuffer;
import java.util.ServiceLoader;
import java.util.SplittableRandom;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskProvider;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.LogSettings;
import dev.afterimage.wal.WriteAheadLog;

/** A log of equal records on a disk in memory. */
final class LogInMemory implements AutoCloseable {
    static final long STORE = 1;

    private final Disk disk;

    LogInMemory(String name) {
        disk = ServiceLoader.load(DiskProvider.class).stream().map(ServiceLoader.Provider::get).filter(provider -> provider.scheme().equals("memory")).findFirst().orElseThrow().open(name);
    }

    Disk disk() {
        return disk;
    }

    /** Begins a new log. */
    WriteAheadLog begin() {
        return WriteAheadLog.begin(disk, LogSettings.DEFAULT, STORE, LogEnd.NEW_STORE, new SplittableRandom(2), new Deaf());
    }

    /** A record with a body of so many random bytes. */
    static LogRecord record(int bodyBytes) {
        byte[] bytes = new byte[bodyBytes];
        new SplittableRandom(1).nextBytes(bytes);
        return new FixedRecord(bytes);
    }

    @Override
    public void close() {
        disk.list().forEach(disk::delete);
        disk.close();
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
