package dev.afterimage.buffer;

import java.util.function.LongSupplier;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.memory.OffHeapBytes;

/**
 * The home pages as the pool sees them: {@link HomePages}, and what this strategy knows of them besides.
 *
 * <ul>
 *   <li>A page whose LSN lies at or beyond the end of the log, or between two pieces of it, is damage: the write barrier never let it out before its commit record was durable, so somebody swapped or
 *       cut the log.
 *   <li>While redo runs, a torn page is not refused but marked with {@link #TORN} in place of its LSN; it stays clean, so the mark never reaches the disk.
 *   <li>A frame that was just made and not filled has no LSN. It says nothing that the disk does not say better, so it is not written. Without this rule a background
 *       writer could overwrite a home page with zeros between a commit's {@code pinNew} and its filling the frame.
 * </ul>
 */
public final class HomeSpace implements PageSpace {
    /** In place of the page LSN: the home page is torn, and its bytes mean nothing. */
    public static final long TORN = -1;

    private final HomePages homes;
    private final LongSupplier logEnd;
    private volatile boolean redoing = true;
    /** No record lies between these two: the log that recovery read ends at the first, what follows begins at the second. Zero, zero while that is not known. */
    private volatile long gapFrom;
    private volatile long gapTo;

    /**
     * Begins in redo mode.
     *
     * @param logEnd the first LSN that the log does not hold
     */
    public HomeSpace(HomePages homes, LongSupplier logEnd) {
        this.homes = homes;
        this.logEnd = logEnd;
    }

    /** From now on a torn page is damage. */
    public void endRedo() {
        redoing = false;
    }

    /**
     * The log goes on, but not where it ended: no page can have an LSN in between. Without this, a page from a later copy of the store than its log would pass once the log's end had moved beyond it.
     *
     * @param endLsn where the log that recovery read ends
     * @param startLsn where what is appended from now on begins; the same if it goes on right there
     */
    public void logGoesOn(long endLsn, long startLsn) {
        gapTo = startLsn; // before the other, so that no reader sees a gap that is too large
        gapFrom = endLsn;
    }

    @Override
    public String name() {
        return homes.name();
    }

    @Override
    public void read(long number, OffHeapBytes page) {
        if (!redoing) {
            homes.read(number, page);
        } else if (!homes.readForRedo(number, page)) {
            PageHeader.setPageLsn(page, TORN);
            return;
        }
        // It has served. In memory it would tell apart pages that were read from pages that were not, and find its way into page images (rule N1).
        page.putInt(PageHeader.CHECKSUM_OFFSET, 0);
        long pageLsn = PageHeader.pageLsn(page);
        long end = logEnd.getAsLong();
        if (pageLsn < 0 || pageLsn >= end || isInGap(pageLsn)) {
            throw new StoreDamagedException("page " + number + " of file " + name() + " was changed at LSN " + pageLsn + ", but the log ends at " + (pageLsn < end ? gapFrom : end)
                    + ": the log is not the one this page was written under, or was cut");
        }
    }

    private boolean isInGap(long pageLsn) {
        long from = gapFrom;
        return from != 0 && pageLsn >= from && pageLsn < gapTo;
    }

    @Override
    public void write(long number, OffHeapBytes page) {
        long pageLsn = PageHeader.pageLsn(page);
        if (pageLsn == 0) {
            return;
        }
        assert pageLsn > 0 : "page " + number + " carries the torn mark and was about to be written";
        homes.write(number, page);
    }
}
