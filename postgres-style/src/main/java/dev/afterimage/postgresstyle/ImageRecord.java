package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.buffer.FullPageImage;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.wal.LogRecord;

/** A redo record of a whole page, without its zero hole; a flyweight. The page stands still from {@link #of} until it has been appended. */
final class ImageRecord implements LogRecord {
    private final FullPageImage image = new FullPageImage();
    private long transactionId;
    private long pageId;

    /** Points it at a page, header and all. */
    ImageRecord of(long transactionId, long pageId, OffHeapBytes page) {
        this.transactionId = transactionId;
        this.pageId = pageId;
        image.measure(page);
        return this;
    }

    @Override
    public int type() {
        return RecordTypes.IMAGE;
    }

    @Override
    public long transactionId() {
        return transactionId;
    }

    @Override
    public int bodyBytes() {
        return Long.BYTES + image.encodedBytes();
    }

    @Override
    public void writeBody(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(pageId);
        image.encode(target);
    }

    /** The page it is about. */
    static long pageId(ByteBuffer body) {
        return body.order(ByteOrder.LITTLE_ENDIAN).getLong(body.position());
    }

    /** Overwrites all of a page, its header too. */
    static void apply(ByteBuffer body, OffHeapBytes page) {
        body.order(ByteOrder.LITTLE_ENDIAN);
        int start = body.position();
        body.position(start + Long.BYTES);
        FullPageImage.decode(body, page);
        body.position(start);
    }
}
