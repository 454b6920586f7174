package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecord;

/**
 * The record that makes a transaction's records count. It names the first of them and their number, so that recovery notices if one is missing between. A flyweight.
 */
final class CommitRecord implements LogRecord {
    private static final int RECORDS = 8;

    private long transactionId;
    private long firstLsn;
    private int records;

    /** Says what it commits. */
    CommitRecord of(long transactionId, long firstLsn, int records) {
        assert firstLsn > 0 && records > 0 : "a commit of " + records + " records from " + firstLsn;
        this.transactionId = transactionId;
        this.firstLsn = firstLsn;
        this.records = records;
        return this;
    }

    @Override
    public int type() {
        return RecordTypes.COMMIT;
    }

    @Override
    public long transactionId() {
        return transactionId;
    }

    @Override
    public int bodyBytes() {
        return RECORDS + Integer.BYTES;
    }

    @Override
    public void writeBody(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(firstLsn).putInt(records);
    }

    /** The LSN of the transaction's first record. */
    static long firstLsn(ByteBuffer body) {
        return body.order(ByteOrder.LITTLE_ENDIAN).getLong(body.position());
    }

    /** How many records the transaction has, this one not counted. */
    static int records(ByteBuffer body) {
        return body.order(ByteOrder.LITTLE_ENDIAN).getInt(body.position() + RECORDS);
    }
}
