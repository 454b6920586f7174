/**
 * The write-ahead log: records, segments, group commit, reading back.
 *
 * <p>A log is an endless stream of bytes; a record's position in it is its LSN. The stream is cut into segments of one size, and each opening of a store writes a
 * stretch of it, a <em>timeline</em>, into segment files of its own. All numbers in files are little-endian.
 *
 * <h2>Files</h2>
 * <table>
 *   <caption>Names</caption>
 *   <tr><th>name</th><th>what it is</th></tr>
 *   <tr><td>24 hexadecimal digits, lower case</td><td>a segment: 8 digits of its timeline (from 1), 16 of its number (from 0). It holds the positions
 *       {@code number * segmentBytes} up to the next segment's first; byte {@code b} of the file is position {@code number * segmentBytes + b}.</td></tr>
 *   <tr><td>{@code spare-} and a decimal number</td><td>a file of a segment's length whose content nobody needs</td></tr>
 * </table>
 *
 * <table>
 *   <caption>Segment header: the first sector of a segment; its first 4 KiB block holds nothing else</caption>
 *   <tr><th>offset</th><th>bytes</th><th>field</th></tr>
 *   <tr><td>0</td><td>8</td><td>{@code AFTERLOG}</td></tr>
 *   <tr><td>8</td><td>4</td><td>format version, 1</td></tr>
 *   <tr><td>12</td><td>4</td><td>segment bytes</td></tr>
 *   <tr><td>16</td><td>8</td><td>store id</td></tr>
 *   <tr><td>24</td><td>4</td><td>timeline (0 in a spare that was never used)</td></tr>
 *   <tr><td>28</td><td>4</td><td>parent timeline, 0 for none</td></tr>
 *   <tr><td>32</td><td>8</td><td>segment number</td></tr>
 *   <tr><td>40</td><td>8</td><td>position of the timeline's first record</td></tr>
 *   <tr><td>48</td><td>8</td><td>the parent's end: where this timeline continues it</td></tr>
 *   <tr><td>56</td><td>8</td><td>salt of the timeline</td></tr>
 *   <tr><td>64</td><td>4</td><td>CRC-32C of bytes 0 to 63</td></tr>
 * </table>
 * A header is valid when checksum, store id and segment size are right, and timeline and number are those of the name. All segments of a timeline agree on the timeline's fields.
 *
 * <table>
 *   <caption>Record: begins at a multiple of 8, never spans segments; 0 to 7 zeros follow it</caption>
 *   <tr><th>offset</th><th>bytes</th><th>field</th></tr>
 *   <tr><td>0</td><td>4</td><td>CRC-32C of bytes 4 up to the length, exclusive-or the lower half of the binding</td></tr>
 *   <tr><td>4</td><td>4</td><td>length of header and body, without padding</td></tr>
 *   <tr><td>8</td><td>4</td><td>mark: the upper half of the binding</td></tr>
 *   <tr><td>12</td><td>4</td><td>type: 1 to 255 the strategy's, 256 filler, 257 watermark, 258 void</td></tr>
 *   <tr><td>16</td><td>8</td><td>transaction id</td></tr>
 *   <tr><td>24</td><td>length - 24</td><td>body</td></tr>
 * </table>
 * The <em>binding</em> is 64 bits mixed from the timeline's salt and the record's position, one-to-one in the position. A record is valid when the mark is right, the length at least
 * 24 and within the segment, the checksum right, and the type known; they are looked at in this order, so no length is followed and no memory taken for it
 * before the mark has vouched for it (fault G3). A <em>filler</em> covers the rest of a segment, of which it checks only its own header. Where fewer than 24 bytes are left
 * there is none. A <em>void</em> says nothing; it has the place of a record whose body could not be written, and its body is zeros. A <em>watermark</em> has a body of 8 bytes: everything before that position had been synced when the watermark was written. Each batch that is written carries one, as its
 * last record, unless the segment has no room for it.
 *
 * <h2>What is synced before what</h2>
 * These orders are all that the rest relies on; the invariants of files are repeated beside the code that keeps them, in {@code SegmentSupply}.
 * <ol>
 *   <li>A segment's length, then its header, are synced while it is a spare; then it is renamed; then names are synced; then it is written to. So a segment's name that is durable
 *       means a header that is valid.
 *   <li>A segment becomes a spare by a rename, and names are synced before the spare's header is rewritten.
 *   <li>A segment is written to its end and synced before anything is written to the next (W6). So a record in a segment proves the whole of those before it.
 *   <li>An opening that begins a timeline has first made the end of its parent durable, put away all that lies beyond it, and synced names.
 * </ol>
 *
 * <h2>Reading: which timelines</h2>
 * The highest timeline number there is was given by the opening that knew most. From it, parents are followed down to the anchor's timeline; that is the history, and files of other
 * timelines are nobody's. The reader goes up this chain. In each timeline it reads to <em>exactly</em> the position where the child continues it, and looks at nothing beyond:
 * <ul>
 *   <li>if it cannot read that far, or a record lies across that position, that is damage;
 *   <li>what was cut off there stays cut off, even if it comes to look valid later, or if records of the same size fill the gap (G2): the child has its own
 *       segments and its own salt.
 * </ul>
 * A timeline without a record at the end of the chain was begun in vain: the end is its parent's, and the next opening turns its segment into a spare.
 *
 * <h2>Reading: where the log ends</h2>
 * At the first position {@code P} of the last timeline where no valid record begins, every eighth byte up to the end of the timeline's last segment is tried as a record's beginning.
 * <ul>
 *   <li>A valid watermark that says "synced up to {@code W}" with {@code W > P}, or any valid record in a segment after {@code P}'s, proves that {@code P} had been durable: it is damage, and the
 *       exception names segment, position and proof (G4, G6).
 *   <li>Otherwise it is a torn tail, whatever else lies there: a crash may keep the second of two unsynced writes and lose the first (G7).
 *   <li>If {@code P} is the anchor itself, the records before it in its segment must lead up to it: an older copy of the log is refused (L6).
 *   <li>An exception of the disk, or no memory, is neither; it passes through (F8).
 * </ul>
 * What cannot be told: damage in the records of the very last sync, after which nothing was written, looks like a torn tail. Only a witness outside the log could tell, such as an anchor or
 * the position in a page: {@link dev.afterimage.wal.WriteAheadLog#force} refuses positions beyond the end.
 *
 * <p>{@link dev.afterimage.wal.LogReader#end()} makes the tail that was read durable, by writing it again and syncing it. Without the writing, a sync that follows a failed one may
 * succeed without doing anything.
 *
 * <h2>Why stale records never revive</h2>
 * A recycled file is full of old records. One at its old place in the file has another position; one of another timeline has another salt; either way its binding differs (G1, G5). Zeros have
 * length 0 (G10). The timeline's number goes into the salt, so even a random generator that repeats itself gives another salt to each timeline.
 *
 * <h2>Crash by crash</h2>
 * <table>
 *   <caption>What a crash leaves, and what the next opening makes of it</caption>
 *   <tr><th>during</th><th>left</th><th>then</th></tr>
 *   <tr><td>making a spare</td><td>a spare of any length and content, or none</td><td>shorter ones are removed; one of full length without a header is filled with zeros</td></tr>
 *   <tr><td>giving a spare its header</td><td>a spare with the old header or the new</td><td>a spare</td></tr>
 *   <tr><td>rename, names not synced</td><td>the spare, or the segment with its header and no record</td><td>a spare; or one past the end (G11, W7), and then a spare</td></tr>
 *   <tr><td>writing a batch</td><td>any of its sectors; the first sector, which may hold records synced earlier, old or new</td><td>torn tail</td></tr>
 *   <tr><td>crossing, old segment not synced</td><td>the next segment without a record</td><td>torn tail in the old one; the next becomes a spare</td></tr>
 *   <tr><td>recycling</td><td>some segments before the anchor, some spares</td><td>never read; freed by the next recycling</td></tr>
 *   <tr><td>beginning a timeline</td><td>nothing, or a timeline without a record</td><td>its segment becomes a spare, the parent ends where it did</td></tr>
 *   <tr><td>going on in place</td><td>a tail, and segments behind it, that are partly zeros</td><td>torn tail at the same end</td></tr>
 * </table>
 *
 * <h2>A full disk</h2>
 * Segments have their room before they are used, so only going over to a new segment can find the disk full, and that is done before a record is given a position. One spare is kept
 * from running transactions, for the next opening. Only a checkpoint may take it ({@link dev.afterimage.wal.WriteAheadLog#switchSegment}), in order to free
 * the segment it leaves. Should an opening find neither a spare nor room (it took the spare, appended, and died before a checkpoint
 * freed anything), it goes on in the last segment: it makes everything from the end on zeros, durably, and only then appends; so the one thing the new salt is for cannot happen.
 *
 * <p>A strategy that appends while it recovers goes on in place as well where the log ends with what an earlier attempt has appended ({@link dev.afterimage.wal.WriteAheadLog#goOn}), full disk or not. A timeline per attempt would leave
 * the rest of a segment unused each time: on a full disk, attempts that are cut short often enough would use up the segments promised to their records.
 *
 * <h2>Sources</h2>
 * Timelines in names and watermark-like page headers: PostgreSQL's WAL; there a timeline begins at a promotion, here at each opening. Salts: SQLite's WAL header. Group commit: DeWitt
 * et al., Implementation Techniques for Main Memory Database Systems, SIGMOD 1984. The leader that works for those who wait: LevelDB's writer queue.
 */
@NullMarked
package dev.afterimage.wal;

import org.jspecify.annotations.NullMarked;
