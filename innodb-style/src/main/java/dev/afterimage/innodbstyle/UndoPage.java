package dev.afterimage.innodbstyle;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;

/**
 * How the pages of the undo tablespace look. All are ordinary pages: cached in the same pool, changed by mini-transactions, rebuilt by redo, guarded by doublewrite. Little-endian.
 *
 * <table>
 *   <caption>Every page</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>24</td><td>{@link PageHeader}</td></tr>
 *   <tr><td>24</td><td>4</td><td>kind: tablespace header, rollback segment, undo page</td></tr>
 * </table>
 *
 * <table>
 *   <caption>The tablespace header, page 0</caption>
 *   <tr><td>32</td><td>8</td><td>pages from this one on have never been used</td></tr>
 *   <tr><td>40</td><td>8</td><td>first page of the free list, 0 if it is empty; the list goes on by "next page"</td></tr>
 *   <tr><td>48</td><td>8</td><td>pages in the free list</td></tr>
 *   <tr><td>56</td><td>8</td><td>no transaction has a higher number of the engine's</td></tr>
 *   <tr><td>64</td><td>8</td><td>no writer or commit number is higher</td></tr>
 *   <tr><td>72</td><td>4</td><td>rollback segments</td></tr>
 *   <tr><td>80</td><td>8 each</td><td>their pages</td></tr>
 * </table>
 *
 * <table>
 *   <caption>A rollback segment's header page (TRX_RSEG)</caption>
 *   <tr><td>28</td><td>4</td><td>its number</td></tr>
 *   <tr><td>32</td><td>8</td><td>history: first page of the undo segment that joined last, 0 if it is empty; the list goes on by "next in the history"</td></tr>
 *   <tr><td>40</td><td>8</td><td>undo segments in the history</td></tr>
 *   <tr><td>48</td><td>8 each</td><td>slots: first page of an undo segment, 0 for none</td></tr>
 * </table>
 *
 * <table>
 *   <caption>An undo page (TRX_UNDO_PAGE_HDR)</caption>
 *   <tr><td>28</td><td>2</td><td>first free byte</td></tr>
 *   <tr><td>30</td><td>2</td><td>offset of the newest record of the current log in this page, 0 if there is none</td></tr>
 *   <tr><td>32</td><td>8</td><td>previous page of the undo segment, 0 in the first</td></tr>
 *   <tr><td>40</td><td>8</td><td>next page of the undo segment or of the free list, 0 in the last</td></tr>
 *   <tr><td>48</td><td>8</td><td>first page of the undo segment</td></tr>
 * </table>
 *
 * <table>
 *   <caption>The first page of an undo segment, behind that (TRX_UNDO_SEG_HDR)</caption>
 *   <tr><td>56</td><td>4</td><td>{@link UndoState}</td></tr>
 *   <tr><td>60</td><td>2</td><td>rollback segment</td></tr>
 *   <tr><td>62</td><td>2</td><td>offset of the newest log header, 0 if there is none</td></tr>
 *   <tr><td>64</td><td>8</td><td>top: the page with the newest record</td></tr>
 *   <tr><td>72</td><td>8</td><td>end: the last page; pages behind the top hold nothing that counts</td></tr>
 *   <tr><td>80</td><td>8</td><td>pages</td></tr>
 *   <tr><td>88</td><td>8</td><td>next in the history</td></tr>
 *   <tr><td>96</td><td>4</td><td>slot</td></tr>
 * </table>
 *
 * <table>
 *   <caption>A log header, anywhere in a first page (TRX_UNDO_LOG_HDR); its records follow</caption>
 *   <tr><td>0</td><td>8</td><td>the writer's number (TRX_UNDO_TRX_ID)</td></tr>
 *   <tr><td>8</td><td>8</td><td>the number that the engine gave the transaction</td></tr>
 *   <tr><td>16</td><td>8</td><td>commit number (TRX_UNDO_TRX_NO), 0 while unfinished</td></tr>
 *   <tr><td>24</td><td>2</td><td>offset of the log header before, 0 if there is none</td></tr>
 * </table>
 */
final class UndoPage {
    static final int KIND = PageHeader.BYTES;

    /** Kinds; the letters read {@code UNDH}, {@code RSEG}, {@code UNDO}. */
    static final int KIND_SPACE = 0x48444E55;
    static final int KIND_ROLLBACK_SEGMENT = 0x47455352;
    static final int KIND_UNDO = 0x4F444E55;

    static final long SPACE_PAGE = 0;
    static final int SPACE_UNUSED_FROM = 32;
    static final int SPACE_FREE_HEAD = 40;
    static final int SPACE_FREE_PAGES = 48;
    static final int SPACE_TRANSACTION_BOUND = 56;
    static final int SPACE_WRITER_BOUND = 64;
    static final int SPACE_SEGMENTS = 72;
    static final int SPACE_SEGMENT_PAGES = 80;

    static final int SEGMENT_NUMBER = 28;
    static final int SEGMENT_HISTORY_HEAD = 32;
    static final int SEGMENT_HISTORY_LENGTH = 40;
    static final int SEGMENT_SLOTS = 48;

    /** Two shorts in one word, because they change together. */
    static final int FREE_AND_LAST = 28;
    static final int PREVIOUS = 32;
    static final int NEXT = 40;
    static final int FIRST = 48;
    /** Where records begin in all pages of an undo segment but the first. */
    static final int RECORDS = 56;

    static final int STATE = 56;
    static final int ROLLBACK_SEGMENT_AND_LAST_LOG = 60;
    static final int TOP = 64;
    static final int END = 72;
    static final int PAGES = 80;
    static final int HISTORY_NEXT = 88;
    static final int SLOT = 96;
    /** Where logs begin in the first page. */
    static final int LOGS = 104;

    static final int LOG_WRITER = 0;
    static final int LOG_TRANSACTION = 8;
    static final int LOG_COMMIT_NUMBER = 16;
    static final int LOG_PREVIOUS = 24;
    static final int LOG_HEADER_BYTES = 32;

    private UndoPage() {
    }

    static int free(OffHeapBytes page) {
        return page.getInt(FREE_AND_LAST) & 0xFFFF;
    }

    static int last(OffHeapBytes page) {
        return page.getInt(FREE_AND_LAST) >>> 16;
    }

    static int freeAndLast(int free, int last) {
        return free | last << 16;
    }

    static int rollbackSegment(OffHeapBytes first) {
        return first.getInt(ROLLBACK_SEGMENT_AND_LAST_LOG) & 0xFFFF;
    }

    static int lastLog(OffHeapBytes first) {
        return first.getInt(ROLLBACK_SEGMENT_AND_LAST_LOG) >>> 16;
    }

    static int rollbackSegmentAndLastLog(int rollbackSegment, int lastLog) {
        return rollbackSegment | lastLog << 16;
    }

    /**
     * Checks that a page is what whoever points to it takes it for.
     *
     * @throws StoreDamagedException if it is not
     */
    static void require(OffHeapBytes page, long number, int kind) {
        int found = page.getInt(KIND);
        if (found != kind) {
            throw new StoreDamagedException("page " + number + " of file " + StoreFiles.UNDO + ": expected kind " + letters(kind) + ", found " + letters(found));
        }
    }

    private static String letters(int kind) {
        StringBuilder letters = new StringBuilder();
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            char letter = (char) (kind >>> shift & 0xFF);
            letters.append(letter >= 'A' && letter <= 'Z' ? letter : '?');
        }
        return letters.toString();
    }
}
