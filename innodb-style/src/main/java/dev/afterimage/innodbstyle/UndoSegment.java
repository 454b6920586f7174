package dev.afterimage.innodbstyle;

import dev.afterimage.memory.OffHeapBytes;

/**
 * An undo segment in memory: a chain of undo pages that one transaction at a time writes to. What is here is what its first page and its top page say, so that writers need not look there.
 *
 * <p>Whoever has taken it out of its rollback segment has it alone.
 */
final class UndoSegment {
    final RollbackSegment owner;
    final int slot;
    /** Its first page, which is its name. */
    final long first;

    /** The page with the newest record of the log being written. */
    long top;
    /** The last page. */
    long end;
    long pages = 1;
    /** Pages behind the top, as far as they came to be there since the store was opened. */
    int spare;
    /** First free byte of the top page. */
    int free = UndoPage.LOGS;
    /** Newest record of the current log in the top page, 0 if there is none there. */
    int last;
    /** Newest log header in the first page, 0 if there is none. */
    int lastLog;
    /** Commit number of the newest finished log in it; 0 if there is none that a snapshot could still need. */
    long lastCommitNumber;

    UndoSegment(RollbackSegment owner, int slot, long first) {
        this.owner = owner;
        this.slot = slot;
        this.first = first;
        this.top = first;
        this.end = first;
    }

    /** Remembers what the first page says of the whole; of the top page, if that is another, {@link #readTop} has to tell. */
    void readFirst(OffHeapBytes page) {
        top = page.getLong(UndoPage.TOP);
        end = page.getLong(UndoPage.END);
        pages = page.getLong(UndoPage.PAGES);
        lastLog = UndoPage.lastLog(page);
        readTop(page);
    }

    /** Remembers what the top page says. */
    void readTop(OffHeapBytes page) {
        free = UndoPage.free(page);
        last = UndoPage.last(page);
    }

    @Override
    public String toString() {
        return "undo segment at page " + first + " (" + pages + " pages)";
    }
}
