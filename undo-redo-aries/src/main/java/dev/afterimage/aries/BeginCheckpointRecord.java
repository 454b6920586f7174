package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecord;

/** A checkpoint begins. */
record BeginCheckpointRecord(long number) implements LogRecord {
    @Override
    public int type() {
        return RecordTypes.BEGIN_CHECKPOINT;
    }

    @Override
    public long transactionId() {
        return 0;
    }

    @Override
    public int bodyBytes() {
        return Long.BYTES;
    }

    @Override
    public void writeBody(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(number);
    }
}
