package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the end of a sync settles: which undecided parts become durable, and which are undecided no more because something newer took their place.
 *
 * @param durable parts that become durable, in program order
 * @param gone those, and the parts that lost their chance
 */
record Settlement(List<Part> durable, Set<Part> gone) {

    boolean isEmpty() {
        return gone.isEmpty();
    }

    /** A sync that makes nothing durable but ends the chances of these parts: their old bytes are there to stay. */
    static Settlement reverting(List<Part> parts) {
        return new Settlement(List.of(), new HashSet<>(parts));
    }

    /** The parts that a sync covers, in program order. */
    static List<Part> covered(List<? extends Part> pending, DiskEvent.SyncEnded sync) {
        List<Part> covered = new ArrayList<>();
        for (Part part : pending) {
            boolean inScope = sync.scope() == SyncScope.NAMES ? part instanceof Part.Naming
                    : part instanceof Part.OfFile ofFile && ofFile.file() == sync.file();
            if (inScope && part.isCoveredBySyncAt(sync.call().started())) {
                covered.add(part);
            }
        }
        return covered;
    }

    /** Names: what is covered, and all before it in the history of any name it touches. */
    static Settlement ofNames(List<Part> pending, List<Part> covered) {
        Set<Part> durable = withPredecessors(pending, new HashSet<>(covered));
        return new Settlement(pending.stream().filter(durable::contains).toList(), durable);
    }

    /** These changes of names and, of each name they touch, all earlier ones: the histories of names persist as prefixes. */
    static Set<Part> withPredecessors(List<Part> pending, Set<Part> chosen) {
        Set<Part> closed = new HashSet<>();
        Set<String> reached = new HashSet<>();
        for (int i = pending.size() - 1; i >= 0; i--) {
            if (pending.get(i) instanceof Part.Naming naming && (chosen.contains(naming) || naming.names().stream().anyMatch(reached::contains))) {
                reached.addAll(naming.names());
                closed.add(naming);
            }
        }
        return closed;
    }

    /**
     * A file: the newest covered version of each sector, and the lengths; older versions have lost their chance.
     *
     * @param pending the undecided parts of this file, in program order
     */
    static Settlement ofFile(List<Part.OfFile> pending, List<Part> covered, DiskEvent.SyncEnded sync, long durableSize) {
        Set<Part> lengths = lengths(pending, covered, sync, durableSize);
        List<Part.Size> cutsLeftOut = shrinks(covered, lengths, false);
        List<Part.Size> cutsMade = shrinks(pending, lengths, true);
        Map<Long, Part> newest = new HashMap<>();
        for (Part part : covered) {
            // What a cut took from the cached view before the sync began, nobody wrote.
            if (part instanceof Part.Data data && !isCut(data, cutsLeftOut)) {
                newest.put(data.index(), data);
            }
        }
        List<Part> durable = new ArrayList<>();
        Set<Part> gone = new HashSet<>();
        Set<Long> passed = new HashSet<>();
        for (int i = pending.size() - 1; i >= 0; i--) {
            Part.OfFile part = pending.get(i);
            boolean becomesDurable = lengths.contains(part);
            if (part instanceof Part.Data data) {
                becomesDurable = newest.get(data.index()) == data;
                if (becomesDurable) {
                    passed.add(data.index());
                }
                if (passed.contains(data.index()) || isCut(data, cutsMade)) {
                    gone.add(data);
                }
            }
            if (becomesDurable) {
                durable.add(part);
                gone.add(part);
            }
        }
        Collections.reverse(durable);
        return new Settlement(durable, gone);
    }

    /**
     * The changes of length that become durable, a prefix of the file's: up to the last covered one, and as far as is needed to read the covered bytes. A sync of
     * data leaves out a cut that nothing follows: nobody needs it to read anything.
     */
    private static Set<Part> lengths(List<Part.OfFile> pending, List<Part> covered, DiskEvent.SyncEnded sync, long durableSize) {
        List<Part.Size> cuts = shrinks(pending, Set.of(), false);
        long needed = 0;
        Part last = null;
        for (Part part : covered) {
            if (part instanceof Part.Data data) {
                needed = Math.max(needed, visibleEnd(data, cuts));
            } else if (part instanceof Part.Size length && (sync.scope() == SyncScope.FILE || !length.isShrinking())) {
                last = length;
            }
        }
        Set<Part> prefix = new HashSet<>();
        long size = durableSize;
        boolean reached = last == null;
        for (Part.OfFile part : pending) {
            if (part instanceof Part.Size length) {
                if (reached && size >= needed) {
                    break;
                }
                prefix.add(length);
                size = length.size();
                reached |= length == last;
            }
        }
        return prefix;
    }

    private static List<Part.Size> shrinks(List<? extends Part> parts, Set<Part> set, boolean inside) {
        List<Part.Size> shrinks = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Part.Size length && length.isShrinking() && set.contains(length) == inside) {
                shrinks.add(length);
            }
        }
        return shrinks;
    }

    /** Whether one of these cuts came after that version and took its sector away. */
    private static boolean isCut(Part.Data data, List<Part.Size> cuts) {
        for (Part.Size cut : cuts) {
            if (isLater(cut, data) && data.index() * Sector.BYTES >= cut.size()) {
                return true;
            }
        }
        return false;
    }

    private static long visibleEnd(Part.Data data, List<Part.Size> cuts) {
        long end = data.end();
        for (Part.Size cut : cuts) {
            if (isLater(cut, data)) {
                end = Math.min(end, cut.size());
            }
        }
        return end;
    }

    static boolean isLater(Part one, Part other) {
        return one.call().returned() > other.call().returned();
    }
}
