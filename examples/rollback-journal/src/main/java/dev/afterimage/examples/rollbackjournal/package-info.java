/**
 * A rollback journal: a page is kept in a journal as it was, then changed in place; at commit it is forced home, and the journal stops counting. Steal, force: the fourth quadrant, and a complete plug-in that
 * stands on {@code dev.afterimage.api} alone.
 *
 * <h2>What the real system does, and where this differs</h2>
 * The model is SQLite in its rollback modes ("Atomic Commit In SQLite" and section 3 of "Database File Format" on sqlite.org; {@code doc/pager-invariants.txt} and {@code src/pager.c} in its source).
 * <ul>
 *   <li><em>One writer, one journal; here one journal for each writer.</em> SQLite locks the whole database for a writer, so a journal beside the database file is the journal. Here page locks let any number of
 *       transactions write at once, each with a journal of its own. That recovery may roll them back in any order is invariant 3 below.
 *   <li><em>The header.</em> SQLite's has a magic number, the number of records that follow, a random nonce, the database's size before the transaction, the sector size and the page size. The count is written
 *       after the records have been synced and is synced by itself, unless the device promises that a file never grows before its data is there ("safe append"). We always write it, for the reason at {@code Journal}.
 *       Where SQLite spills its cache and goes on it begins another header further on; we count up in the one we have, for a sector is written whole or not at all.
 *   <li><em>Checksums.</em> SQLite's covers each 200th byte of a record's page, begins with the nonce, and exists because a file may grow before its data arrives; the main file has none at all. Ours are CRC-32C over everything, in the
 *       journal and in the homes, for rule T1 wants a rotten page reported.
 *   <li><em>The moment of commit.</em> In SQLite it is the deletion of the journal ({@code DELETE}, the default), its truncation ({@code TRUNCATE}), or zeros over its header ({@code PERSIST}). Ours is nearest to
 *       {@code PERSIST}, and a limit on what stays of the file is there as well ({@code journal_size_limit}); but a cold header says that it is cold. Zeros over a hot header would be rot that nobody notices, and here they are refused.
 *   <li><em>Hot journals.</em> SQLite looks for one whenever somebody begins to read, since another process may have died; we look when the store is opened, which one process does at a time.
 *   <li><em>New pages.</em> SQLite's journal remembers how long the database was, and rollback truncates it. With several writers that is no one's to say, so an entry may say "did not exist", and homes are given to the store in steps
 *       that are durable before anybody uses one ({@code HomePages.reserve}).
 *   <li><em>Savepoints.</em> SQLite keeps pages as they were at a savepoint in a second file that is never synced; we append them to the same journal, marked, and recovery passes over them.
 * </ul>
 *
 * <h2>Files</h2>
 * <table>
 *   <caption>Beside the engine's own</caption>
 *   <tr><th>name</th><th>what</th><th>layout</th></tr>
 *   <tr><td>{@code pages}</td><td>each page at its number</td><td>{@code HomePages}</td></tr>
 *   <tr><td>{@code journal-0}, {@code journal-1}, ...</td><td>pages as they were, for one transaction at a time each</td><td>{@code Journal}</td></tr>
 *   <tr><td>{@code control}</td><td>one sector: homes in use, closed in good order or not</td><td>{@code ControlBlock}</td></tr>
 * </table>
 *
 * <h2>A transaction</h2>
 * <pre>
 *   write      append the page as it is to the journal, if it is not there yet; then change the frame               (JournaledTransaction, Journal)
 *   steal      sync entries, count, sync; write the page home                                                        (PageCache, when it is full)
 *   commit     sync entries, count, sync; write all pages home, sync; cold header, sync
 *   rollback   forget the frames; stolen pages: write home as they were, sync; cold header, sync
 *   recover    each hot journal: write home as they were; sync; all headers cold, sync                               (HotJournalRecovery)
 * </pre>
 *
 * <h2>Invariants</h2>
 * <ol>
 *   <li><em>What the count counts is durable</em>, and nothing else is needed (T2). At {@code Journal}.
 *   <li><em>A synced sector of a journal is not written again until the header is cold.</em> At {@code Journal}.
 *   <li><em>A page is in one hot journal at most</em>, and not in any once its transaction's locks are free (A3, D2). At {@code JournaledTransaction}.
 *   <li><em>A home is overwritten only while the page as it was before the transaction is in a hot journal, counted</em> (W1, A1). {@code PageCache.writeHome}, by way of which all changed pages go.
 *   <li><em>A header goes cold only when its pages are home and synced</em>, as they are to stay: as committed, or as they were (D1, A2).
 *   <li><em>What comes after a page was opened for writing needs no room</em>: the entry is written and the home reserved before (F2).
 * </ol>
 *
 * <h2>What a crash finds</h2>
 * <table>
 *   <caption>By what happened last</caption>
 *   <tr><th>last</th><th>header</th><th>homes of the transaction's pages</th><th>recovery</th></tr>
 *   <tr><td>any write of entries, and their sync under way</td><td>cold</td><td>as before</td><td>nothing to do</td></tr>
 *   <tr><td>the count, and its sync under way</td><td>cold or hot</td><td>as before</td><td>nothing, or writes what is there already</td></tr>
 *   <tr><td>any write of a page home, and their sync under way</td><td>hot</td><td>any mixture of sectors</td><td>overwrites them</td></tr>
 *   <tr><td>the cold header, and its sync under way</td><td>hot or cold</td><td>as committed</td><td>takes all of it back, or nothing</td></tr>
 *   <tr><td>recovery's own writes and syncs</td><td>hot; then, one journal after another, cold</td><td>any mixture; then, before the first is cold, as before</td><td>the same again for those that are hot</td></tr>
 * </table>
 * A torn page needs no guard of its own: only a page that is in a hot journal is ever being overwritten.
 *
 * <h2>What it costs</h2>
 * Four syncs for each commit: entries, count, homes, header. Those of the journals go to files of their own and run side by side; the one of the homes is shared by commits that come together. Each page is written
 * twice, as with a doublewrite buffer. A commit is durable before its locks are free, whatever level was asked for, so a hot page commits at the pace of four syncs: early lock release would let the next
 * transaction journal a page that is not yet committed, and recovery would have to know which of two journals is older. In return recovery reads no log, and has nothing to do but for transactions that were under way.
 */
@NullMarked
package dev.afterimage.examples.rollbackjournal;

import org.jspecify.annotations.NullMarked;
