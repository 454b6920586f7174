package com.example.mystrategy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;

/** An open page whose bytes are an array. The buffer checks the bounds. */
final class HeapPage implements PageAccess, PageBytes {
    private final long pageId;
    private final ByteBuffer buffer;

    HeapPage(long pageId, byte[] bytes) {
        this.pageId = pageId;
        buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
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
    }

    @Override
    public int length() {
        return buffer.capacity();
    }

    @Override
    public byte getByte(int offset) {
        return buffer.get(offset);
    }

    @Override
    public short getShort(int offset) {
        return buffer.getShort(offset);
    }

    @Override
    public int getInt(int offset) {
        return buffer.getInt(offset);
    }

    @Override
    public long getLong(int offset) {
        return buffer.getLong(offset);
    }

    @Override
    public void get(int offset, byte[] target, int targetOffset, int length) {
        buffer.get(offset, target, targetOffset, length);
    }

    @Override
    public void get(int offset, ByteBuffer target) {
        target.put(buffer.slice(offset, target.remaining()));
    }

    @Override
    public void putByte(int offset, byte value) {
        buffer.put(offset, value);
    }

    @Override
    public void putShort(int offset, short value) {
        buffer.putShort(offset, value);
    }

    @Override
    public void putInt(int offset, int value) {
        buffer.putInt(offset, value);
    }

    @Override
    public void putLong(int offset, long value) {
        buffer.putLong(offset, value);
    }

    @Override
    public void put(int offset, byte[] source, int sourceOffset, int length) {
        buffer.put(offset, source, sourceOffset, length);
    }

    @Override
    public void put(int offset, ByteBuffer source) {
        buffer.slice(offset, source.remaining()).put(source);
    }

    @Override
    public void fill(int offset, int length, byte value) {
        ByteBuffer range = buffer.slice(offset, length);
        while (range.hasRemaining()) {
            range.put(value);
        }
    }
}
