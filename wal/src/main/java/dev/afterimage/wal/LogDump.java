package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Shows a log to people: its segments, and its records in the words of the strategy that wrote them.
 *
 * <p>It only reads: it needs no settings, takes no lock, settles no tail and may be used on a damaged log, where it shows all up to the damage and then
 * says what is wrong. Over a log in use it shows some moment of it. One thread at a time.
 */
public final class LogDump {
    private final Disk disk;

    /** Looks at the log on that disk. */
    public LogDump(Disk disk) {
        this.disk = Objects.requireNonNull(disk);
    }

    /** One line per segment file: its name, timeline, positions, and what it continues. */
    public void segments(Consumer<String> lines) {
        for (SegmentName name : names()) {
            SegmentHeader header = headerOf(name);
            if (header == null || !header.fits(name)) {
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

    /** One line per record, from the oldest position whose segments are all there, and one on how the log ends. */
    public void records(LogRecordDescriber describer, Consumer<String> lines) {
        List<SegmentName> names = names();
        SegmentHeader oldest = names.stream().map(this::headerOf).filter(Objects::nonNull)
                .min(Comparator.comparingLong(SegmentHeader::number)).orElse(null);
        if (oldest == null) {
            lines.accept("no log: no segment with a whole header among " + names.size());
            return;
        }
        LogPositions positions = new LogPositions(oldest.segmentBytes());
        LogAnchor from = new LogAnchor(oldest.timeline().number(), positions.firstRecord(oldest.number()));
        LogSettings settings = new LogSettings(oldest.segmentBytes(), LogSettings.DEFAULT.bufferBytes());
        try (LogReader reader = LogReader.open(disk, settings, oldest.storeId(), from)) {
            while (reader.next()) {
                ByteBuffer body = reader.body();
                int bytes = body.remaining();
                lines.accept(reader.timeline() + ":" + reader.lsn() + "  type " + reader.type() + ", transaction " + reader.transactionId() + ", "
                        + bytes + " bytes: " + describer.describe(reader.type(), reader.transactionId(), body));
            }
            LogEnd end = reader.foundEnd();
            lines.accept("ends at " + end.timeline() + ":" + end.lsn() + (end.tailBytesCut() == 0 ? "" : ", with a torn tail of " + end.tailBytesCut() + " bytes"));
        } catch (StoreDamagedException damage) {
            lines.accept("damaged: " + damage.getMessage());
        }
    }

    private List<SegmentName> names() {
        return disk.list().stream().map(SegmentName::parse).filter(Objects::nonNull).map(Objects::requireNonNull).sorted().toList();
    }

    private @Nullable SegmentHeader headerOf(SegmentName name) {
        try (DiskFile file = disk.open(name.toString())) {
            return SegmentHeader.readFrom(file);
        }
    }
}
