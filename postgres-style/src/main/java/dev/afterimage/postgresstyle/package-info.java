/**
 * Redo log and full-page images: no steal, no force, redo, no undo.
 *
 * <p>A transaction writes to private copies of pages. Its commit appends what changed in each page to the log, then a commit record, then puts the copies in the place of the home pages in the
 * cache; they reach their homes later. After a crash, what was committed is done again from the log; what was not left no trace, so there is nothing to undo.
 *
 * <h2>What PostgreSQL does, and where this differs</h2>
 * <table>
 *   <caption>The two compared</caption>
 *   <tr><th></th><th>PostgreSQL</th><th>here</th></tr>
 *   <tr><td>steal</td><td>yes: uncommitted rows reach the disk</td><td>no: uncommitted bytes stay private, spilled if need be</td></tr>
 *   <tr><td>why no undo pass</td><td>rows of aborted transactions are invisible, and vacuumed later</td><td>nothing of them was ever shared</td></tr>
 *   <tr><td>when it logs</td><td>at each change, then a commit record</td><td>at commit: one record per page, then a commit record</td></tr>
 *   <tr><td>redo replays</td><td>all history, losers too</td><td>committed transactions only; a first pass finds them</td></tr>
 *   <tr><td>torn pages</td><td>full-page image at the first change since a checkpoint's redo point</td><td>the same</td></tr>
 *   <tr><td>checkpoints</td><td>spread by {@code checkpoint_completion_target}, started by {@code max_wal_size}</td><td>the same, and by the same reckoning</td></tr>
 *   <tr><td>page LSN</td><td>end of the last record about the page</td><td>the commit record of the last transaction that changed the page</td></tr>
 *   <tr><td>durability of a commit</td><td>group commit</td><td>the same; locks are let go of before the wait, so hot pages do not wait for syncs</td></tr>
 *   <tr><td>snapshots</td><td>row versions in the table, told apart by transaction numbers; vacuumed later</td><td>page versions: what a commit overwrites is kept aside while an open snapshot sees it, told apart by commit
 *       LSN; dropped when the snapshot ends</td></tr>
 * </table>
 *
 * <h2>Files</h2>
 * <table>
 *   <caption>What lies where</caption>
 *   <tr><th>file</th><th>content</th><th>layout</th></tr>
 *   <tr><td>{@code pages}</td><td>the home pages, page n at n times the page size</td><td>{@link dev.afterimage.buffer.HomePages}, {@link dev.afterimage.buffer.PageHeader}</td></tr>
 *   <tr><td>{@code spill}</td><td>private pages, and versions kept for snapshots, that the cache has no room for; emptied when the store is opened</td><td>as {@code pages}, with slots in place of page numbers</td></tr>
 *   <tr><td>{@code control}</td><td>where redo begins, the highest transaction number, whether the store was closed in good order</td><td>{@link dev.afterimage.buffer.AlternatingBlock},
 *       {@link dev.afterimage.postgresstyle.ControlState}</td></tr>
 *   <tr><td>log segments, spares</td><td>the log</td><td>module {@code wal}; record bodies: {@link dev.afterimage.postgresstyle.RecordTypes}</td></tr>
 * </table>
 *
 * <h2>What always holds, and what a crash then finds</h2>
 * <ol>
 *   <li><b>A home page holds only committed bytes, and their commit record is durable.</b> Private pages never go home; an installed page carries its commit record's LSN, up to which the write barrier forces
 *       the log (rules A1, W2). Crash at any time: no home needs undoing. See {@link dev.afterimage.postgresstyle.CommitProcess}.
 *   <li><b>All that was committed before the redo point in the control file is at home, durably.</b> The homes are synced before the control file is written, and the control file before the
 *       log is recycled (rule W1). Crash before the control file: redo begins at the old point, all of whose log is there. Crash after it: at the new one. See
 *       {@link dev.afterimage.postgresstyle.Checkpointer}.
 *   <li><b>A page that a crash may tear has an image in the log at or after the redo point, ahead of it being written.</b> See {@link dev.afterimage.buffer.RedoPoint} for the proof.
 *   <li><b>Records of one page are in the log in the order of their commits</b>, for the engine holds the page's lock until commit has returned; so redo in log order, which skips what a page holds
 *       already by its LSN, comes to the same page however often it is cut short (rule A2). See {@link dev.afterimage.postgresstyle.RedoDecision}.
 *   <li><b>Recovery reads only what is durable, and relies on nothing else.</b> The log's tail is written again and synced before a page is changed by it. Every page with a
 *       record since the redo point begins anew at its image and is written again, whatever its home seemed to hold: after a failed sync the operating system may show bytes that it will never write. The
 *       homes are synced before the control file moves on.
 *   <li><b>An opening never appends to the log it reads.</b> It begins a timeline of its own, so a tail that was given up can never come back.
 *   <li><b>What an open snapshot sees is at home or kept.</b> A moment is a position of the log. All commits before it are in place before the snapshot reads; one behind it copies what it overwrites, where a moment sees that,
 *       before it changes the frame (rules V1, V2). Where there is no room for the copy the snapshot is told, and the commit goes on. All of it is in memory and in {@code spill}, so a crash leaves nothing of it (V3). See
 *       {@link dev.afterimage.postgresstyle.KeptVersions}, {@link dev.afterimage.postgresstyle.OverwrittenPages}.
 * </ol>
 *
 * <p>Sources: the PostgreSQL source tree, {@code src/backend/access/transam/README} (write-ahead log rules, full-page images) and {@code src/backend/postmaster/checkpointer.c} (spreading); Härder and
 * Reuter, Principles of Transaction-Oriented Database Recovery (1983), for the terms.
 */
@NullMarked
package dev.afterimage.postgresstyle;

import org.jspecify.annotations.NullMarked;
