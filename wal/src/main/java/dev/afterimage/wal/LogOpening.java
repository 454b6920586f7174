package dev.afterimage.wal;

import java.util.random.RandomGenerator;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFullException;

/**
 * What a log has when it begins: a timeline, a segment to write to, and where more come from.
 *
 * @param startLsn position of the first record of this opening
 */
record LogOpening(Timeline timeline, SegmentSupply supply, LogSegment segment, long startLsn) {

    /** Opens a timeline of its own; or, where an older store's disk has no room for that, goes on in its last segment. */
    static LogOpening after(LogEnd after, Disk disk, LogSettings settings, long storeId, RandomGenerator random) {
        LogPositions positions = new LogPositions(settings.segmentBytes());
        long number = positions.segmentFrom(after.lsn());
        int child = Math.addExact(Math.max(highestTimeline(disk), after.timeline()), 1);
        long salt = RecordFormat.mix(random.nextLong() + child * 0xD1B54A32D192ED03L);
        Timeline timeline = new Timeline(child, salt, positions.firstRecord(number), after.timeline(), after.lsn());
        SegmentSupply supply = new SegmentSupply(disk, positions, storeId, timeline);
        supply.adopt(after, number);
        if (after.timeline() == 0) {
            supply.keepSpares(2); // a new store that has no room for both is not made at all
        } else if (!supply.tryKeepSpares(1)) {
            return inPlace(after, disk, settings, storeId);
        }
        // If there is no room for the spare, the first there is will be taken for it.
        return new LogOpening(timeline, supply, supply.first(number), timeline.startLsn()).andThen(() -> supply.tryKeepSpares(1));
    }

    /**
     * Goes on in the segment that an opening which was cut short wrote to last.
     *
     * <p>Invariant: if what was left of that segment and the spares had room for all that the opening still had to append, they have room for all that this one has to. For it appends from the very
     * position on where the other's records end, and every segment that the other took beyond becomes a spare again. A timeline of its own would leave the rest of the segment
     * unused, each time; on a full disk, enough such openings would have no spare left (rule F2).
     */
    static LogOpening goingOn(LogEnd after, Disk disk, LogSettings settings, long storeId) {
        LogOpening opening = inPlace(after, disk, settings, storeId);
        return opening.andThen(() -> opening.supply.tryKeepSpares(1));
    }

    /** Makes all that lies beyond the end zeros, durably: under the old salt, nothing else keeps it from coming back. */
    private static LogOpening inPlace(LogEnd after, Disk disk, LogSettings settings, long storeId) {
        LogPositions positions = new LogPositions(settings.segmentBytes());
        SegmentName name = new SegmentName(after.timeline(), positions.segmentBefore(after.lsn()));
        SegmentHeader header = disk.exists(name.toString()) ? TimelineChain.header(disk, name, settings, storeId) : null;
        if (header == null) {
            throw new DiskFullException("the disk " + disk.description() + " is full, and neither a spare segment nor segment " + name
                    + " is there to go on in; make room for " + settings.segmentBytes() + " bytes");
        }
        SegmentSupply supply = new SegmentSupply(disk, positions, storeId, header.timeline());
        supply.adopt(after, name.number() + 1);
        LogOpening opening = new LogOpening(header.timeline(), supply, supply.resume(name), after.lsn());
        return opening.andThen(() -> {
            if (positions.offset(after.lsn()) != 0) {
                supply.fillWithZeros(opening.segment.file(), positions.offset(after.lsn()));
            }
        });
    }

    /** What is left to be done; if it fails, the segment is closed again, for nobody will have this. */
    private LogOpening andThen(Runnable rest) {
        try {
            rest.run();
            return this;
        } catch (Throwable t) {
            segment.file().close();
            throw t;
        }
    }

    private static int highestTimeline(Disk disk) {
        return disk.list().stream().map(SegmentName::parse).mapToInt(name -> name == null ? 0 : name.timeline()).max().orElse(0);
    }
}
