package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecord;

/** A redo record of a page that ceases to exist; like an image, it says everything about the page. A flyweight. */
final class GoneRecord implements LogRecord {
    private long transactionId;
    private long pageId;

    /** Points it at a page. */
    GoneRecord of(long transactionId, long pageId) {
        this.transactionId = transactionId;
        this.pageId = pageId;
        return this;
    }

    @Override
    public int type() {
        return RecordTypes.GONE;
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
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(pageId);
    }

    /** The page it is about. */
    static long pageId(ByteBuffer body) {
        return body.order(ByteOrder.LITTLE_ENDIAN).getLong(body.position());
    }
}
