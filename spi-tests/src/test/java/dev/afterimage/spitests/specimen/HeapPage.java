package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;

/** A page of a specimen, in an array, without the first bytes, which the specimen keeps for itself. */
final class HeapPage implements PageAccess, PageBytes {
    private final long pageId;
    private final ByteBuffer bytes;

    HeapPage(long pageId, byte[] page, int headerBytes) {
        this.pageId = pageId;
        this.bytes = ByteBuffer.wrap(page, headerBytes, page.length - headerBytes).slice().order(ByteOrder.LITTLE_ENDIAN);
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
        // Nothing is pinned.
    }

    @Override
    public int length() {
        return bytes.capacity();
    }

    @Override
    public byte getByte(int offset) {
        return bytes.get(offset);
    }

    @Override
    public short getShort(int offset) {
        return bytes.getShort(offset);
    }

    @Override
    public int getInt(int offset) {
        return bytes.getInt(offset);
    }

    @Override
    public long getLong(int offset) {
        return bytes.getLong(offset);
    }

    @Override
    public void get(int offset, byte[] target, int targetOffset, int length) {
        bytes.get(offset, target, targetOffset, length);
    }

    @Override
    public void get(int offset, ByteBuffer target) {
        int length = target.remaining();
        Objects.checkFromIndexSize(offset, length, length());
        target.put(bytes.slice(offset, length));
    }

    @Override
    public void putByte(int offset, byte value) {
        bytes.put(offset, value);
    }

    @Override
    public void putShort(int offset, short value) {
        bytes.putShort(offset, value);
    }

    @Override
    public void putInt(int offset, int value) {
        bytes.putInt(offset, value);
    }

    @Override
    public void putLong(int offset, long value) {
        bytes.putLong(offset, value);
    }

    @Override
    public void put(int offset, byte[] source, int sourceOffset, int length) {
        bytes.put(offset, source, sourceOffset, length);
    }

    @Override
    public void put(int offset, ByteBuffer source) {
        int length = source.remaining();
        bytes.put(offset, source, source.position(), length);
        source.position(source.limit());
    }

    @Override
    public void fill(int offset, int length, byte value) {
        Objects.checkFromIndexSize(offset, length, length());
        for (int index = 0; index < length; index++) {
            bytes.put(offset + index, value);
        }
    }
}
