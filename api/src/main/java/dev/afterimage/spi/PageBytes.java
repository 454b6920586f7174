package dev.afterimage.spi;

import java.nio.ByteBuffer;

/**
 * A bounds-checked window on memory; offsets run from 0 to {@link #length()} (exclusive), numbers are little-endian.
 *
 * <p>No synchronization of its own. Every method throws {@link IndexOutOfBoundsException} for bytes outside the window, and {@link IllegalStateException} once the
 * memory has been released.
 */
public interface PageBytes {
    /** Bytes in the window. */
    int length();

    /** One byte. */
    byte getByte(int offset);

    /** Two bytes. */
    short getShort(int offset);

    /** Four bytes. */
    int getInt(int offset);

    /** Eight bytes. */
    long getLong(int offset);

    /** Copies {@code length} bytes into an array. */
    void get(int offset, byte[] target, int targetOffset, int length);

    /** Copies as many bytes as {@code target} has remaining, and moves its position. */
    void get(int offset, ByteBuffer target);

    /** One byte. */
    void putByte(int offset, byte value);

    /** Two bytes. */
    void putShort(int offset, short value);

    /** Four bytes. */
    void putInt(int offset, int value);

    /** Eight bytes. */
    void putLong(int offset, long value);

    /** Copies {@code length} bytes from an array. */
    void put(int offset, byte[] source, int sourceOffset, int length);

    /** Copies all that {@code source} has remaining, and moves its position. */
    void put(int offset, ByteBuffer source);

    /** Sets {@code length} bytes to one value. */
    void fill(int offset, int length, byte value);
}
