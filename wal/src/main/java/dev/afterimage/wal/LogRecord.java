package dev.afterimage.wal;

import java.nio.ByteBuffer;

/**
 * A record as the strategy hands it to {@link WriteAheadLog#append}: a flyweight, read once during the call and not kept, so one object may serve
 * any number of appends.
 */
public interface LogRecord {
    /** What kind of record it is, in the strategy's own numbering: {@value RecordFormat#MIN_TYPE} to {@value RecordFormat#MAX_TYPE}. */
    int type();

    /** The transaction it belongs to, or any number the strategy likes where there is none. */
    long transactionId();

    /** Bytes of the body: 0 to {@link LogSettings#maxBodyBytes()}. */
    int bodyBytes();

    /**
     * Writes exactly {@link #bodyBytes()} bytes, beginning at the target's position; the target is little-endian and ends where the body ends. Whoever forces the log
     * waits for it, so it must only copy, and must not call the log. Other records' bodies may be written at the same time. What it throws passes through {@code append}, which then
     * has appended nothing that is ever read.
     */
    void writeBody(ByteBuffer target);
}
