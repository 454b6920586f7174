package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.WriteAheadLog;

/** What becomes of a transaction: a commit or an end record. A flyweight. */
final class TransactionRecord implements LogRecord {
    /** Room in the log to be promised for the end record. */
    static final int PROMISE = WriteAheadLog.promiseFor(Long.BYTES);

    private final int type;
    private long transactionId;
    private long prevLsn;

    /**
     * A record.
     *
     * @param type {@link RecordTypes#COMMIT} or {@link RecordTypes#END}
     * @param prevLsn the transaction's record before
     */
    TransactionRecord(int type, long transactionId, long prevLsn) {
        this.type = type;
        of(transactionId, prevLsn);
    }

    /** The same of another transaction. */
    TransactionRecord of(long transaction, long previous) {
        transactionId = transaction;
        prevLsn = previous;
        return this;
    }

    @Override
    public int type() {
        return type;
    }

    @Override
    public long transactionId() {
        return transactionId;
    }

    @Override
    public int bodyBytes() {
        return Long.BYTES;
    }

    @Override
    public void writeBody(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(prevLsn);
    }
}
