package dev.afterimage.engine;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;

import dev.afterimage.api.UnsupportedTraitException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.PageBytes;
import dev.afterimage.spi.PageChange;
import org.jspecify.annotations.Nullable;

/**
 * Notes which bytes of one open page change, and what they were, just before they do.
 *
 * <p>Invariant: the ranges rise, are disjoint and do not touch; {@link #before} holds, at the same offsets as the page, the bytes of each range as they were when the page was
 * opened. Bytes outside all ranges are unchanged, so a range can grow over a gap at any time by copying the gap's bytes as they are now. That is done to keep
 * the number of ranges at {@value #RANGES_MAX} or fewer: the smallest gap goes.
 *
 * <p>Used by one thread, reused from page to page. As a {@link PageChange} it is good only while {@code changed} runs.
 */
final class ChangeCapture implements PageChange {
    static final int RANGES_MAX = 24;

    private final ChangeDetail detail;
    private final byte[] before;
    private final int[] starts = new int[RANGES_MAX + 1];
    private final int[] ends = new int[RANGES_MAX + 1];
    private int count;
    private int latest;
    private long pageId;
    private @Nullable PageBytes bytes;
    private boolean reporting;

    ChangeCapture(ChangeDetail detail, int usableBytes) {
        this.detail = detail;
        before = new byte[detail == ChangeDetail.RANGES_WITH_BEFORE ? usableBytes : 0];
    }

    void open(long page, PageBytes ofPage) {
        assert bytes == null && count == 0;
        pageId = page;
        bytes = ofPage;
    }

    /** Forgets all; ready for another page. */
    void close() {
        bytes = null;
        count = 0;
        latest = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Bytes in all ranges. */
    int changedBytes() {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += ends[i] - starts[i];
        }
        return sum;
    }

    /** Notes that bytes are about to change; to be called before they do. */
    void note(int offset, int length) {
        if (length == 0) {
            return;
        }
        int end = offset + length;
        if (count > 0 && starts[latest] <= offset && end <= ends[latest]) {
            return;
        }
        int first = firstTouching(offset);
        int after = first;
        while (after < count && starts[after] <= end) {
            after++;
        }
        if (first == after) {
            insert(first, offset, end);
        } else {
            merge(first, after, offset, end);
        }
        latest = first;
        if (count > RANGES_MAX) {
            closeSmallestGap();
        }
        assert consistent();
    }

    /** The first range that ends at or behind an offset; {@code count} if none does. */
    private int firstTouching(int offset) {
        if (count > 0 && ends[count - 1] < offset) {
            return count;
        }
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void insert(int at, int start, int end) {
        keepBefore(start, end);
        System.arraycopy(starts, at, starts, at + 1, count - at);
        System.arraycopy(ends, at, ends, at + 1, count - at);
        starts[at] = start;
        ends[at] = end;
        count++;
    }

    /** Makes ranges {@code first} to {@code after - 1} and the new one a single range. */
    private void merge(int first, int after, int start, int end) {
        int covered = start;
        for (int i = first; i < after; i++) {
            keepBefore(covered, Math.min(starts[i], end));
            covered = Math.max(covered, ends[i]);
        }
        keepBefore(covered, end);
        starts[first] = Math.min(starts[first], start);
        ends[first] = Math.max(ends[after - 1], end);
        remove(first + 1, after);
    }

    private void closeSmallestGap() {
        int smallest = 0;
        for (int i = 1; i < count - 1; i++) {
            if (starts[i + 1] - ends[i] < starts[smallest + 1] - ends[smallest]) {
                smallest = i;
            }
        }
        keepBefore(ends[smallest], starts[smallest + 1]);
        ends[smallest] = ends[smallest + 1];
        remove(smallest + 1, smallest + 2);
        latest = 0;
    }

    private void remove(int from, int to) {
        System.arraycopy(starts, to, starts, from, count - to);
        System.arraycopy(ends, to, ends, from, count - to);
        count -= to - from;
    }

    /** Copies bytes that are in no range yet, hence unchanged. */
    private void keepBefore(int from, int to) {
        if (from < to && detail == ChangeDetail.RANGES_WITH_BEFORE) {
            assert bytes != null;
            bytes.get(from, before, from, to - from);
        }
    }

    /** Puts all bytes back as they were, where the strategy asked for before-bytes; otherwise whatever was written is the strategy's to drop. */
    void restore() {
        if (detail == ChangeDetail.RANGES_WITH_BEFORE && bytes != null) {
            for (int i = 0; i < count; i++) {
                bytes.put(starts[i], before, starts[i], ends[i] - starts[i]);
            }
        }
    }

    /** Begins the time in which this may be read as a {@link PageChange}. */
    PageChange report() {
        assert count > 0 && bytes != null;
        reporting = true;
        return this;
    }

    void endReport() {
        reporting = false;
    }

    @Override
    public long pageId() {
        return pageId;
    }

    @Override
    public int ranges() {
        requireReporting();
        return detail == ChangeDetail.NONE ? 1 : count;
    }

    @Override
    public int offset(int range) {
        require(range);
        return detail == ChangeDetail.NONE ? 0 : starts[range];
    }

    @Override
    public int length(int range) {
        PageBytes page = require(range);
        return detail == ChangeDetail.NONE ? page.length() : ends[range] - starts[range];
    }

    @Override
    public void copyBefore(int range, ByteBuffer target) {
        require(range);
        if (detail != ChangeDetail.RANGES_WITH_BEFORE) {
            throw new UnsupportedTraitException("before-bytes of page " + pageId + ": the strategy's traits ask for " + detail
                    + ", not for " + ChangeDetail.RANGES_WITH_BEFORE);
        }
        target.put(before, starts[range], ends[range] - starts[range]);
    }

    @Override
    public void copyAfter(int range, ByteBuffer target) {
        PageBytes page = require(range);
        int length = length(range);
        if (target.remaining() < length) {
            throw new BufferOverflowException();
        }
        int limit = target.limit();
        target.limit(target.position() + length);
        page.get(offset(range), target);
        target.limit(limit);
    }

    private void requireReporting() {
        if (!reporting) {
            throw new IllegalStateException("a page change is good only while changed() runs");
        }
    }

    private PageBytes require(int range) {
        if (range < 0 || range >= ranges()) {
            throw new IndexOutOfBoundsException("range " + range + " of page " + pageId + ": it has " + ranges());
        }
        PageBytes page = bytes;
        assert page != null;
        return page;
    }

    private boolean consistent() {
        for (int i = 0; i < count; i++) {
            if (starts[i] >= ends[i] || i > 0 && ends[i - 1] >= starts[i]) {
                return false;
            }
        }
        return count <= RANGES_MAX;
    }
}
