package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A log record about one page, on its way to {@link PageRedo}; a flyweight. */
public final class RedoRecord {
    private long page;
    private long note;
    private long lsn;
    private long transactionId;
    private int type;
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int bodyAt;
    private int bodyBytes;

    RedoRecord() {
    }

    RedoRecord of(long newPage, long newNote, long newLsn, int newType, long newTransactionId, ByteBuffer newBytes, int newBodyAt, int newBodyBytes) {
        page = newPage;
        note = newNote;
        lsn = newLsn;
        type = newType;
        transactionId = newTransactionId;
        bytes = newBytes;
        bodyAt = newBodyAt;
        bodyBytes = newBodyBytes;
        return this;
    }

    /** The page, as whoever added the record said. */
    public long page() {
        return page;
    }

    /** The number that whoever added the record gave it on its way. */
    public long note() {
        return note;
    }

    /** Position of the record's first byte in the log. */
    public long lsn() {
        return lsn;
    }

    /** What kind of record it is, in the strategy's numbering. */
    public int type() {
        return type;
    }

    /** The transaction it belongs to. */
    public long transactionId() {
        return transactionId;
    }

    /** The body, little-endian, from position 0 to the limit: a new view of the bytes each time. */
    public ByteBuffer body() {
        return bytes.slice(bodyAt, bodyBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Memory that holds the body from {@link #bodyAt()} on, little-endian; position and limit are anybody's. An object for each of millions of records would be one more that is not in the processor's caches. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Where in {@link #bytes()} the body begins. */
    public int bodyAt() {
        return bodyAt;
    }

    /** The body's length. */
    public int bodyBytes() {
        return bodyBytes;
    }
}
