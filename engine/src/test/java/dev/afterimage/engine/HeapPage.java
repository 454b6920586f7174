package dev.afterimage.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;

/** Page bytes over an array, and the access to them. */
final class HeapPage implements PageAccess, PageBytes {
    private final long pageId;
    private final byte[] array;
    private final ByteBuffer buffer;
    private final Runnable onClose;
    private boolean closed;

    HeapPage(long pageId, byte[] array, Runnable onClose) {
        this.pageId = pageId;
        this.array = array;
        this.onClose = onClose;
        buffer = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer open() {
        if (closed) {
            throw new IllegalStateException("the memory of page " + pageId + " has been released");
        }
        return buffer;
    }

    @Override
    public long pageId() {
        return pageId;
    }

    @Override
    public PageBytes bytes() {
        return this;
    }

    @Override
    public void close() {
        if (closed) {
            throw new AssertionError("access to page " + pageId + " closed twice");
        }
        closed = true;
        onClose.run();
    }

    @Override
    public int length() {
        return array.length;
    }

    @Override
    public byte getByte(int offset) {
        return open().get(offset);
    }

    @Override
    public short getShort(int offset) {
        return open().getShort(offset);
    }

    @Override
    public int getInt(int offset) {
        return open().getInt(offset);
    }

    @Override
    public long getLong(int offset) {
        return open().getLong(offset);
    }

    @Override
    public void get(int offset, byte[] target, int targetOffset, int length) {
        open().get(offset, target, targetOffset, length);
    }

    @Override
    public void get(int offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, target.remaining(), array.length);
        open();
        target.put(array, offset, target.remaining());
    }

    @Override
    public void putByte(int offset, byte value) {
        open().put(offset, value);
    }

    @Override
    public void putShort(int offset, short value) {
        open().putShort(offset, value);
    }

    @Override
    public void putInt(int offset, int value) {
        open().putInt(offset, value);
    }

    @Override
    public void putLong(int offset, long value) {
        open().putLong(offset, value);
    }

    @Override
    public void put(int offset, byte[] source, int sourceOffset, int length) {
        open().put(offset, source, sourceOffset, length);
    }

    @Override
    public void put(int offset, ByteBuffer source) {
        Objects.checkFromIndexSize(offset, source.remaining(), array.length);
        open();
        source.get(array, offset, source.remaining());
    }

    @Override
    public void fill(int offset, int length, byte value) {
        Objects.checkFromIndexSize(offset, length, array.length);
        open();
        Arrays.fill(array, offset, offset + length, value);
    }
}
