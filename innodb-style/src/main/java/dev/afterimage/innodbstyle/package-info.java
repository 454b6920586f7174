/**
 * What InnoDB does for atomicity and durability, at page level: a circular redo log of mini-transactions, undo pages in rollback segments, a doublewrite buffer.
 *
 * <table>
 *   <caption>InnoDB's words and the classes</caption>
 *   <tr><th>InnoDB</th><th>here</th></tr>
 *   <tr><td>mini-transaction (mtr)</td><td>{@link dev.afterimage.innodbstyle.MiniTransaction}, what is logged; {@link dev.afterimage.innodbstyle.PageGroup}, the pages it changes</td></tr>
 *   <tr><td>redo log, checkpoint</td><td>{@link dev.afterimage.innodbstyle.RedoLog}, {@link dev.afterimage.innodbstyle.RedoReader}, {@link dev.afterimage.innodbstyle.Checkpointer}</td></tr>
 *   <tr><td>page cleaner, adaptive flushing</td><td>{@link dev.afterimage.innodbstyle.PageCleaner}</td></tr>
 *   <tr><td>undo tablespace</td><td>{@link dev.afterimage.innodbstyle.UndoSpace}; the layout of all its pages is in {@link dev.afterimage.innodbstyle.UndoPage}</td></tr>
 *   <tr><td>rollback segment, undo segment, undo log, undo record</td><td>{@link dev.afterimage.innodbstyle.RollbackSegment}, {@link dev.afterimage.innodbstyle.UndoSegment} and {@link dev.afterimage.innodbstyle.UndoState},
 *       {@link dev.afterimage.innodbstyle.UndoLog}, {@link dev.afterimage.innodbstyle.UndoRecord}</td></tr>
 *   <tr><td>DB_TRX_ID, DB_ROLL_PTR</td><td>{@link dev.afterimage.innodbstyle.VersionHeader}, {@link dev.afterimage.innodbstyle.RollPointer}</td></tr>
 *   <tr><td>trx_sys, read view, consistent read</td><td>{@link dev.afterimage.innodbstyle.TransactionSystem}, {@link dev.afterimage.innodbstyle.ReadView}, {@link dev.afterimage.innodbstyle.VersionReader}</td></tr>
 *   <tr><td>purge, history list</td><td>{@link dev.afterimage.innodbstyle.Purge}</td></tr>
 *   <tr><td>undo tablespace truncation</td><td>{@link dev.afterimage.innodbstyle.UndoTruncation}</td></tr>
 *   <tr><td>doublewrite buffer</td><td>{@link dev.afterimage.buffer.DoublewriteBuffer}</td></tr>
 *   <tr><td>FIL_PAGE_FILE_FLUSH_LSN</td><td>{@link dev.afterimage.innodbstyle.FlushLsn}</td></tr>
 *   <tr><td>crash recovery; rollback of recovered transactions</td><td>{@link dev.afterimage.innodbstyle.Recovery}, {@link dev.afterimage.innodbstyle.RedoBatch}; {@link dev.afterimage.innodbstyle.Loser}</td></tr>
 *   <tr><td>innodb_flush_log_at_trx_commit</td><td>{@link dev.afterimage.innodbstyle.FlushAtCommit}</td></tr>
 * </table>
 *
 * <h2>How it differs from ARIES</h2>
 * Undo is data: it lies in pages of its own, which redo rebuilds like any page. So the redo log holds no before-images and no chain of a transaction's records, is not kept for the sake of an unfinished transaction, and is
 * never read backward. A rollback is ordinary work, logged as such, and takes away the undo records that it has used in the same mini-transaction: there are no compensation records. Recovery has no analysis: which transactions
 * are unfinished the rollback segments say, once redo has rebuilt them. And undo that is there for rollbacks serves readers as well, who want to see the past.
 *
 * <h2>What always holds</h2>
 * <ol>
 *   <li><b>A shared page holds no byte that the log does not hold</b>: changes are logged first and made afterwards, under the latch ({@link dev.afterimage.innodbstyle.PageGroup}); writers work on private copies
 *       ({@link dev.afterimage.innodbstyle.OpenPage}).
 *   <li><b>No page goes home before the log is durable up to its LSN</b>, nor into the doublewrite area (rule W2); and none goes home before a copy of it is durable there (T1).
 *   <li><b>An undo record is there exactly as long as its change is</b>: both come in one mini-transaction and go in one ({@link dev.afterimage.innodbstyle.UndoLog}). So nothing is undone twice, whenever a crash comes (A1, A2).
 *   <li><b>Every page that lacks a change at home is dirty, with a recovery LSN at or before it, or its change lies behind the checkpoint</b> ({@link dev.afterimage.innodbstyle.Checkpointer}).
 *   <li><b>Nobody holds a latch, or one of our locks, while he waits for room in the log</b>; and to make room needs no room: neither in the log, nor on the disk, nor in the cache. So no rollback ever fails for want of room (F2).
 *   <li><b>Undo that a view may need is not freed and not written over</b> ({@link dev.afterimage.innodbstyle.TransactionSystem#purgeLimit()}); undo that none needs is used again before the tablespace grows (L2).
 *   <li><b>Roll pointers that lead nowhere belong to writers whom every view sees</b>, so nobody follows them.
 * </ol>
 *
 * <h2>Where InnoDB does otherwise</h2>
 * <ul>
 *   <li>It versions rows and locks rows; here pages are versioned and the engine locks pages. Its undo is logical, by key; here it is bytes at an offset, which is right because nobody else has changed the page since.
 *   <li>It keeps insert undo apart from update undo, because insert undo can go at commit. Here the undo of a small transaction, whatever it did, is simply written over by the next one that uses the same undo segment, where no view
 *       needs it.
 *   <li>Its history list has an entry for each undo log, in the order of commits, because purge has to take away delete-marked rows in that order. Here purge only frees space; so the history is one of undo segments, and a commit touches the
 *       rollback segment's header page only when its undo segment is full.
 *   <li>An undo tablespace can be truncated there while others serve. Here there is one: while the store is open its file keeps the length of the most undo that was needed at once, and what is free in it is used again; an orderly end cuts
 *       it to the length of a new one, where it had used more than 256 pages and nobody needs undo any more ({@link dev.afterimage.innodbstyle.UndoTruncation}).
 *   <li>Its change buffer, adaptive hash index, and the flushing of neighbours are about B-trees and spinning disks, and left out.
 *   <li>{@code innodb_flush_log_at_trx_commit} is all there is to say there; here each commit has a level, and the option can only make it stricter.
 *   <li>The state PREPARED has its code and no use yet: there is no two-phase commit.
 * </ul>
 *
 * <h2>The redo log</h2>
 * A stream of bytes that never ends, of which the newest part lies in a ring of fixed capacity: four files {@code redo-0} to {@code redo-3}, preallocated when the store is made, never grown, never renamed. All numbers
 * in them are little-endian. An LSN is a position in the stream, block headers and trailers counted: block {@code lsn / 512}, byte {@code lsn % 512}. Block {@code n} lies at place {@code n % blocks} of the ring.
 *
 * <table>
 *   <caption>Redo files</caption>
 *   <tr><th>where</th><th>what</th></tr>
 *   <tr><td>{@code redo-0}, bytes 0 to 16383</td><td>the log header: two checkpoint blocks in turn, each twice ({@link dev.afterimage.buffer.AlternatingBlock}); their payload is a {@link dev.afterimage.innodbstyle.RedoCheckpoint}</td></tr>
 *   <tr><td>the rest of {@code redo-0}, all of the others</td><td>a quarter each of the blocks</td></tr>
 * </table>
 *
 * <table>
 *   <caption>Redo block: one sector</caption>
 *   <tr><th>offset</th><th>bytes</th><th>field</th></tr>
 *   <tr><td>0</td><td>8</td><td>block number; tells laps apart</td></tr>
 *   <tr><td>8</td><td>8</td><td>epoch: which opening wrote it (upper half counts openings, lower half is random)</td></tr>
 *   <tr><td>16</td><td>8</td><td>synced LSN: all before it was durable when this block was written</td></tr>
 *   <tr><td>24</td><td>2</td><td>data length: offset behind the last byte of data; 508 in a full block</td></tr>
 *   <tr><td>26</td><td>2</td><td>first group: offset where the first mini-transaction that begins in this block does, 0 if none does; 65535 in a block that begins an epoch</td></tr>
 *   <tr><td>28</td><td>480</td><td>data, then zeros; in a block that begins an epoch: the epoch it continues (8) and the LSN where that ended (8)</td></tr>
 *   <tr><td>508</td><td>4</td><td>CRC-32C of the store's id and bytes 0 to 507</td></tr>
 * </table>
 * The data of consecutive blocks is one stream of records; a mini-transaction is a run of them, ended by {@code MLOG_MULTI_REC_END}, or a single record that says so in its type
 * ({@link dev.afterimage.innodbstyle.RedoRecordType}). A record is its type (1 byte), space, page, and for those that have them offset, length, bytes; numbers have seven bits a byte.
 *
 * <h3>What is synced before what</h3>
 * <ol>
 *   <li>New files: their zeros and the first block, then the log header, then names.
 *   <li>An opening makes the end it has found durable, before anybody may rely on what it read ({@link dev.afterimage.innodbstyle.RedoReader}). Then it writes one block, which begins its epoch and names that end, and syncs it. Then
 *       everything else.
 *   <li>A group is acknowledged when its blocks are synced, in all files that they touch.
 *   <li>A checkpoint block is written when the log is durable up to the checkpoint, and {@link dev.afterimage.innodbstyle.FlushLsn} says so, and synced; only then the room before is free. Reservations keep all writing within the room that is free.
 * </ol>
 *
 * <h3>Reading: where the log ends, and what is damage</h3>
 * From the checkpoint on, block by block. A block counts if its checksum is right and it says that it is the block of this number in this epoch; or that it begins a later epoch, which continues this one exactly where the last
 * whole mini-transaction ended. A partly filled block is followed by nothing but such a beginning. Where none counts, the rest of the ring is searched for proof that the log had been durable beyond that place: a block
 * of this epoch whose synced LSN lies beyond, a block of a later epoch, or the checkpoint block's own synced LSN. With proof it is damage, and refused (G4, G6); without, it is a torn tail (G7), and the end is behind
 * the last whole mini-transaction.
 *
 * <table>
 *   <caption>What could be taken for the log's next block and is not</caption>
 *   <tr><th>what</th><th>because</th></tr>
 *   <tr><td>a block of an older lap (G1), or in a wrong place (G5)</td><td>its number is another</td></tr>
 *   <tr><td>a block that an earlier opening cut off, though all before it was written anew at the same length (G2)</td><td>its epoch is an older one</td></tr>
 *   <tr><td>garbage, or zeros (G3, G10)</td><td>no length is looked at before the checksum has vouched for the block; of zeros it is never right, nor is 0 the number of any block</td></tr>
 *   <tr><td>a block of another store, or of a copy of this one that went on separately (L6)</td><td>the checksum covers the store's id; epochs of copies differ in their random half</td></tr>
 *   <tr><td>a later or an earlier copy's redo files, all or the first of them (L6)</td><td>the flush LSN, in a file of its own, lies before that checkpoint, or behind that log's end</td></tr>
 *   <tr><td>the second half of a mini-transaction whose end was lost (G8)</td><td>groups count whole; the next epoch begins behind the last whole one</td></tr>
 *   <tr><td>bytes that are only in the operating system's cache</td><td>they are written again, and synced, before they are believed</td></tr>
 * </table>
 * LSNs never go back (L5): an opening goes on behind the end it found.
 *
 * <h3>What is asked of the disk</h3>
 * A block that is partly filled when it is forced is written again by the next flush, though it holds what was acknowledged. That is safe where a sector is written whole or not at all, the first promise in
 * {@link dev.afterimage.spi.storage}; on a disk that may destroy a sector it is rewriting, it is not, neither here nor in InnoDB.
 *
 * <p>Damage in the blocks of the very last force looks like a torn tail, unless one of them, or the checkpoint block, tells better; after an orderly end, the checkpoint block does.
 *
 * <h3>What InnoDB does otherwise</h3>
 * <ul>
 *   <li>InnoDB goes on in the half-filled block where it stopped; its epoch number is that of the lap. Here an opening begins a block and an epoch of its own. InnoDB's blocks do not say how far the log was synced.
 *   <li>Its writer, flusher and notifier threads are here whoever comes first ({@link dev.afterimage.wal.CommitQueue}); its link buffer, which lets threads copy into the log buffer at once, is a short lock.
 *   <li>Its room is checked in advance as here ({@code log_free_check}), but for an average; here each mini-transaction reserves what it may take.
 *   <li>It can be resized while in use ({@code innodb_redo_log_capacity}); this one cannot.
 *   <li>Its checkpoint blocks are two, without the copies.
 * </ul>
 *
 * <p>Sources: MySQL's source documentation, "Format of redo log", its manual, and the comments of {@code trx0undo}, {@code trx0rseg}, {@code trx0purge}, {@code read0read}, {@code buf0flu} and {@code buf0dblwr}; MySQL worklog 7868 for
 * adaptive flushing; C. Mohan et al. (1992) for write-ahead logging.
 */
@NullMarked
package dev.afterimage.innodbstyle;

import org.jspecify.annotations.NullMarked;
