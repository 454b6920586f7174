package dev.afterimage.wal;

import java.nio.ByteBuffer;

import dev.afterimage.spi.storage.Disk;

/** Reads a log back, from an anchor to its end. */
public final class LogReader implements AutoCloseable {
    private LogReader() {
    }

    /** Opens the log at an anchor. */
    public static LogReader open(Disk disk, LogSettings settings, long storeId, LogAnchor from) {
        throw new UnsupportedOperationException("being written");
    }

    /** Goes to the next record of the strategy. */
    public boolean next() {
        throw new UnsupportedOperationException("being written");
    }

    /** Position of the record. */
    public long lsn() {
        throw new UnsupportedOperationException("being written");
    }

    /** Position after the record. */
    public long endLsn() {
        throw new UnsupportedOperationException("being written");
    }

    /** The timeline the record lies in. */
    public int timeline() {
        throw new UnsupportedOperationException("being written");
    }

    /** The record's type. */
    public int type() {
        throw new UnsupportedOperationException("being written");
    }

    /** The record's transaction. */
    public long transactionId() {
        throw new UnsupportedOperationException("being written");
    }

    /** The record's body, little-endian; the same object each time, good until the next {@link #next()}. */
    public ByteBuffer body() {
        throw new UnsupportedOperationException("being written");
    }

    /** Where reading ended, once {@link #next()} was false; makes the tail durable first. */
    public LogEnd end() {
        throw new UnsupportedOperationException("being written");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("being written");
    }
}
