package dev.afterimage.buffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.memory.OffHeapBytes;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A whole page for the log, without its longest run of zeros: the guard against torn pages.
 *
 * <p>The first change of a page after each checkpoint logs the page whole; recovery starts from that image, so it does not matter what a crash left of the page
 * at home. (PostgreSQL's {@code full_page_writes}; it leaves out the hole between the page's two ends, where ours is found by looking for zeros, since a page
 * is opaque here.)
 *
 * <pre>{@code
 * image.measure(frame.page());              // the page stands still, latched or private, until it is encoded
 * ByteBuffer body = room(image.encodedBytes());
 * image.encode(body);
 * ...
 * FullPageImage.decode(body, frame.page()); // the page is now what it was, byte for byte
 * }</pre>
 *
 * <table>
 * <caption>Layout, little-endian</caption>
 * <tr><th>bytes</th><th>what</th></tr>
 * <tr><td>4</td><td>page size</td></tr>
 * <tr><td>4</td><td>first byte of the hole</td></tr>
 * <tr><td>4</td><td>bytes in the hole; 0 if there is none</td></tr>
 * <tr><td>rest</td><td>the bytes before the hole, then those after it</td></tr>
 * </table>
 *
 * <p>A flyweight to be used again and again by one thread at a time.
 */
public final class FullPageImage {
    private static final int PREFIX_BYTES = 3 * Integer.BYTES;

    private @Nullable OffHeapBytes page;
    private int holeOffset;
    private int holeLength;

    /** Ready for {@link #measure}. */
    public FullPageImage() {}

    /** Most bytes that an image of a page can take. */
    public static int encodedBytesMax(int pageSize) {
        return PREFIX_BYTES + pageSize;
    }

    /**
     * Whether a change has to log the page whole: its last image will not be replayed by a recovery that starts at the redo point.
     *
     * @param imageLsn the log record with the page's last image, 0 if there is none
     * @param redoPoint the first log record that recovery would read
     */
    public static boolean needed(long imageLsn, long redoPoint) {
        return imageLsn == 0 || imageLsn < redoPoint;
    }

    /** Looks at a page and finds its hole, in steps of 8 bytes. */
    public void measure(OffHeapBytes source) {
        page = source;
        holeOffset = 0;
        holeLength = 0;
        int length = source.length();
        int runStart = 0;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            if (source.getLong(i) != 0) {
                consider(runStart, i);
                runStart = i + Long.BYTES;
            }
        }
        consider(runStart, i);
    }

    private void consider(int runStart, int runEnd) {
        if (runEnd - runStart > holeLength) {
            holeOffset = runStart;
            holeLength = runEnd - runStart;
        }
    }

    /** Bytes that {@link #encode} will write. */
    public int encodedBytes() {
        return PREFIX_BYTES + measured().length() - holeLength;
    }

    /**
     * Writes the image at the target's position, which moves.
     *
     * @throws BufferOverflowException if the target has no room for {@link #encodedBytes()}; nothing was written then
     */
    public void encode(ByteBuffer target) {
        OffHeapBytes source = measured();
        if (target.remaining() < encodedBytes()) {
            throw new BufferOverflowException();
        }
        ByteOrder order = target.order();
        target.order(ByteOrder.LITTLE_ENDIAN);
        target.putInt(source.length()).putInt(holeOffset).putInt(holeLength);
        target.order(order);
        int limit = target.limit();
        target.limit(target.position() + holeOffset);
        source.get(0, target);
        int afterHole = holeOffset + holeLength;
        target.limit(target.position() + source.length() - afterHole);
        source.get(afterHole, target);
        target.limit(limit);
    }

    private OffHeapBytes measured() {
        OffHeapBytes source = page;
        if (source == null) {
            throw new IllegalStateException("measure a page first");
        }
        return source;
    }

    /**
     * Overwrites a whole page with the image at the source's position, which moves behind it.
     *
     * @throws StoreDamagedException if there is no image of a page of this size; the page is untouched then
     */
    public static void decode(ByteBuffer source, OffHeapBytes page) {
        ByteOrder order = source.order();
        source.order(ByteOrder.LITTLE_ENDIAN);
        int available = source.remaining();
        int pageSize = available < PREFIX_BYTES ? -1 : source.getInt();
        int holeOffset = available < PREFIX_BYTES ? -1 : source.getInt();
        int holeLength = available < PREFIX_BYTES ? -1 : source.getInt();
        source.order(order);
        // Lengths are checked before they are used, in an order in which no sum can overflow.
        if (pageSize != page.length() || holeOffset < 0 || holeLength < 0 || holeOffset > pageSize - holeLength || source.remaining() < pageSize - holeLength) {
            throw new StoreDamagedException("expected a full-page image of " + page.length() + " bytes, found " + available
                    + " bytes that say: page of " + pageSize + " bytes, hole of " + holeLength + " at " + holeOffset);
        }
        int limit = source.limit();
        int afterHole = holeOffset + holeLength;
        source.limit(source.position() + holeOffset);
        page.put(0, source);
        page.fill(holeOffset, holeLength, (byte) 0);
        source.limit(source.position() + pageSize - afterHole);
        page.put(afterHole, source);
        source.limit(limit);
    }
}
