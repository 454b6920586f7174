package dev.afterimage.examples.rollbackjournal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;
import org.jspecify.annotations.Nullable;

/**
 * Memory for one page, and the access that the engine is given to it: steal means that readers and writers work on the page itself. Several readers share one frame; each closes it once.
 *
 * <p>{@code page}, {@code pins}, {@code busy} and {@code used} are the cache's, under its lock. The bytes and {@code changedBy} belong to whoever holds the page's lock in the engine while the frame is pinned,
 * and to the cache while it is not.
 */
final class Frame implements PageAccess {
    private final PageCache cache;
    private final ByteBuffer bytes;
    private final PageBytes usable;
    long page;
    int pins;
    /** Being read or written by one thread; all others wait. */
    boolean busy;
    /** Pinned since the clock's hand last came by. */
    boolean used;
    /** The page as the unfinished transaction that changed it knows it; null if the frame holds what is at home. */
    @Nullable TouchedPage changedBy;

    Frame(PageCache cache, ByteBuffer bytes) {
        this.cache = cache;
        this.bytes = bytes;
        usable = new Window(bytes.slice(HomePages.USABLE_FROM, bytes.capacity() - HomePages.RESERVED_BYTES).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** The whole page, what is ours included. */
    ByteBuffer whole() {
        return bytes;
    }

    @Override
    public long pageId() {
        return page;
    }

    @Override
    public PageBytes bytes() {
        return usable;
    }

    @Override
    public void close() {
        cache.unpin(this);
    }

    /** A buffer seen as the interface wants it; the buffer itself checks the bounds. */
    private record Window(ByteBuffer buffer) implements PageBytes {
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
}
