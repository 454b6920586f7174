/**
 * Shadow paging: a changed page goes to a fresh place, and one small write, the root flip, makes all places of a group of commits current at once. No log, no undo, no redo.
 *
 * <h2>What real systems do, and where this differs</h2>
 * <ul>
 *   <li><em>Lorie</em> (Physical integrity in a large segmented database, 1977) has the idea: a page table per segment, a shadow of it, and a switch between the two. <em>System R</em> used it for
 *       whole segments between checkpoints, with a log beside it for transactions, and its makers found the scattered pages and the copying of tables not worth it (Gray et al., The Recovery Manager of the
 *       System R Database Manager, 1981). We flip for each group of commits, need no log, and copy a path of the table, not the table.
 *   <li><em>LMDB</em> has copy-on-write B+ trees under two meta pages that take turns, one writer at a time, and keeps its free list in a tree of its own. Our tree is a page table (the pages may hold anything),
 *       our writers run side by side and meet in the flip, and our free list is not stored. It verifies no checksum; we verify each read.
 *   <li><em>redb</em> is close to LMDB, with checksummed trees; its allocator state is a cache that a walk of the trees can rebuild after a crash. We always walk, but only the page table: 1/512 of the data.
 *   <li><em>ZFS</em> and <em>Btrfs</em> are copy-on-write file systems; ZFS keeps each block's checksum in its parent, as we do, so that a write that never happened, or went elsewhere, is found. Both
 *       write a log beside the tree so that a sync need not wait for a whole transaction group. We do without, so each POWER_SAFE commit waits for a flip: two syncs, shared by all that wait.
 * </ul>
 *
 * <h2>Files</h2>
 * <table>
 *   <caption>{@code pages}: slots of one page size each; slot {@code s} is at {@code s * pageSize}</caption>
 *   <tr><th>a slot holds</th><th>layout</th><th>valid when</th></tr>
 *   <tr><td>a page</td><td>the application's bytes, all of them</td><td>an entry of a level-1 node leads to it and gives its checksum</td></tr>
 *   <tr><td>a table node</td><td>entries of 16 bytes, see {@code TableNode}</td><td>a node of the next level, or the root, leads to it and gives its checksum</td></tr>
 *   <tr><td>nothing</td><td>anything: zeros, former contents, a torn write</td><td>neither root on the disk reaches it</td></tr>
 * </table>
 * <table>
 *   <caption>{@code roots}: a {@link dev.afterimage.buffer.AlternatingBlock}</caption>
 *   <tr><th>what</th><th>layout</th></tr>
 *   <tr><td>two places that take turns, each kept twice; the payload is a flip</td><td>see {@code FlipRecord}</td></tr>
 * </table>
 * A page's entry is found digit by digit: with {@code f = pageSize / 16} entries to a node, level {@code l} goes by digit {@code l - 1} of the page number in base {@code f}. A table of depth 2
 * holds 262,144 pages of 8 KiB, 2 GiB. What is not in the table does not exist: there is no bit for it, and no zero page.
 *
 * <h2>A transaction</h2>
 * <pre>
 *   read     private slot, else the batch that gathers commits, else the batch being flipped, else the durable table   (CommittedPages)
 *   write    the first time: a fresh slot's frame, filled with a copy; it spills by ordinary eviction                   (PrivatePages, Slots)
 *   commit   write the pages, if another flip is on its way and this commit will wait for the next                      (SlotRun)
 *            reserve slots for table nodes; then, under a short lock, put page -&gt; slot into the pending batch           (Flips.commit)
 *   await    lead the flip of the batch, or wait for who leads it                                                       (FlipQueue, Flips)
 *   rollback give the slots back; nothing is written
 * </pre>
 * A snapshot flips what is not durable and pins the newest root; it walks that root's tree without locks, and the slots of that tree, no others, are kept until it ends. Nothing on the disk knows of it.
 *
 * <h2>Invariants</h2>
 * {@code R(n)} is root {@code n}, {@code T(n)} the slots it reaches, table nodes and pages. {@code N} is the newest flip whose sync has returned.
 * <ol>
 *   <li><em>A slot is written only while neither {@code T(N)} nor {@code T(N-1)} contains it</em>, the trees of the two roots on the disk (W1, mutants S1 and S2). Slots are taken from {@code FreeSlots} only; what a
 *       flip drops comes back there after the following flip ({@code DroppedSlots}).
 *   <li><em>When {@code R(n)} is written, all of {@code T(n)} is synced</em>, and so is a length of the file that holds it (S1, S7). One sync of {@code pages} stands between the last write of a flip and its
 *       root, and covers the length; a flip that changes nothing needs none.
 *   <li><em>{@code R(n+1)} is written over {@code R(n-1)}, never over {@code R(n)}</em>, and after {@code R(n)} was synced (S2). The place follows from the number.
 *   <li><em>A ticket is done only when {@code N} has reached its batch</em>; batches become durable in the order they were sealed, and the commits of one batch together (D1, D2). A transaction that
 *       changed nothing waits for the newest batch there is when it commits, which holds all it can have seen (D3).
 *   <li><em>Free is what neither tree reaches, and nothing else says so</em> (S6, S9): opening computes it from {@code T(N)}, after which both places hold that root.
 *   <li><em>No slot is given to somebody else while anybody may read it</em> (S5). A page's slot: whoever reads the page holds its lock, whoever replaces it holds that lock exclusively until the
 *       replacing commit has its place in the order; so when the slot is dropped nobody reads it, and later readers find the new one. A node's slot: {@code WalkEpochs}. Either kind, for a snapshot: {@code PinnedRoots}.
 *   <li><em>Whatever is in the pool was verified when it was read</em>, with a checksum from outside the slot (T1, {@code ExpectedChecksums}): after an eviction again.
 *   <li><em>After a commit's order is fixed nothing it needs can be refused</em>: its pages' slots were given out before, the slots of the nodes reserved, the memory allocated (F2).
 * </ol>
 *
 * <h2>What a crash finds</h2>
 * <table>
 *   <caption>By what happened last, while flip {@code n+1} is made</caption>
 *   <tr><th>last</th><th>newest valid root</th><th>why it is whole</th></tr>
 *   <tr><td>any write of a slot, growing the file, or the sync of {@code pages} under way</td><td>{@code R(n)}</td><td>invariant 1: no sector of {@code T(n)} is in flight; 3: both places of the root are at rest</td></tr>
 *   <tr><td>the write of the root, or its sync under way</td><td>{@code R(n)}, or {@code R(n+1)} if one of its two sectors arrived</td><td>2: {@code T(n+1)} is synced; 1: {@code T(n)} untouched</td></tr>
 *   <tr><td>the sync of the root</td><td>{@code R(n+1)}</td><td>2</td></tr>
 *   <tr><td>anything in recovery before its root is written</td><td>as before</td><td>recovery writes nothing else but copies of the root it has read</td></tr>
 *   <tr><td>recovery's root</td><td>{@code R(n+1)}, or the same tree under the next number</td><td>both name one tree</td></tr>
 *   <tr><td>cutting the file</td><td>recovery's root</td><td>what is cut was free, and the root on the disk asks for no more than is left</td></tr>
 * </table>
 * The death of the process alone leaves all that was issued: a later moment of the same table. What was read of it may not be on the disk yet; {@code ShadowRecovery} sees to that first.
 *
 * <p>Numbers of transactions are nowhere on the disk but in the root, as the highest one begun before the flip. Those of transactions that a crash took may be given out again: nothing
 * durable speaks of them, so nothing can be mistaken for theirs.
 *
 * <h2>Durability levels</h2>
 * {@code POWER_SAFE} waits for the flip. {@code RELAXED} waits for nothing; a flip starts within half the window. {@code PROCESS_SAFE} is given as {@code POWER_SAFE}: "handed to the operating system" would mean an
 * unsynced root over unsynced pages, and the device may keep the root and lose the pages: not a lost commit but a broken store. A log could be read up to where it is whole; a tree cannot.
 *
 * <h2>Memory</h2>
 * Beside the cache: one bit per slot (16 KiB for 1 GiB of 8 KiB pages), one page per level of the table, at most five buffers of 512 KiB for slots that are written together, and for each page of a running transaction, or of a commit that waits for its flip, about 100 bytes of maps. Opening reads the table nodes,
 * one per level at a time: 1/512 of the data, in constant memory but for the bits.
 *
 * <p>On the disk: with more than 512 slots in use up to as many are kept free, 256 MiB at most, so that what is written together lies together ({@code FreeSlots}).
 */
@NullMarked
package dev.afterimage.shadowpaging;

import org.jspecify.annotations.NullMarked;
