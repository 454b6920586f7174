package dev.afterimage.api;

import java.nio.ByteBuffer;

/**
 * One page, open for reading; offsets run from 0 to {@link #size()} (exclusive), numbers are little-endian.
 *
 * <p>A handle belongs to its transaction's thread and is good until {@link #close()} or the end of the transaction; handles are reused, so never
 * keep one. An offset outside the page throws {@link IndexOutOfBoundsException} naming page, offset and size; a call after close throws
 * {@link IllegalStateException}.
 */
public interface ReadablePage extends AutoCloseable {
    /** The page's number. */
    long id();

    /** Bytes an application may use: {@link PageStore#usablePageBytes()}. */
    int size();

    /** One byte. */
    byte getByte(int offset);

    /** Two bytes, little-endian. */
    short getShort(int offset);

    /** Four bytes, little-endian. */
    int getInt(int offset);

    /** Eight bytes, little-endian. */
    long getLong(int offset);

    /** Copies {@code length} bytes at {@code offset} into {@code target} from {@code targetOffset} on. */
    void getBytes(int offset, byte[] target, int targetOffset, int length);

    /** Copies as many bytes as {@code target} has remaining. */
    void getBytes(int offset, ByteBuffer target);

    /** Lets go of the page's memory; the transaction keeps its lock. Closing twice is harmless. */
    @Override
    void close();
}
