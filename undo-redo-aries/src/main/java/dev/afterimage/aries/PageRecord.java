package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.FullPageImage;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;

/**
 * The body of a log record about one page, update or CLR, as it is read.
 *
 * <pre>
 *   0 prevLSN (8) · 8 undoNextLSN (8), 0 in an update · 16 page number (8) · 24 LSN of the page image that redo of this page begins with (8), 0 if with this record
 *   · 32 page LSN before (8) · 40 action (2) · 42 number of ranges (2) · 44 bytes of the undo part (4) · 48 the undo part · the redo part
 *
 *   action          undo part                       redo part                     the CLR that undoes it
 *   CHANGE          ranges, before-bytes            after-bytes                   CHANGE, whose ranges and after-bytes are this undo part
 *   CHANGE_IMAGED   ranges, before-bytes            the page after the change     the same
 *   CREATE          none                            none: zeros                   DISCARD
 *   DISCARD         the page before (no CLR: none)  none: the page is gone        RESTORE, whose image is this undo part
 *   RESTORE         none                            the page
 * </pre>
 *
 * A CLR has no undo part: it is never undone (section 3 of the paper). A CLR's CHANGE has its ranges at the beginning of its redo part.
 */
final class PageRecord {
    static final int CHANGE = 0;
    static final int CHANGE_IMAGED = 1;
    static final int CREATE = 2;
    static final int DISCARD = 3;
    static final int RESTORE = 4;

    /** Bytes before the undo part. */
    static final int HEADER_BYTES = 48;
    /** What a range costs besides its bytes: offset and length. */
    static final int BYTES_PER_RANGE = 4;

    private static final int UNDO_NEXT = 8;
    private static final int PAGE = 16;
    private static final int IMAGE = 24;
    private static final int BASIS = 32;
    private static final int ACTION = 40;
    private static final int RANGES = 42;
    private static final int UNDO_BYTES = 44;

    private PageRecord() {
    }

    static void writeHeader(ByteBuffer target, long prevLsn, long undoNextLsn, long pageId, long imageLsn, long basisLsn, int action, int ranges, int undoBytes) {
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(prevLsn).putLong(undoNextLsn).putLong(pageId).putLong(imageLsn).putLong(basisLsn);
        target.putShort((short) action).putShort((short) ranges).putInt(undoBytes);
    }

    /** The transaction's record before this one; 0 if there is none. */
    static long prevLsn(ByteBuffer body) {
        return body.getLong(0);
    }

    /** Of a CLR: the next record of the transaction to be undone; 0 if there is none. */
    static long undoNextLsn(ByteBuffer body) {
        return body.getLong(UNDO_NEXT);
    }

    static long pageId(ByteBuffer body) {
        return pageId(body, 0);
    }

    // These are for bodies that lie anywhere in a buffer, from `at` on: restart goes through millions of them.

    static long pageId(ByteBuffer bytes, int at) {
        return bytes.getLong(at + PAGE);
    }

    /** Where redo of the page has to begin if this is its first record that may be missing at home. */
    static long recLsn(ByteBuffer bytes, int at, long lsn) {
        long image = bytes.getLong(at + IMAGE);
        return image == 0 ? lsn : image;
    }

    /** The version of the page that this record changes. */
    static long basisLsn(ByteBuffer bytes, int at) {
        return bytes.getLong(at + BASIS);
    }

    /** Whether redo needs nothing of the page as it was. */
    static boolean isWhole(ByteBuffer bytes, int at) {
        return bytes.getShort(at + ACTION) != CHANGE;
    }

    static int action(ByteBuffer body) {
        return body.getShort(ACTION);
    }

    static int ranges(ByteBuffer body) {
        return Short.toUnsignedInt(body.getShort(RANGES));
    }

    /**
     * Where the first range of a change lies, before anything is checked: good for a hint only.
     *
     * @param at where the body begins in the buffer
     * @return the range's offset in the page times 2<sup>16</sup>, and its length; 0 if there is none
     */
    static int firstRange(ByteBuffer bytes, int at, int bodyBytes) {
        if (bodyBytes < HEADER_BYTES + BYTES_PER_RANGE || bytes.getShort(at + ACTION) != CHANGE) {
            return 0;
        }
        return Short.toUnsignedInt(bytes.getShort(at + HEADER_BYTES)) + PageHeader.BYTES << Short.SIZE | Short.toUnsignedInt(bytes.getShort(at + HEADER_BYTES + 2));
    }

    /** The undo part: what the CLR that undoes it takes for its redo part. */
    static ByteBuffer undoPart(ByteBuffer body) {
        int bytes = body.getInt(UNDO_BYTES);
        check(bytes >= 0 && bytes <= body.limit() - HEADER_BYTES, body);
        return body.slice(HEADER_BYTES, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Does again what a record says whose body lies there in a buffer, and stamps the page with its LSN. */
    static void redo(ByteBuffer bytes, int at, int bodyBytes, long lsn, OffHeapBytes page) {
        int undoBytes = bytes.getInt(at + UNDO_BYTES);
        check(undoBytes >= 0 && undoBytes <= bodyBytes - HEADER_BYTES, bytes);
        int ranges = Short.toUnsignedInt(bytes.getShort(at + RANGES));
        if (!isWhole(bytes, at) && undoBytes > 0) {
            putRanges(bytes, at + HEADER_BYTES, at + HEADER_BYTES + undoBytes, at + bodyBytes, ranges, page);
            PageHeader.setPageLsn(page, lsn);
        } else {
            ByteBuffer redoPart = bytes.slice(at + HEADER_BYTES + undoBytes, bodyBytes - HEADER_BYTES - undoBytes).order(ByteOrder.LITTLE_ENDIAN);
            apply(bytes.getShort(at + ACTION), ranges, redoPart, lsn, page);
        }
    }

    /**
     * Changes a page as a CLR says, or as an update that holds the whole page does.
     *
     * @param part the redo part; of a CHANGE, ranges and then their bytes
     */
    static void apply(int action, int ranges, ByteBuffer part, long lsn, OffHeapBytes page) {
        switch (action) {
            case CHANGE -> putRanges(part, 0, ranges * BYTES_PER_RANGE, part.limit(), ranges, page);
            case CHANGE_IMAGED, RESTORE -> {
                FullPageImage.decode(part.duplicate().order(ByteOrder.LITTLE_ENDIAN), page);
                PageHeader.setExists(page, true);
            }
            case CREATE -> {
                page.fill(0, page.length(), (byte) 0);
                PageHeader.setExists(page, true);
            }
            case DISCARD -> page.fill(0, page.length(), (byte) 0);
            default -> throw new StoreDamagedException("a log record about a page has action " + action + ", which this version does not know");
        }
        PageHeader.setPageLsn(page, lsn);
        if (action != CHANGE) {
            PageHeader.setImageLsn(page, lsn);
        }
    }

    /**
     * Puts bytes into their ranges.
     *
     * @param rangesAt where in the buffer the ranges are
     * @param bytesAt where their bytes begin
     * @param end where they end
     */
    private static void putRanges(ByteBuffer part, int rangesAt, int bytesAt, int end, int count, OffHeapBytes page) {
        int usableBytes = page.length() - PageHeader.BYTES;
        int limit = part.limit();
        check(bytesAt <= end && bytesAt - rangesAt >= count * BYTES_PER_RANGE, part);
        int at = bytesAt;
        for (int range = 0; range < count; range++) {
            int offset = Short.toUnsignedInt(part.getShort(rangesAt + range * BYTES_PER_RANGE));
            int length = Short.toUnsignedInt(part.getShort(rangesAt + range * BYTES_PER_RANGE + 2));
            check(length > 0 && offset + length <= usableBytes && at + length <= end, part);
            part.limit(at + length).position(at);
            page.put(PageHeader.BYTES + offset, part);
            part.limit(limit).position(0);
            at += length;
        }
        check(at == end, part);
    }

    private static void check(boolean holds, ByteBuffer part) {
        if (!holds) {
            throw new StoreDamagedException("a log record about a page (" + part + ") does not fit itself or the page, though its checksum is right");
        }
    }
}
