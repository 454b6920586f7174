package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.WriteAheadLog;

/**
 * What becomes of a transaction: a commit or an end record.
 *
 * @param type {@link RecordTypes#COMMIT} or {@link RecordTypes#END}
 * @param prevLsn the transaction's record before
 */
record TransactionRecord(int type, long transactionId, long prevLsn) implements LogRecord {
    /** Room in the log to be promised for the end record. */
    static final int PROMISE = WriteAheadLog.promiseFor(Long.BYTES);

    @Override
    public int bodyBytes() {
        return Long.BYTES;
    }

    @Override
    public void writeBody(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(prevLsn);
    }
}
