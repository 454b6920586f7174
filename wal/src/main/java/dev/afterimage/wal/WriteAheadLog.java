package dev.afterimage.wal;

import java.time.Duration;
import java.util.random.RandomGenerator;

import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;

/** The write-ahead log. */
public final class WriteAheadLog implements AutoCloseable {
    private WriteAheadLog() {
    }

    /** Begins a timeline of its own after the end that reading found. */
    public static WriteAheadLog begin(Disk disk, LogSettings settings, long storeId, LogEnd after, RandomGenerator random, StrategyEvents events) {
        throw new UnsupportedOperationException("being written");
    }

    /** First position of this opening's records. */
    public LogAnchor start() {
        throw new UnsupportedOperationException("being written");
    }

    /** Copies a record into the log buffer and returns its position. */
    public long append(LogRecord record) {
        throw new UnsupportedOperationException("being written");
    }

    /** Returns when the record at {@code lsn} is handed to the operating system. */
    public void write(long lsn) {
        throw new UnsupportedOperationException("being written");
    }

    /** Returns when the record at {@code lsn} and all before it are synced. */
    public void force(long lsn) {
        throw new UnsupportedOperationException("being written");
    }

    /** Position after the last record appended. */
    public long endLsn() {
        throw new UnsupportedOperationException("being written");
    }

    /** All before this position is handed to the operating system. */
    public long writtenLsn() {
        throw new UnsupportedOperationException("being written");
    }

    /** All before this position is durable. */
    public long syncedLsn() {
        throw new UnsupportedOperationException("being written");
    }

    /** Frees the segments that lie wholly before {@code lsn}. */
    public void recycleBefore(long lsn) {
        throw new UnsupportedOperationException("being written");
    }

    /** Syncs behind the appenders, so that nothing stays unsynced longer than about {@code window}. */
    public void flushEvery(BackgroundTasks tasks, Duration window) {
        throw new UnsupportedOperationException("being written");
    }

    /** Counters since this log was begun. */
    public LogStatistics statistics() {
        throw new UnsupportedOperationException("being written");
    }

    /** Lets go of memory and files; forces nothing. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("being written");
    }
}
