package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;


/** Tells one crash state for people: when the power failed, and what became of each call that was not yet decided. */
public final class CrashStory {
    private static final int LINES_MAX = 40;

    private final DiskTrace trace;
    private final Map<DiskCall, DiskEvent> events = new HashMap<>();

    private CrashStory(DiskTrace trace) {
        this.trace = trace;
        trace.events().forEach(event -> events.put(event.call(), event));
    }

    /**
     * The story, a line a fact; neighbouring calls of one fate on one file share a line.
     *
     * @throws IllegalArgumentException if the choice is not one of this trace's crash point
     */
    public static List<String> tell(DiskTrace trace, int point, ChoiceVector choice) {
        CrashPoint at = CrashStates.pointOf(trace, point, choice);
        CrashStory story = new CrashStory(trace);
        List<String> lines = new ArrayList<>();
        lines.add("crash point " + point + " of " + trace.syncCompletions() + ": " + story.moment(point));
        List<String> fates = story.fates(at, choice);
        if (fates.isEmpty()) {
            lines.add("nothing was undecided there");
        }
        lines.addAll(fates.subList(0, Math.min(fates.size(), LINES_MAX)));
        if (fates.size() > LINES_MAX) {
            lines.add("and so on, " + (fates.size() - LINES_MAX) + " lines more");
        }
        return lines;
    }

    private String moment(int point) {
        int completions = 0;
        for (DiskEvent event : trace.events()) {
            if (event instanceof DiskEvent.SyncEnded ended && completions++ == point) {
                return "just before the sync of " + (ended.scope() == SyncScope.NAMES ? "the names" : ended.name()) + " ended";
            }
        }
        return "after the last sync, at the end";
    }

    private List<String> fates(CrashPoint at, ChoiceVector choice) {
        List<String> lines = new ArrayList<>();
        String last = null;
        int repeated = 0;
        for (CrashPoint.Range atom : at.atoms()) {
            DiskEvent event = events.get(at.part(atom.from()).call());
            String line = fate(atom, choice) + (event == null ? at.part(atom.from()).toString() : what(event));
            if (line.equals(last)) {
                repeated++;
                lines.set(lines.size() - 1, line + ", " + (repeated + 1) + " times");
            } else {
                lines.add(line);
                last = line;
                repeated = 0;
            }
        }
        return lines;
    }

    private static String fate(CrashPoint.Range atom, ChoiceVector choice) {
        int kept = inRange(choice.kept(), atom);
        int trashed = inRange(choice.trashed(), atom);
        if (kept == atom.parts()) {
            return "kept      ";
        }
        if (kept + trashed == 0) {
            return "lost      ";
        }
        String parts = kept + " of " + atom.parts() + " parts kept" + (trashed > 0 ? ", " + trashed + " trashed" : "") + ": ";
        return "torn      " + parts;
    }

    private static int inRange(BitSet set, CrashPoint.Range atom) {
        return set.get(atom.from(), atom.to()).cardinality();
    }

    private static String what(DiskEvent event) {
        if (event instanceof DiskEvent.Written written) {
            return String.format(Locale.ROOT, "write of %,d bytes at %,d of %s%s", written.length(), written.position(), written.name(),
                    written.sizeAfter() > written.sizeBefore() ? ", which made it longer" : "");
        }
        if (event instanceof DiskEvent.Resized resized) {
            return String.format(Locale.ROOT, "%s of %s from %,d to %,d bytes", resized.preallocated() ? "preallocation" : "resize", resized.name(), resized.sizeBefore(), resized.sizeAfter());
        }
        if (event instanceof DiskEvent.Created created) {
            return "creation of " + created.name();
        }
        if (event instanceof DiskEvent.Renamed renamed) {
            return "renaming of " + renamed.from() + " to " + renamed.to();
        }
        if (event instanceof DiskEvent.Deleted deleted) {
            return "deletion of " + deleted.name();
        }
        return event.toString();
    }
}
