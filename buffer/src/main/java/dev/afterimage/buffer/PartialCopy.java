package dev.afterimage.buffer;

import java.nio.ByteBuffer;
import java.util.Objects;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.PageBytes;
import org.jspecify.annotations.Nullable;

/**
 * A private copy of a page that is made where it is touched: a small change copies a few cache lines and not the whole page.
 *
 * <pre>{@code
 * copy.begin(home.usable());             // nothing is copied yet; the home stays pinned, and nobody changes it
 * copy.into(frame.usable(), frame);      // each time the private page is opened
 * copy.putLong(4000, 1);                 // copies the part that this lies in, then changes it
 * copy.complete();                       // where all of the private page is wanted
 * }</pre>
 *
 * <p>The page falls into {@value #PARTS} parts. Invariant: what is copied is in the target, and whoever could write the target away learns of it after that ({@link Frame#markChangedByOwner}); the other parts of the target
 * hold anything, and are in the source. Reading copies as well, so that after a part was touched it is read where it is written.
 *
 * <p>One thread; source and target may be read by others meanwhile. Reused, makes no garbage.
 */
public final class PartialCopy implements PageBytes {
    private static final int PARTS = Long.SIZE;
    private static final long ALL = -1;

    private final int length;
    private final int shift;
    private long copied = ALL;
    private @Nullable OffHeapBytes source;
    private @Nullable OffHeapBytes target;
    private @Nullable Frame marked;

    /** For windows of that many bytes. */
    public PartialCopy(int length) {
        if (length < 1) {
            throw new IllegalArgumentException("length: expected at least 1, found " + length);
        }
        this.length = length;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros((length - 1) / PARTS);
        this.shift = bits;
        assert (length - 1) >>> shift < PARTS;
    }

    /** From now on a copy of {@code newSource} of which nothing is copied yet; its bytes stay what they are until {@link #isComplete()}. */
    public void begin(OffHeapBytes newSource) {
        assert newSource.length() == length : newSource + ", " + length;
        source = newSource;
        int parts = (length - 1 >>> shift) + 1;
        copied = parts == PARTS ? 0 : -1L << parts; // what lies behind the end counts as copied
    }

    /** From now on complete: the target is all there is. */
    public void beginComplete() {
        source = null;
        copied = ALL;
    }

    /** As much is copied as of {@code other}, whose target's bytes the caller copies to what will be the target of this one. */
    public void beginAs(PartialCopy other) {
        source = other.source;
        copied = other.copied;
    }

    /**
     * Where the copy is from now on: the same bytes that it was in before.
     *
     * @param frame the pinned frame to {@linkplain Frame#markChangedByOwner mark} when a part was copied; null where the target is nobody else's
     */
    public void into(OffHeapBytes newTarget, @Nullable Frame frame) {
        assert newTarget.length() == length : newTarget + ", " + length;
        target = newTarget;
        marked = frame;
    }

    /** Lets go of memory that may be given to others. */
    public void forget() {
        source = null;
        target = null;
        marked = null;
        copied = ALL;
    }

    /** Whether all of the target is the private page. */
    public boolean isComplete() {
        return copied == ALL;
    }

    /** Copies all that is missing into the target. */
    public void complete() {
        if (copied != ALL) {
            copyParts(0, length - 1 >>> shift);
            copied = ALL;
        }
    }

    /** What it is from then on is in the target, all of it. */
    private OffHeapBytes touch(int offset, int count) {
        int first = offset >>> shift;
        if (first != offset + count - 1 >>> shift || (copied >>> first & 1) == 0) {
            touchParts(offset, count);
        }
        OffHeapBytes bytes = target;
        assert bytes != null : "a copy that is nowhere";
        return bytes;
    }

    private void touchParts(int offset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        if (count > 0 && copied != ALL) {
            copyParts(offset >>> shift, offset + count - 1 >>> shift);
        }
    }

    private void copyParts(int first, int last) {
        OffHeapBytes from = Objects.requireNonNull(source, "nothing to copy from");
        OffHeapBytes to = Objects.requireNonNull(target, "nowhere to copy to");
        long before = copied;
        for (int part = first; part <= last; part++) {
            if ((copied >>> part & 1) == 0) {
                int end = part + 1;
                while (end <= last && (copied >>> end & 1) == 0) {
                    end++;
                }
                int begin = part << shift;
                from.copyTo(begin, to, begin, Math.min(length, end << shift) - begin);
                copied |= end - part == PARTS ? ALL : (1L << end - part) - 1 << part;
                part = end;
            }
        }
        Frame frame = marked;
        if (frame != null && copied != before) {
            frame.markChangedByOwner();
        }
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public byte getByte(int offset) {
        return touch(offset, Byte.BYTES).getByte(offset);
    }

    @Override
    public short getShort(int offset) {
        return touch(offset, Short.BYTES).getShort(offset);
    }

    @Override
    public int getInt(int offset) {
        return touch(offset, Integer.BYTES).getInt(offset);
    }

    @Override
    public long getLong(int offset) {
        return touch(offset, Long.BYTES).getLong(offset);
    }

    @Override
    public void get(int offset, byte[] into, int at, int count) {
        touch(offset, count).get(offset, into, at, count);
    }

    @Override
    public void get(int offset, ByteBuffer into) {
        touch(offset, into.remaining()).get(offset, into);
    }

    @Override
    public void putByte(int offset, byte value) {
        touch(offset, Byte.BYTES).putByte(offset, value);
    }

    @Override
    public void putShort(int offset, short value) {
        touch(offset, Short.BYTES).putShort(offset, value);
    }

    @Override
    public void putInt(int offset, int value) {
        touch(offset, Integer.BYTES).putInt(offset, value);
    }

    @Override
    public void putLong(int offset, long value) {
        touch(offset, Long.BYTES).putLong(offset, value);
    }

    @Override
    public void put(int offset, byte[] from, int at, int count) {
        touch(offset, count).put(offset, from, at, count);
    }

    @Override
    public void put(int offset, ByteBuffer from) {
        touch(offset, from.remaining()).put(offset, from);
    }

    @Override
    public void fill(int offset, int count, byte value) {
        touch(offset, count).fill(offset, count, value);
    }

    @Override
    public String toString() {
        return "PartialCopy[" + Long.bitCount(copied) + " of " + PARTS + " parts]";
    }
}
