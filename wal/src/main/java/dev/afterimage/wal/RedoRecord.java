package dev.afterimage.wal;

import java.nio.ByteBuffer;

/** A log record about one page, on its way to {@link PageRedo}; a flyweight. */
public final class RedoRecord {
    private long page;
    private long note;
    private long lsn;
    private long transactionId;
    private int type;
    private ByteBuffer body = ByteBuffer.allocate(0);

    RedoRecord() {
    }

    RedoRecord of(long newPage, long newNote, long newLsn, int newType, long newTransactionId, ByteBuffer newBody) {
        page = newPage;
        note = newNote;
        lsn = newLsn;
        type = newType;
        transactionId = newTransactionId;
        body = newBody;
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

    /** The body, little-endian, from position 0 to the limit. */
    public ByteBuffer body() {
        return body;
    }
}
