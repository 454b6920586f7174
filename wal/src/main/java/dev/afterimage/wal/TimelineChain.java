package dev.afterimage.wal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * The timelines to read, from the anchor's to the highest there is, each the parent of the next.
 *
 * <p>It is found from the top down. Each opening gives its timeline a number higher than all it sees, names the end it had read to, and first puts away
 * whatever lies beyond that end; so the highest timeline knows the true history, and what its parents do not lead to is nobody's.
 */
final class TimelineChain {
    private final Map<Integer, Timeline> known = new HashMap<>();
    private final Map<Integer, TreeSet<Long>> segments = new HashMap<>();
    private final List<Timeline> chain;

    private TimelineChain(Disk disk, LogSettings settings, long storeId, LogAnchor anchor) {
        for (String file : disk.list()) {
            SegmentName name = SegmentName.parse(file);
            if (name != null && name.timeline() >= anchor.timeline()) {
                segments.computeIfAbsent(name.timeline(), timeline -> new TreeSet<>()).add(name.number());
                learn(disk, name, settings, storeId);
            }
        }
        chain = descend(anchor);
    }

    private TimelineChain(Timeline timeline, long firstSegment, long lastSegment) {
        TreeSet<Long> numbers = new TreeSet<>();
        for (long number = firstSegment; number <= lastSegment; number++) {
            numbers.add(number);
        }
        segments.put(timeline.number(), numbers);
        chain = List.of(timeline);
    }

    /** A stretch of one timeline, of which the caller knows that it is there. Looks at no file. */
    static TimelineChain ofOne(Timeline timeline, long firstSegment, long lastSegment) {
        return new TimelineChain(timeline, firstSegment, lastSegment);
    }

    /**
     * Finds the chain.
     *
     * @throws StoreDamagedException if a timeline between is missing, or segments contradict each other
     * @throws ConfigException if the segments are of another size
     */
    static TimelineChain find(Disk disk, LogSettings settings, long storeId, LogAnchor anchor) {
        return new TimelineChain(disk, settings, storeId, anchor);
    }

    /** A file's header, or null where there is none that is whole and of that name. Only looks. */
    static @Nullable SegmentHeader header(Disk disk, SegmentName name, LogSettings settings, long storeId) {
        SegmentHeader header;
        try (DiskFile file = disk.open(name.toString())) {
            header = SegmentHeader.readFrom(file);
        }
        if (header == null || !header.fits(name)) {
            return null;
        }
        if (header.storeId() != storeId) {
            throw new StoreDamagedException("log segment " + name + " on " + disk.description() + ": expected one of store "
                    + Long.toHexString(storeId) + ", found one of store " + Long.toHexString(header.storeId()) + "; put back this store's own files");
        }
        if (header.segmentBytes() != settings.segmentBytes()) {
            throw new ConfigException("the log on " + disk.description() + " has segments of " + header.segmentBytes() + " bytes, asked for are "
                    + settings.segmentBytes() + "; open it with the size it was made with");
        }
        return header;
    }

    /** How many timelines there are to read; at least 1. */
    int length() {
        return chain.size();
    }

    /** One of them; the anchor's is the first. The anchor's may be unknown (salt and start 0) where none of its segments are left. */
    Timeline get(int index) {
        return chain.get(index);
    }

    /** The one that continues it, or null for the last. */
    @Nullable Timeline child(int index) {
        return index + 1 < chain.size() ? chain.get(index + 1) : null;
    }

    /** Whether a file of that name is there. */
    boolean hasSegment(int timeline, long number) {
        return segments.getOrDefault(timeline, new TreeSet<>()).contains(number);
    }

    /** The timeline's segments from that number on, rising. */
    List<Long> segmentsFrom(int timeline, long number) {
        return List.copyOf(segments.getOrDefault(timeline, new TreeSet<>()).tailSet(number, true));
    }

    private void learn(Disk disk, SegmentName name, LogSettings settings, long storeId) {
        SegmentHeader header = header(disk, name, settings, storeId);
        if (header == null) {
            return; // the salt of its siblings will tell whether it holds records
        }
        Timeline before = known.putIfAbsent(name.timeline(), header.timeline());
        if (before != null && !before.equals(header.timeline())) {
            throw new StoreDamagedException("log segment " + name + " on " + disk.description() + ": expected the header of " + before + ", found "
                    + header.timeline() + "; files of different logs are mixed");
        }
    }

    private List<Timeline> descend(LogAnchor anchor) {
        Deque<Timeline> found = new ArrayDeque<>();
        int number = segments.keySet().stream().max(Integer::compare).orElse(anchor.timeline());
        while (number > anchor.timeline()) {
            Timeline timeline = known.get(number);
            if (timeline == null) {
                throw segments.containsKey(number) ? headersLost(number) : new StoreDamagedException("timeline " + number
                        + " of the log is missing, but timeline " + found.getFirst().number() + " continues it; put back its segment files");
            }
            if (timeline.parent() >= number || timeline.parentEnd() > timeline.startLsn()) {
                throw new StoreDamagedException("a segment header that contradicts itself: " + timeline);
            }
            found.addFirst(timeline);
            number = timeline.parent();
        }
        if (number != anchor.timeline()) {
            throw new StoreDamagedException("the control block points into timeline " + anchor.timeline() + " of the log, but the log's timeline "
                    + found.getFirst().number() + " continues timeline " + number + "; the log is not the one that belongs to this control block");
        }
        Timeline first = known.get(number);
        if (first == null && segments.containsKey(number)) {
            throw headersLost(number);
        }
        found.addFirst(first != null ? first : new Timeline(number, 0, 0, 0, 0));
        return new ArrayList<>(found);
    }

    private static StoreDamagedException headersLost(int timeline) {
        return new StoreDamagedException("timeline " + timeline + " of the log: no segment has a header that is whole; a segment gets its name only after"
                + " its header was synced, so the device has lost it");
    }
}
