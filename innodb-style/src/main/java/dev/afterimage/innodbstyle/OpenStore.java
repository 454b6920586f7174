package dev.afterimage.innodbstyle;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomeReservation;

/**
 * What transactions work with, once recovery is done.
 *
 * @param spaces data pages and undo pages
 * @param reservation room for data pages
 * @param pool the cache
 * @param log the redo log
 * @param undoSpace the undo tablespace
 * @param rollbackSegments its rollback segments
 * @param transactions who is writing
 * @param purge what frees undo pages
 * @param copies memory for writers and snapshots
 * @param flushAtCommit what a commit waits for at least
 * @param failure remembers the first failure
 * @param spareWorkspaces memory that no transaction uses now
 * @param groups makes groups
 */
record OpenStore(Spaces spaces, HomeReservation reservation, BufferPool pool, RedoLog log, UndoSpace undoSpace, RollbackSegments rollbackSegments, TransactionSystem transactions, Purge purge,
        PageCopies copies, FlushAtCommit flushAtCommit, FailureLatch failure, ConcurrentLinkedQueue<Workspace> spareWorkspaces, Supplier<PageGroup> groups) {
    /** Memory for one transaction. */
    Workspace takeWorkspace() {
        Workspace spare = spareWorkspaces.poll();
        return spare == null ? new Workspace(groups.get()) : spare;
    }

    void give(Workspace workspace) {
        spareWorkspaces.add(workspace);
    }
}
