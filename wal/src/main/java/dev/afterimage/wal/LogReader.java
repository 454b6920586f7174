package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log back, from an anchor to its end, in constant memory, following timelines from parent to child.
 *
 * <pre>{@code
 * try (LogReader reader = LogReader.open(disk, settings, storeId, anchor)) {
 *     while (reader.next()) {
 *         redo(reader.lsn(), reader.type(), reader.transactionId(), reader.body());
 *     }
 *     log = WriteAheadLog.begin(disk, settings, storeId, reader.end(), random, events);
 * }
 * }</pre>
 *
 * <p>{@link #next()} is false only where the log really ends: at the end of the last timeline, with nothing beyond that proves it had been synced further. Everything else is
 * an exception. {@link StoreDamagedException} is for bytes that had been synced and cannot be read as what they were. A
 * {@link DiskException} and an {@link OutOfMemoryError} pass through, and are never the end; the same call may be made again.
 *
 * <p>One thread at a time. Reading changes nothing on the disk; {@link #end()} does, and must not be called while a {@link WriteAheadLog} is open on it.
 * Reading may be cut short by a crash and begun again any number of times.
 */
public final class LogReader implements AutoCloseable {
    private final LogAnchor anchor;
    private final LogPositions positions;
    private final TimelineChain chain;
    private final SegmentWindow window;
    private final CRC32C crc = new CRC32C();

    private final @Nullable LogEnd knownEnd;
    private final int segmentBytes;
    private int link;
    private long position;
    private long segmentStart; // of the segment that the position lies in
    private long windowStart = -1; // of the segment that was opened last to read records, and its number
    private long windowSegment;
    private boolean sawRecord; // in the timeline being read
    private @Nullable LogEnd endBeforeEmpty; // where a timeline that holds a record ended, while those after it hold none
    private long syncedLsn; // highest position known to have been synced
    private @Nullable LogEnd end;
    private boolean settled;

    private long lsn;
    private int type;
    private long transactionId;
    private int bodyAt;
    private int bodyBytes;
    private @Nullable ByteBuffer body; // made when it is asked for

    private LogReader(TimelineChain chain, Disk disk, LogSettings settings, LogAnchor from, @Nullable LogEnd knownEnd) {
        anchor = from;
        this.knownEnd = knownEnd;
        this.chain = chain;
        positions = new LogPositions(settings.segmentBytes());
        window = new SegmentWindow(disk, settings.segmentBytes());
        segmentBytes = settings.segmentBytes();
        position = from.lsn();
        syncedLsn = from.lsn();
        if (from.lsn() < chain.get(0).startLsn() || !positions.canBegin(from.lsn())) {
            throw new StoreDamagedException("the control block points to position " + from.lsn() + " of the log's timeline " + from.timeline()
                    + ", where no record can begin; that timeline begins at " + chain.get(0).startLsn());
        }
    }

    /**
     * Opens the log at an anchor; nothing is read yet but segment headers.
     *
     * @param storeId segments of any other store are refused
     * @param from what the strategy's control block says; it had been forced before that block was written
     * @throws StoreDamagedException if segments between the anchor's timeline and the last are missing or contradict each other
     * @throws ConfigException if the log was made with segments of another size
     * @throws StoreFormatException if the log is of a newer format
     */
    public static LogReader open(Disk disk, LogSettings settings, long storeId, LogAnchor from) {
        return new LogReader(TimelineChain.find(disk, settings, storeId, from), disk, settings, from, null);
    }

    /** Reads along a chain that the caller knows. */
    static LogReader along(TimelineChain chain, Disk disk, LogSettings settings, LogAnchor from) {
        return new LogReader(chain, disk, settings, from, null);
    }

    /**
     * Opens the log once more, to be read to an end that an earlier reader of the same opening found and made durable; what lies beyond is not looked at again.
     *
     * @param knownEnd what {@link #end()} of the earlier reader answered
     */
    public static LogReader openAgain(Disk disk, LogSettings settings, long storeId, LogAnchor from, LogEnd knownEnd) {
        return new LogReader(TimelineChain.find(disk, settings, storeId, from), disk, settings, from, knownEnd);
    }

    /**
     * From now on the log is read ahead of {@link #next()}, as far as these tasks run; for a reader that goes a long way. What it finds is the same without them.
     *
     * @param tasks the context's; the one task that is asked for ends with {@link #close()}
     */
    public LogReader readAhead(BackgroundTasks tasks) {
        window.readAhead(tasks);
        return this;
    }

    /**
     * Goes to the next record of the strategy; the log's own records are passed over.
     *
     * @return false at the end of the log, and ever after
     * @throws StoreDamagedException if bytes that had been synced are no longer what they were; the message names segment and position
     */
    public boolean next() {
        while (end == null) {
            if (atKnownEnd() || followChild() || crossSegment()) {
                continue;
            }
            if (!readRecord()) {
                endTimeline();
            } else if (type <= RecordFormat.MAX_TYPE) {
                return true;
            }
        }
        return false;
    }

    /** Position of the record's first byte. */
    public long lsn() {
        return lsn;
    }

    /** Position after the record: where the next one begins, unless a segment ends there. */
    public long endLsn() {
        return position;
    }

    /** The timeline the record lies in. */
    public int timeline() {
        return chain.get(link).number();
    }

    /** What kind of record it is, in the strategy's numbering. */
    public int type() {
        return type;
    }

    /** The transaction it belongs to. */
    public long transactionId() {
        return transactionId;
    }

    /** The body, little-endian, from position 0 to the limit: a view of the reader's memory, good until the next {@link #next()}. */
    public ByteBuffer body() {
        ByteBuffer made = body;
        if (made == null) {
            made = window.bytes().slice(bodyAt, bodyBytes).order(ByteOrder.LITTLE_ENDIAN);
            body = made;
        }
        return made;
    }

    /** The reader's memory, little-endian, which holds the body from {@link #bodyAt()} on: for those who read millions of records, and make no object for each. By absolute positions only, good until the next {@link #next()}. */
    public ByteBuffer bytes() {
        return window.bytes();
    }

    /** Where in {@link #bytes()} the body begins. */
    public int bodyAt() {
        return bodyAt;
    }

    /** The body's length. */
    public int bodyBytes() {
        return bodyBytes;
    }

    /**
     * Where reading ended. Before it answers, it makes sure that what was read is durable: after the death of a process, or a failed sync, the tail may exist
     * in the operating system's cache alone, perhaps even marked clean. So it writes the bytes since the last position known to be synced back as
     * they are, and syncs them; a crash meanwhile leaves the same bytes or an earlier end.
     *
     * @throws IllegalStateException if {@link #next()} has not been false yet
     */
    public LogEnd end() {
        LogEnd found = end;
        if (found == null) {
            throw new IllegalStateException("the end is known only once next() has been false");
        }
        if (!settled) {
            settle(found);
            settled = true;
        }
        return found;
    }

    @Override
    public void close() {
        window.close();
    }

    /** The end, without making it durable: for those that only look. */
    LogEnd foundEnd() {
        LogEnd found = end;
        if (found == null) {
            throw new IllegalStateException("the end is known only once next() has been false");
        }
        return found;
    }

    private boolean atKnownEnd() {
        LogEnd known = knownEnd;
        if (known == null || known.timeline() != timeline() || known.lsn() != position) {
            return false;
        }
        end = known;
        settled = true; // by the reader that found it
        return true;
    }

    /** Goes over to the child timeline where this one ends for it; what lies beyond is not even looked at. */
    private boolean followChild() {
        Timeline child = chain.child(link);
        if (child == null || positions.recordAt(child.parentEnd()) > positions.recordAt(position)) {
            return false;
        }
        if (positions.recordAt(child.parentEnd()) < positions.recordAt(position)) {
            throw new StoreDamagedException("timeline " + child.number() + " of the log continues timeline " + child.parent() + " at position "
                    + child.parentEnd() + ", but " + (position == anchor.lsn() ? "the control block points beyond it, to " : "a record there ends beyond it, at ")
                    + position + "; files of different logs are mixed");
        }
        if (sawRecord || link == 0) {
            endBeforeEmpty = new LogEnd(chain.get(link).number(), position, 0);
        }
        syncedLsn = Math.max(syncedLsn, position); // whoever began the child had made sure of it
        link++;
        position = child.startLsn();
        sawRecord = false;
        return true;
    }

    /** Steps over what is left of a segment when no header fits there; stays put at a boundary, where {@link #readRecord} looks beyond it. */
    private boolean crossSegment() {
        if (position < segmentStart || position - segmentStart >= segmentBytes) {
            segmentStart = positions.start(positions.segmentOf(position));
        }
        long boundary = segmentStart + segmentBytes;
        if (boundary - position >= RecordFormat.HEADER_BYTES) {
            return false;
        }
        position = boundary;
        return true;
    }

    /** Reads the record at the position and moves behind it; false if none is there. */
    private boolean readRecord() {
        assert segmentStart == positions.start(positions.segmentOf(position));
        Timeline timeline = chain.get(link);
        if (!openSegment(timeline)) {
            return false;
        }
        int offset = position == segmentStart ? SegmentHeader.BYTES : (int) (position - segmentStart);
        long at = segmentStart + offset;
        int inMemory = recordInMemory(at, offset, timeline.salt());
        if (inMemory < 0) {
            return false;
        }
        ByteBuffer bytes = window.bytes();
        int length = RecordFormat.lengthAt(bytes, inMemory);
        type = RecordFormat.typeAt(bytes, inMemory);
        transactionId = RecordFormat.transactionAt(bytes, inMemory);
        if (type == RecordFormat.WATERMARK) {
            noteWatermark(at, RecordFormat.watermarkAt(bytes, inMemory));
        } else if (type <= RecordFormat.MAX_TYPE) {
            bodyAt = inMemory + RecordFormat.HEADER_BYTES;
            bodyBytes = length - RecordFormat.HEADER_BYTES;
            body = null;
        }
        lsn = at;
        position = at + RecordFormat.span(length);
        sawRecord = true;
        return true;
    }

    /** Sees to it that the window looks at the position's segment; false if there is none. */
    private boolean openSegment(Timeline timeline) {
        if (segmentStart == windowStart && window.looksAt(timeline.number(), windowSegment)) {
            return true;
        }
        long segment = positions.segmentOf(position);
        if (!chain.hasSegment(timeline.number(), segment)) {
            return false;
        }
        window.open(new SegmentName(timeline.number(), segment));
        windowSegment = segment;
        windowStart = segmentStart;
        return true;
    }

    /** Where in the window's memory a record is that begins there and is whole, all that is checked of it; -1 if there is none. Position and limit are cleared. */
    private int recordInMemory(long at, int offset, long salt) {
        long room = segmentBytes - offset;
        long binding = RecordFormat.binding(salt, at);
        int inMemory = window.at(offset, RecordFormat.HEADER_BYTES);
        if (!RecordFormat.looksLikeRecord(window.bytes().clear(), inMemory, room, binding)) {
            return -1;
        }
        inMemory = window.at(offset, RecordFormat.checkedBytes(window.bytes(), inMemory));
        boolean intact = RecordFormat.isIntact(window.bytes().clear(), inMemory, room, binding, crc);
        window.bytes().clear();
        return intact ? inMemory : -1;
    }

    private void noteWatermark(long at, long synced) {
        if (synced > at) {
            throw new StoreDamagedException("log " + window.segment() + ", position " + at + ": a watermark says that position " + synced
                    + " was synced before it was written");
        }
        syncedLsn = Math.max(syncedLsn, synced);
    }

    /** No record is at the position: the end, or damage. */
    private void endTimeline() {
        Timeline timeline = chain.get(link);
        Timeline child = chain.child(link);
        long gap = position;
        if (child != null) {
            throw damaged(gap, child.parentEnd(), "where timeline " + child.number() + " continues it");
        }
        TailSearch search = new TailSearch(window, chain, positions, timeline);
        search.run(gap);
        if (search.provenSynced() > positions.recordAt(gap)) {
            throw damaged(gap, search.provenSynced(), "as " + search.witness() + " proves");
        }
        if (link == 0 && !sawRecord) { // not by comparing positions: the gap lies at the segment's end where the anchor is too near to it for a header
            requireReached(timeline);
        }
        long cut = search.lastTrace() - gap;
        LogEnd before = endBeforeEmpty;
        end = sawRecord || before == null ? new LogEnd(timeline.number(), gap, cut) : new LogEnd(before.timeline(), before.lsn(), cut);
    }

    private StoreDamagedException damaged(long gap, long synced, String proof) {
        long segment = positions.segmentOf(gap);
        SegmentName name = new SegmentName(timeline(), segment);
        String found = chain.hasSegment(timeline(), segment) ? "bytes that are no record" : "no such file";
        return new StoreDamagedException("log segment " + name + ", position " + gap + " (byte " + positions.offset(gap) + " of the file): expected a record, because"
                + " the log had been synced up to position " + synced + ", " + proof + "; found " + found
                + ". Nothing was changed; put back the file from a copy");
    }

    /**
     * The log ends right at the anchor. Then it must be shown that it ever reached it: an older copy of the log would look the same. So the records of
     * the anchor's segment are followed from its first to the anchor.
     */
    private void requireReached(Timeline timeline) {
        long target = anchor.lsn();
        long segment = positions.segmentBefore(target);
        if (!chain.hasSegment(timeline.number(), segment)) {
            // At a boundary the segment before it may be recycled already; then the one after it is there.
            if (positions.offset(target) == 0 && chain.hasSegment(timeline.number(), positions.segmentOf(target))) {
                return;
            }
            throw notReached("there is no segment " + new SegmentName(timeline.number(), segment));
        }
        window.open(new SegmentName(timeline.number(), segment));
        long boundary = positions.start(segment + 1);
        long at = positions.firstRecord(segment);
        while (at < target && boundary - at >= RecordFormat.HEADER_BYTES) {
            int inMemory = recordInMemory(at, positions.offset(at), timeline.salt());
            if (inMemory < 0) {
                throw notReached("it ends at " + at);
            }
            at += RecordFormat.span(RecordFormat.lengthAt(window.bytes(), inMemory));
        }
        if (at > target) {
            throw notReached("no record begins there");
        }
    }

    private StoreDamagedException notReached(String found) {
        return new StoreDamagedException("the control block says that the log of timeline " + anchor.timeline() + " had been synced up to position "
                + anchor.lsn() + ", but " + found + "; the log is damaged, or an older copy than the control block");
    }

    private void settle(LogEnd found) {
        long segment = positions.segmentBefore(found.lsn());
        long from = Math.max(syncedLsn, positions.firstRecord(segment));
        if (from >= found.lsn() || !chain.hasSegment(found.timeline(), segment)) {
            return; // all of it is known to be durable
        }
        window.open(new SegmentName(found.timeline(), segment));
        int start = positions.offset(from) & -SegmentHeader.SECTOR;
        int last = positions.offset(found.lsn() - 1) | SegmentHeader.SECTOR - 1;
        window.rewriteAndSync(start, last + 1);
    }
}
