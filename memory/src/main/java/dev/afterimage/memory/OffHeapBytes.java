package dev.afterimage.memory;

import dev.afterimage.spi.PageBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import net.openhft.chronicle.bytes.BytesStore;

/**
 * A bounds-checked window on off-heap memory; numbers are little-endian whatever the machine.
 *
 * <pre>{@code
 * OffHeapBytes page = memory.page(7);
 * page.putLong(24, balance);
 * }</pre>
 *
 * <p>No access makes garbage. No synchronization of its own: whoever shares a window orders its reads and writes, by the frame's latch for example, and no access may run
 * at the same time as the memory's release. A later access throws {@link IllegalStateException}; bytes outside the window throw
 * {@link IndexOutOfBoundsException} and touch nothing.
 */
public final class OffHeapBytes implements PageBytes {
    private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private static final int CACHE_LINE_BYTES = 64;

    private final Slab slab;
    private final int start;
    private final int length;

    /** The caller has checked that the window lies within the slab. */
    OffHeapBytes(Slab slab, int start, int length) {
        this.slab = slab;
        this.start = start;
        this.length = length;
    }

    @Override
    public int length() {
        return length;
    }

    /**
     * A window on part of this one, sharing its bytes. It is a new object: make it once per frame, not once per access.
     *
     * @param offset first byte, 0 to {@link #length()}
     * @param windowLength bytes in the window
     */
    public OffHeapBytes window(int offset, int windowLength) {
        check(offset, windowLength);
        return new OffHeapBytes(slab, start + offset, windowLength);
    }

    @Override
    public byte getByte(int offset) {
        return slab.store().readByte(position(offset, Byte.BYTES));
    }

    @Override
    public short getShort(int offset) {
        short value = slab.store().readShort(position(offset, Short.BYTES));
        return BIG_ENDIAN ? Short.reverseBytes(value) : value;
    }

    @Override
    public int getInt(int offset) {
        int value = slab.store().readInt(position(offset, Integer.BYTES));
        return BIG_ENDIAN ? Integer.reverseBytes(value) : value;
    }

    @Override
    public long getLong(int offset) {
        return littleEndian(slab.store().readLong(position(offset, Long.BYTES)));
    }

    @Override
    public void putByte(int offset, byte value) {
        slab.store().writeByte(position(offset, Byte.BYTES), value);
    }

    @Override
    public void putShort(int offset, short value) {
        slab.store().writeShort(position(offset, Short.BYTES), BIG_ENDIAN ? Short.reverseBytes(value) : value);
    }

    @Override
    public void putInt(int offset, int value) {
        slab.store().writeInt(position(offset, Integer.BYTES), BIG_ENDIAN ? Integer.reverseBytes(value) : value);
    }

    @Override
    public void putLong(int offset, long value) {
        slab.store().writeLong(position(offset, Long.BYTES), littleEndian(value));
    }

    @Override
    public void get(int offset, byte[] target, int targetOffset, int count) {
        Objects.checkFromIndexSize(targetOffset, count, target.length);
        long copied = slab.store().read(position(offset, count), target, targetOffset, count);
        assert copied == count : "Chronicle copied " + copied + " of " + count + " bytes";
    }

    @Override
    public void put(int offset, byte[] source, int sourceOffset, int count) {
        Objects.checkFromIndexSize(sourceOffset, count, source.length);
        slab.store().write(position(offset, count), source, sourceOffset, count);
    }

    @Override
    public void get(int offset, ByteBuffer target) {
        int count = target.remaining();
        long position = position(offset, count);
        BytesStore<?, ?> store = slab.store();
        if (target.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        if (count == 0) {
            return;
        }
        if (target.hasArray()) {
            store.read(position, target.array(), target.arrayOffset() + target.position(), count);
        } else if (DirectAddress.KNOWN) {
            long address = DirectAddress.ofNext(target);
            store.nativeRead(position, address, count);
            DirectAddress.keep(target);
        } else {
            for (int i = 0; i < count; i++) {
                target.put(target.position() + i, store.readByte(position + i));
            }
        }
        target.position(target.limit());
    }

    @Override
    public void put(int offset, ByteBuffer source) {
        int count = source.remaining();
        long position = position(offset, count);
        BytesStore<?, ?> store = slab.store();
        if (count == 0) {
            return;
        }
        if (source.hasArray()) {
            store.write(position, source.array(), source.arrayOffset() + source.position(), count);
        } else if (source.isDirect() && DirectAddress.KNOWN) {
            long address = DirectAddress.ofNext(source);
            store.nativeWrite(address, position, count);
            DirectAddress.keep(source);
        } else {
            for (int i = 0; i < count; i++) {
                store.writeByte(position + i, source.get(source.position() + i));
            }
        }
        source.position(source.limit());
    }

    @Override
    public void fill(int offset, int count, byte value) {
        int position = (int) position(offset, count);
        slab.store();
        if (count > 0) {
            slab.fill(position, count, value);
        }
    }

    /**
     * Copies bytes to another window; right as well when both share memory and overlap.
     *
     * @param offset first byte to read
     * @param target where to write
     * @param targetOffset first byte to write
     * @param count bytes to copy
     */
    public void copyTo(int offset, OffHeapBytes target, int targetOffset, int count) {
        long from = position(offset, count);
        long to = target.position(targetOffset, count);
        BytesStore<?, ?> source = slab.store();
        target.slab.store().write(to, source, from, count);
    }

    /** Whether all bytes from {@code offset} on, {@code count} of them, are zero. */
    public boolean isZero(int offset, int count) {
        long position = position(offset, count);
        long end = position + count;
        BytesStore<?, ?> store = slab.store();
        for (; position + Long.BYTES <= end; position += Long.BYTES) {
            if (store.readLong(position) != 0) {
                return false;
            }
        }
        for (; position < end; position++) {
            if (store.readByte(position) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Has the processor fetch the cache lines of the window's first byte, and the first two and the last of a range: so many loads at once, with so little around them that those of the next windows are
     * under way before these have arrived.
     *
     * @param first first byte of the range
     * @param last its last byte
     * @return a number that means nothing; to be kept somewhere, lest the compiler leave the reading out
     */
    public long touch(int first, int last) {
        check(first, last - first + 1);
        BytesStore<?, ?> store = slab.store();
        long begin = start;
        return store.readByte(begin) + store.readByte(begin + first) + store.readByte(begin + Math.min(first + CACHE_LINE_BYTES, last)) + store.readByte(begin + last);
    }

    private static long littleEndian(long value) {
        return BIG_ENDIAN ? Long.reverseBytes(value) : value;
    }

    /** Where in the slab the byte at {@code offset} is, once it is certain that {@code count} bytes from there on lie in this window. */
    private long position(int offset, int count) {
        check(offset, count);
        return start + offset;
    }

    private void check(int offset, int count) {
        // Written so that no sum can overflow: offset and count may be any integers.
        if ((offset | count) < 0 || offset > length - count) {
            throw outside(offset, count);
        }
    }

    private IndexOutOfBoundsException outside(int offset, int count) {
        return new IndexOutOfBoundsException(count + " bytes at offset " + offset + " are not within this window of " + length + " bytes");
    }

    @Override
    public String toString() {
        return "OffHeapBytes[" + length + " bytes]";
    }
}
