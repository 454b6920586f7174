package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * Looks beyond the first position that holds no record, to tell a torn tail from damage (rule T2).
 *
 * <p>Up to the end of the timeline's last segment, every eighth byte is tried. Two things prove that the log had once been synced beyond the gap: a
 * watermark that says so, and any record at all in a later segment, because a segment is synced before the first record of the next is written. A later record in the
 * same segment proves nothing: a crash may keep the second of two writes and lose the first.
 */
final class TailSearch {
    private final SegmentWindow window;
    private final TimelineChain chain;
    private final LogPositions positions;
    private final Timeline timeline;
    private final CRC32C crc = new CRC32C();
    private long provenSynced;
    private @Nullable SegmentName witness;
    private long witnessLsn;
    private long lastTrace;

    TailSearch(SegmentWindow window, TimelineChain chain, LogPositions positions, Timeline timeline) {
        this.window = window;
        this.chain = chain;
        this.positions = positions;
        this.timeline = timeline;
    }

    /** Searches from {@code gap} on. Reads, and nothing else. */
    void run(long gap) {
        lastTrace = gap;
        for (long segment : chain.segmentsFrom(timeline.number(), positions.segmentOf(gap))) {
            window.open(new SegmentName(timeline.number(), segment));
            searchSegment(segment, Math.max(gap, positions.firstRecord(segment)));
        }
    }

    /** Everything before this position is known to have been synced; 0 if nothing is known. */
    long provenSynced() {
        return provenSynced;
    }

    /** What proves it, for a message. */
    String witness() {
        return "segment " + witness + ", position " + witnessLsn;
    }

    /** End of the last record of which there is a trace, or the gap itself. */
    long lastTrace() {
        return lastTrace;
    }

    private void searchSegment(long segment, long from) {
        long end = positions.start(segment + 1);
        long lsn = from;
        while (end - lsn >= RecordFormat.HEADER_BYTES) {
            int offset = positions.offset(lsn);
            int at = window.at(offset, RecordFormat.HEADER_BYTES);
            int ready = window.ready(offset);
            lsn = searchReady(lsn, at, ready);
            if (lsn >= 0) {
                examine(lsn, end, positions.start(segment));
                lsn += RecordFormat.ALIGNMENT;
            } else {
                lsn = -lsn;
            }
        }
    }

    /** Goes on while marks do not fit; gives the position of one that does, or the negative of where to go on after the next read. */
    private long searchReady(long lsn, int at, int ready) {
        ByteBuffer bytes = window.bytes();
        bytes.clear();
        long salt = timeline.salt();
        int steps = (ready - RecordFormat.HEADER_BYTES) / RecordFormat.ALIGNMENT + 1;
        for (int step = 0; step < steps; step++) {
            int ahead = step * RecordFormat.ALIGNMENT;
            // Most of what is searched is room that was never written; no record begins with eight zeros, for its length is among them.
            if (bytes.getLong(at + ahead) != 0 && RecordFormat.markAt(bytes, at + ahead) == RecordFormat.mark(RecordFormat.binding(salt, lsn + ahead))) {
                return lsn + ahead;
            }
        }
        return -(lsn + (long) steps * RecordFormat.ALIGNMENT);
    }

    private void examine(long lsn, long end, long provenBySegment) {
        int offset = positions.offset(lsn);
        int at = window.at(offset, RecordFormat.HEADER_BYTES);
        long binding = RecordFormat.binding(timeline.salt(), lsn);
        window.bytes().clear();
        if (!RecordFormat.looksLikeRecord(window.bytes(), at, end - lsn, binding)) {
            return;
        }
        lastTrace = Math.max(lastTrace, lsn + RecordFormat.span(RecordFormat.lengthAt(window.bytes(), at)));
        int checked = RecordFormat.checkedBytes(window.bytes(), at);
        at = window.at(offset, checked);
        window.bytes().clear();
        if (!RecordFormat.isIntact(window.bytes(), at, end - lsn, binding, crc)) {
            return;
        }
        window.bytes().clear();
        long proven = provenBySegment;
        if (RecordFormat.typeAt(window.bytes(), at) == RecordFormat.WATERMARK) {
            proven = Math.max(proven, RecordFormat.watermarkAt(window.bytes(), at));
        }
        if (proven > provenSynced) {
            provenSynced = proven;
            witness = window.segment();
            witnessLsn = lsn;
        }
    }
}
