package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Shows a log to people: its segments, and its records in the words of the strategy that wrote them.
 *
 * <p>It only reads: it takes no lock, settles no tail and may be used on a damaged log, where it shows all up to the damage and then says what is wrong. Over a log in use it
 * shows some moment of it, and may take what is being recycled for damage. One thread at a time.
 */
public final class LogDump {
    private final Disk disk;
    private final long storeId;

    /** Looks at a store's log on that disk. */
    public LogDump(Disk disk, long storeId) {
        this.disk = Objects.requireNonNull(disk);
        this.storeId = storeId;
    }

    /** One line per segment file: its name, timeline, positions, and what it continues. */
    public void segments(Consumer<String> lines) {
        for (SegmentName name : names()) {
            SegmentHeader header = headerOf(name);
            if (header == null) {
                lines.accept(name + "  no whole header of that name");
                continue;
            }
            Timeline timeline = header.timeline();
            long start = name.number() * header.segmentBytes();
            lines.accept(name + "  timeline " + name.timeline() + ", positions " + start + " to " + (start + header.segmentBytes()) + ", begun at "
                    + timeline.startLsn() + (timeline.parent() == 0 ? ", the first" : ", continues timeline " + timeline.parent() + " at " + timeline.parentEnd())
                    + ", salt " + Long.toHexString(timeline.salt()));
        }
    }

    /**
     * Gives each record, from the oldest that is followed by all others on.
     *
     * @param needed where recovery would begin: a segment that is missing before it was recycled, one that is missing behind it is damage; null if nobody knows
     * @param describer what the records mean; where it fails, the entry says so, and reading goes on
     * @param each is given each record, and says whether it wants another
     */
    public LogSummary read(@Nullable LogAnchor needed, LogRecordDescriber describer, Predicate<LogEntry> each) {
        List<SegmentName> names = names().stream().filter(this::isOurs).toList();
        int segmentBytes = names.stream().map(this::headerOf).filter(Objects::nonNull).mapToInt(SegmentHeader::segmentBytes).findFirst().orElse(0);
        if (segmentBytes == 0) {
            return new LogSummary(Ending.NONE, 0, "there is no log: no segment has a whole header", List.of());
        }
        LogSettings settings = new LogSettings(segmentBytes, LogSettings.DEFAULT.bufferBytes());
        List<LogAnchor> starts = starts(names, new LogPositions(segmentBytes), needed);
        StoreDamagedException notThere = null;
        for (LogAnchor start : starts) {
            try (LogReader reader = LogReader.open(disk, settings, storeId, start)) {
                return read(reader, describer, each);
            } catch (StoreDamagedException damage) {
                notThere = damage;
            }
        }
        return damaged(starts.get(0).lsn(), Objects.requireNonNull(notThere));
    }

    private static LogSummary read(LogReader reader, LogRecordDescriber describer, Predicate<LogEntry> each) {
        try {
            while (reader.next()) {
                LogRecordDescription record = describe(reader, describer);
                if (!each.test(new LogEntry(reader.timeline(), reader.lsn(), reader.body().limit(), reader.transactionId(), record.type(), record.page(), record.text()))) {
                    return new LogSummary(Ending.STOPPED, reader.endLsn(), "the log goes on at LSN " + reader.endLsn(), List.of());
                }
            }
            LogEnd end = reader.foundEnd();
            return new LogSummary(Ending.END, end.lsn(), "the log ends at LSN " + end.lsn() + " of timeline " + end.timeline()
                    + (end.tailBytesCut() == 0 ? "" : ", with a torn tail of " + end.tailBytesCut() + " bytes, none of which had been synced"), List.of());
        } catch (StoreDamagedException damage) {
            return damaged(reader.endLsn(), damage);
        }
    }

    private static LogRecordDescription describe(LogReader reader, LogRecordDescriber describer) {
        ByteBuffer body = reader.body();
        try {
            return describer.describe(reader.type(), reader.transactionId(), body);
        } catch (RuntimeException doesNotFit) {
            return LogRecordDescription.of("type " + reader.type(), "cannot be described, though its checksum is right: " + doesNotFit);
        }
    }

    private static LogSummary damaged(long lsn, StoreDamagedException damage) {
        return new LogSummary(Ending.DAMAGED, lsn, String.valueOf(damage.getMessage()), List.of());
    }

    /** Where reading may begin: all of one segment, the newest timeline first, for an opening that came to nothing may have left a segment of the same number. */
    private static List<LogAnchor> starts(List<SegmentName> names, LogPositions positions, @Nullable LogAnchor needed) {
        TreeSet<Long> numbers = names.stream().map(SegmentName::number).collect(Collectors.toCollection(TreeSet::new));
        long first = numbers.first();
        if (needed != null) {
            first = positions.segmentOf(needed.lsn());
            if (!numbers.contains(first)) {
                return List.of(needed);
            }
            // Segments are recycled in their order, but after a crash their names may go in any.
            while (numbers.contains(first - 1)) {
                first--;
            }
        }
        long start = first;
        return names.stream().filter(name -> name.number() == start).sorted(Comparator.reverseOrder())
                .map(name -> new LogAnchor(name.timeline(), positions.firstRecord(start))).toList();
    }

    private List<SegmentName> names() {
        return disk.list().stream().map(SegmentName::parse).filter(Objects::nonNull).map(Objects::requireNonNull).sorted().toList();
    }

    private boolean isOurs(SegmentName name) {
        try (DiskFile file = disk.open(name.toString())) {
            SegmentHeader header = SegmentHeader.readFrom(file);
            return header == null || header.storeId() == storeId;
        }
    }

    /** The header of a file, or null where there is none that is whole, and of that name and store. */
    private @Nullable SegmentHeader headerOf(SegmentName name) {
        try (DiskFile file = disk.open(name.toString())) {
            SegmentHeader header = SegmentHeader.readFrom(file);
            return header != null && header.fits(name) && header.storeId() == storeId ? header : null;
        }
    }
}
