package dev.afterimage.wal;

import java.nio.ByteBuffer;

/** Describes a strategy's records for {@link LogDump}; the strategy that writes them passes it. */
@FunctionalInterface
public interface LogRecordDescriber {
    /**
     * Says what a record means.
     *
     * @param body little-endian and good only during the call
     */
    LogRecordDescription describe(int type, long transactionId, ByteBuffer body);
}
