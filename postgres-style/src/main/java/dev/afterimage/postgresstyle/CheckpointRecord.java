package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecord;

/** Says that a checkpoint is about to be completed. */
record CheckpointRecord(long redoPoint, long highestTransactionId, long number) implements LogRecord {
    /** The record that a body holds. */
    static CheckpointRecord of(ByteBuffer body) {
        body.order(ByteOrder.LITTLE_ENDIAN);
        int base = body.position();
        return new CheckpointRecord(body.getLong(base), body.getLong(base + 8), body.getLong(base + 16));
    }

    @Override
    public int type() {
        return RecordTypes.CHECKPOINT;
    }

    @Override
    public long transactionId() {
        return 0;
    }

    @Override
    public int bodyBytes() {
        return 3 * Long.BYTES;
    }

    @Override
    public void writeBody(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(redoPoint).putLong(highestTransactionId).putLong(number);
    }
}
