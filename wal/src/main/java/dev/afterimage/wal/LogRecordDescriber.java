package dev.afterimage.wal;

import java.nio.ByteBuffer;

/** Describes a strategy's records for {@link LogDump}; the strategy that writes them passes it. */
@FunctionalInterface
public interface LogRecordDescriber {
    /** Says what a record means, in one line of words and numbers; the body is little-endian and good only during the call. */
    String describe(int type, long transactionId, ByteBuffer body);
}
