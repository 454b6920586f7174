package dev.afterimage.innodbstyle;

import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;

/**
 * What each data page says of its own past, behind the {@link PageHeader}: who changed it last, and where the undo record lies that leads to the version before.
 *
 * <table>
 *   <caption>Layout, little-endian</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>24</td><td>{@link PageHeader}; its page LSN is the <em>end</em> of the mini-transaction that changed the page last (FIL_PAGE_LSN), its image LSN stays 0</td></tr>
 *   <tr><td>24</td><td>8</td><td>number of the last writer (DB_TRX_ID); 0 if there was none</td></tr>
 *   <tr><td>32</td><td>8</td><td>{@link RollPointer} to that writer's newest undo record for the page (DB_ROLL_PTR)</td></tr>
 * </table>
 *
 * <p>InnoDB keeps these two in every row of a clustered index; a page is what we version. A page that was discarded keeps them: a snapshot may still have to find the page behind them.
 */
final class VersionHeader {
    /** Bytes in front of what the engine gets of a page. */
    static final int BYTES = PageHeader.BYTES + 16;

    static final int FLAGS_OFFSET = 20;
    static final int WRITER_OFFSET = PageHeader.BYTES;
    static final int ROLL_POINTER_OFFSET = PageHeader.BYTES + 8;
    /** The flags of a page that exists. */
    static final int EXISTS = 1;

    private VersionHeader() {
    }

    /** Number of the last writer. */
    static long writer(OffHeapBytes page) {
        return page.getLong(WRITER_OFFSET);
    }

    /** The way to the version before. */
    static long rollPointer(OffHeapBytes page) {
        return page.getLong(ROLL_POINTER_OFFSET);
    }
}
