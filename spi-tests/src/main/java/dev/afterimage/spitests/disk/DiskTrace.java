package dev.afterimage.spitests.disk;

import java.util.List;
import java.util.Map;

/**
 * What a simulated disk was asked to do, in the order of effect. Immutable.
 *
 * <p>With {@link #initial()} it determines every image that a power loss could leave: see {@link CrashStates}.
 */
public final class DiskTrace {
    private final DiskProfile profile;
    private final DiskImage initial;
    private final Map<String, Integer> initialFiles;
    private final List<DiskEvent> events;
    private final long sequence;

    DiskTrace(DiskProfile profile, DiskImage initial, Map<String, Integer> initialFiles, List<DiskEvent> events, long sequence) {
        this.profile = profile;
        this.initial = initial;
        this.initialFiles = Map.copyOf(initialFiles);
        this.events = List.copyOf(events);
        this.sequence = sequence;
    }

    /** How mean the disk was. */
    public DiskProfile profile() {
        return profile;
    }

    /** What was durable when the trace began. */
    public DiskImage initial() {
        return initial;
    }

    /** The numbers of the files that were there when the trace began, by name. */
    public Map<String, Integer> initialFiles() {
        return initialFiles;
    }

    /** What happened, in the order of effect. */
    public List<DiskEvent> events() {
        return events;
    }

    /** The newest sequence number given out when the trace was taken. */
    public long sequence() {
        return sequence;
    }

    /** How many syncs (of files and of names) completed or failed: the number of the crash point at the end of the trace. */
    public int syncCompletions() {
        return (int) events.stream().filter(DiskEvent.SyncEnded.class::isInstance).count();
    }

    /** One line per event, for a failing test to print. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("trace of ").append(events.size()).append(" events on ").append(initial);
        for (DiskEvent event : events) {
            text.append(System.lineSeparator()).append(event);
        }
        return text.toString();
    }
}
