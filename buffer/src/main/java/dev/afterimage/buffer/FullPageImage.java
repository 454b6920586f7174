package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;
import java.nio.ByteBuffer;

/** A reusable flyweight: measure, ask for the size, encode. One thread at a time; the page must stand still (latched) from measure to encode. */
public final class FullPageImage {
    /** Makes an empty flyweight; call {@link #measure} first. */
    public FullPageImage() {}

    public static boolean needed(long imageLsn, long redoPoint) { throw new UnsupportedOperationException("soon"); }

    /** Finds the longest hole of zeros. */
    public void measure(OffHeapBytes page) { throw new UnsupportedOperationException("soon"); }

    public int encodedBytes() { throw new UnsupportedOperationException("soon"); }

    public void encode(ByteBuffer target) { throw new UnsupportedOperationException("soon"); }

    /** Reads one image from the source, moving its position, and overwrites all of the page. */
    public static void decode(ByteBuffer source, OffHeapBytes page) { throw new UnsupportedOperationException("soon"); }
}
