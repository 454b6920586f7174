package dev.afterimage.api;

import java.nio.ByteBuffer;

/**
 * One page, open for reading and writing; other transactions see the changes after commit, this one at once.
 *
 * <p>What was put becomes part of the transaction when the page is closed. Thread rules and exceptions are those of {@link ReadablePage}.
 */
public interface WritablePage extends ReadablePage {
    /** One byte. */
    void putByte(int offset, byte value);

    /** Two bytes, little-endian. */
    void putShort(int offset, short value);

    /** Four bytes, little-endian. */
    void putInt(int offset, int value);

    /** Eight bytes, little-endian. */
    void putLong(int offset, long value);

    /** Copies {@code length} bytes of {@code source} from {@code sourceOffset} on to {@code offset}. */
    void putBytes(int offset, byte[] source, int sourceOffset, int length);

    /** Copies all that {@code source} has remaining. */
    void putBytes(int offset, ByteBuffer source);

    /** Sets {@code length} bytes to one value. */
    void fill(int offset, int length, byte value);
}
