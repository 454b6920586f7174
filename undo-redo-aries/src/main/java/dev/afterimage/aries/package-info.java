/**
 * ARIES: steal, no force, redo, undo.
 *
 * <p>C. Mohan, D. Haderle, B. Lindsay, H. Pirahesh, P. Schwarz: ARIES: A Transaction Recovery Method Supporting Fine-Granularity Locking and Partial Rollbacks Using Write-Ahead Logging. ACM TODS 17(1), 1992.
 *
 * <table>
 *   <caption>The paper and the classes</caption>
 *   <tr><th>section</th><th>what</th><th>here</th></tr>
 *   <tr><td>3</td><td>compensation log records, undoNextLSN</td><td>{@link dev.afterimage.aries.CompensationRecord}</td></tr>
 *   <tr><td>4.1</td><td>log records</td><td>{@link dev.afterimage.aries.RecordTypes}, {@link dev.afterimage.aries.PageRecord}, {@link dev.afterimage.aries.UpdateRecord}, {@link dev.afterimage.aries.TransactionRecord}</td></tr>
 *   <tr><td>4.2</td><td>page LSN</td><td>{@link dev.afterimage.buffer.PageHeader}</td></tr>
 *   <tr><td>4.3</td><td>transaction table</td><td>{@link dev.afterimage.aries.ActiveTransactions}, {@link dev.afterimage.aries.AriesTransaction}</td></tr>
 *   <tr><td>4.4</td><td>dirty pages table, recLSN</td><td>{@link dev.afterimage.buffer.BufferPool#forEachDirty}, {@link dev.afterimage.buffer.Frame#recoveryLsn()}</td></tr>
 *   <tr><td>5.1</td><td>updates</td><td>{@link dev.afterimage.aries.AriesTransaction}, {@link dev.afterimage.aries.FrameAccess}</td></tr>
 *   <tr><td>5.2</td><td>total and partial rollbacks</td><td>{@link dev.afterimage.aries.AriesTransaction}, {@link dev.afterimage.aries.UndoTail}, {@link dev.afterimage.aries.PageUndo}</td></tr>
 *   <tr><td>5.3</td><td>transaction termination</td><td>{@link dev.afterimage.aries.AriesTransaction}, {@link dev.afterimage.aries.TransactionRecord}</td></tr>
 *   <tr><td>5.4</td><td>fuzzy checkpoints, master record</td><td>{@link dev.afterimage.aries.Checkpointer}, {@link dev.afterimage.aries.BeginCheckpointRecord}, {@link dev.afterimage.aries.CheckpointTables}, {@link dev.afterimage.aries.ControlState}; {@link dev.afterimage.aries.PageCleaner}</td></tr>
 *   <tr><td>6</td><td>restart</td><td>{@link dev.afterimage.aries.Restart}</td></tr>
 *   <tr><td>6.1</td><td>analysis</td><td>{@link dev.afterimage.aries.Analysis}, {@link dev.afterimage.aries.RestartTables}, {@link dev.afterimage.aries.DirtyPageTable}</td></tr>
 *   <tr><td>6.2</td><td>redo: repeating history</td><td>{@link dev.afterimage.aries.RedoPass}, {@link dev.afterimage.aries.RedoShare}</td></tr>
 *   <tr><td>6.3</td><td>undo of the losers</td><td>{@link dev.afterimage.aries.UndoPass}, {@link dev.afterimage.aries.LoggedRecords}</td></tr>
 * </table>
 *
 * <h2>Where this differs</h2>
 * <ul>
 *   <li>The engine locks whole pages until commit order is fixed or the rollback is done, so undo is physical. There are no nested top actions (section 9) and no media recovery (section 8).
 *   <li>No transaction is ever prepared (in doubt, section 5.3). The log has room for it: record type 7 is left for the prepare record ({@link dev.afterimage.aries.RecordTypes}), and each row of a
 *       checkpoint's transaction table has a state ({@link dev.afterimage.aries.CheckpointTables}); restart refuses a log that uses either.
 *   <li>A commit record ends its transaction: nothing is left to do behind it. End records are written by rollbacks.
 *   <li>Restart takes no checkpoint of its own (section 7), and opens the store only when it is done (section 6.4). It ends with all pages at home, and the control file pointing to the end of the log.
 *   <li>Torn pages, which the paper leaves to the disk, are guarded against: {@link dev.afterimage.aries.TornPages}. With full-page images a page's recLSN is the LSN of its image. With a
 *       {@link dev.afterimage.buffer.DoublewriteBuffer} it is the paper's, no image is logged, and torn homes are made whole between analysis and redo. A store may be opened with another guard than it was
 *       written with: {@link dev.afterimage.aries.TornPageGuard}.
 *   <li>Each opening writes a timeline of the log of its own, which begins between redo and undo.
 *   <li>Redo runs on as many threads as {@code recovery-threads} says, by shares of the pages ({@link dev.afterimage.wal.ParallelRedo}), and the pages of the dirty page table are read ahead
 *       ({@link dev.afterimage.buffer.PagePrefetch}): section 6.2 proposes both. Analysis and undo run on one; the log is read ahead of analysis and redo.
 * </ul>
 *
 * <h2>What always holds</h2>
 * <ol>
 *   <li><b>No page goes home with a byte that the log does not hold durably, before and after</b> (rules W1, W2): {@link dev.afterimage.aries.FrameAccess}, and the write barrier by page LSN.
 *   <li><b>Every update of an unfinished transaction is followed by at most one CLR that counts</b>, and the CLR names what is next: {@link dev.afterimage.aries.PageUndo}.
 *   <li><b>The tables of the last complete checkpoint and the log behind its begin record miss neither a dirty page nor an active transaction</b>: {@link dev.afterimage.aries.Checkpointer}.
 *   <li><b>The log is kept from the smallest recLSN and from the first record of the oldest active transaction on.</b>
 *   <li><b>The room for undoing all that is unfinished is there before it is done</b> (rule F2): {@link dev.afterimage.wal.WriteAheadLog#append(dev.afterimage.wal.LogRecord, int)}.
 * </ol>
 */
@NullMarked
package dev.afterimage.aries;

import org.jspecify.annotations.NullMarked;
