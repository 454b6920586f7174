package dev.afterimage.innodbstyle;

import dev.afterimage.api.StoreException;
import dev.afterimage.buffer.DoublewriteBuffer;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.SyncFailedException;

/**
 * The last checkpoint of an orderly end; where the undo tablespace has grown and nobody needs undo any more, it is cut to the length of a new one (undo tablespace truncation).
 *
 * <pre>
 *   1  a mini-transaction: the header page and the rollback segments say what they say in a new store    redo repeats it whole or not at all
 *   2  all pages go home, durably; the checkpoint is at the end of the log                               no record of a page that goes is ever redone
 *   3  the doublewrite area forgets its copies, durably                                                  no copy of such a page is ever restored
 *   4  the file is cut, and synced
 * </pre>
 *
 * <p>What always holds: <b>no page at or beyond "never used from" means anything</b>. From 1 on that is so of the pages that go, whether the file has them still, in part, or not: who takes one later makes it from zeros
 * ({@link UndoSpace#take}), with an LSN that is higher than any of those it may find there, so redo does so as well. So a crash between any two steps leaves a file that is too long, and nothing else.
 *
 * <p>It is done when the store is closed, for then no page is pinned, no undo segment is in anybody's hands, and no mini-transaction comes after the checkpoint.
 */
final class UndoTruncation {
    /** A tablespace that used no more is left as it is: it grows by a mebibyte at a time, which is that many pages of 4 KiB. */
    static final int PAGES_LEFT_ALONE = 256;

    /** A file that is longer than what was used by that much is cut as well: a crash came before step 4. Room reserved ahead is less. */
    static final long BYTES_LEFT_ALONE = 2 << 20;

    private final OpenStore store;
    private final Checkpointer checkpointer;
    private final DoublewriteBuffer doublewrite;
    private final DiskFile undo;
    private final FailureLatch failure;

    UndoTruncation(OpenStore store, Checkpointer checkpointer, DoublewriteBuffer doublewrite, DiskFile undo, FailureLatch failure) {
        this.store = store;
        this.checkpointer = checkpointer;
        this.doublewrite = doublewrite;
        this.undo = undo;
        this.failure = failure;
    }

    /** Takes the last checkpoint. Transactions that recovery left to be rolled back stay as they are: the next one finds them in their undo segments. */
    void closeAll(PageGroup group) {
        boolean quiet = store.transactions().isQuiet();
        boolean cut = store.transactions().needsNoUndo() && isTooLong();
        long pages = cut ? empty(group) : 0;
        checkpointer.takeAll(quiet);
        if (pages > 0 && store.log().checkpointLsn() == store.log().endLsn()) {
            cutTo(pages * store.pool().pageSize());
        }
    }

    private boolean isTooLong() {
        long used = store.undoSpace().usedPages();
        return used > PAGES_LEFT_ALONE || undo.size() > used * store.pool().pageSize() + BYTES_LEFT_ALONE;
    }

    /** Step 1; returns 0 if the pages for it cannot be had, and then nothing has changed. */
    private long empty(PageGroup group) {
        try {
            return store.rollbackSegments().empty(group);
        } catch (DiskException | StoreException leftForNextTime) {
            return 0;
        }
    }

    /** Steps 3 and 4. */
    private void cutTo(long bytes) {
        try {
            doublewrite.forgetCopies();
            undo.resize(bytes);
            undo.sync(); // nothing relies on it but the room: unsynced, the file may be long again after a power loss, until the next orderly end
        } catch (SyncFailedException cause) {
            throw failure.fail("syncing while the undo tablespace was cut failed", cause);
        } catch (DiskException leftForNextTime) {
            // All is durable; the file is too long still.
        }
    }
}
