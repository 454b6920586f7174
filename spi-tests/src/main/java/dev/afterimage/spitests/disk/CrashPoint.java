package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** One moment of a trace at which the power may fail, with its undecided parts numbered in program order. Valid until the trace goes on. */
final class CrashPoint {
    private final int number;
    private final long sequence;
    private final UndecidedDisk disk;
    private final List<Part> parts;
    /** Lengths and names, of which there are few; in program order. */
    private final List<Part> structure = new ArrayList<>();
    private final List<Range> atoms = new ArrayList<>();
    private boolean shrinks;
    private @Nullable Draft everything;

    /**
     * Parts of one call, or some of them.
     *
     * @param from number of the first
     * @param to one past the last
     */
    record Range(int from, int to) {
        int parts() {
            return to - from;
        }

        boolean contains(int part) {
            return part >= from && part < to;
        }
    }

    CrashPoint(int number, long sequence, UndecidedDisk disk) {
        this.number = number;
        this.sequence = sequence;
        this.disk = disk;
        this.parts = disk.pending();
        int from = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            part.ordinal(i);
            if (!(part instanceof Part.Data)) {
                structure.add(part);
                shrinks |= part instanceof Part.Size length && length.isShrinking();
            }
            if (i + 1 == parts.size() || parts.get(i + 1).call() != part.call()) {
                atoms.add(new Range(from, i + 1));
                from = i + 1;
            }
        }
    }

    int number() {
        return number;
    }

    /** Whether a file was cut: then the order between a length and bytes says something. */
    boolean hasShrinks() {
        return shrinks;
    }

    long sequence() {
        return sequence;
    }

    int parts() {
        return parts.size();
    }

    Part part(int ordinal) {
        return parts.get(ordinal);
    }

    List<Part> structure() {
        return structure;
    }

    /** The parts, grouped by call. */
    List<Range> atoms() {
        return atoms;
    }

    /** A draft of what is durable. */
    Draft nothing() {
        return new Draft(disk);
    }

    /** The draft of everything issued; not to be changed. */
    Draft everything() {
        Draft draft = everything;
        if (draft == null) {
            draft = nothing();
            parts.forEach(draft::keep);
            everything = draft;
        }
        return draft;
    }

    /** The draft with exactly the parts whose bit is set. This is what a choice means; all else is a short cut to the same. */
    Draft with(BitSet kept) {
        Draft draft = nothing();
        for (Part part : parts) {
            draft.decide(part, kept.get(part.ordinal()));
        }
        return draft;
    }

    /** The same, with some of the others trashed. */
    Draft with(BitSet kept, BitSet trashed) {
        if (trashed.isEmpty()) {
            return with(kept);
        }
        Draft draft = nothing();
        for (Part part : parts) {
            if (trashed.get(part.ordinal())) {
                draft.trash(part);
            } else {
                draft.decide(part, kept.get(part.ordinal()));
            }
        }
        return draft;
    }

    /** The draft of a set of fates, as in {@link Alternatives}. */
    Draft of(BitSet fates) {
        return with(fates.get(0, parts.size()), fates.get(parts.size(), 2 * parts.size()));
    }

    /** The vector of a set of fates. */
    ChoiceVector choice(BitSet fates) {
        return ChoiceVector.of(fates.get(0, parts.size()), fates.get(parts.size(), 2 * parts.size()), parts.size());
    }

    /** Describes the state of a set of fates. */
    void offer(BitSet fates, ChoiceSink sink) {
        sink.offer(() -> of(fates).image(), () -> choice(fates));
    }

    /** Describes the state of a set of fates that is worked out only if somebody looks. */
    void offer(Supplier<BitSet> fates, ChoiceSink sink) {
        sink.offer(() -> of(fates.get()).image(), () -> choice(fates.get()));
    }

    /**
     * Whether the profile lets a part tear and leave trash. A sector must be in flight for that: not one whose failed sync left it old or new for good, and not one that is given
     * the bytes it has, unless they are zeros: a device that tears does not look what was there, and of zeros over zeros {@link UndecidedDisk} has the first sector of each call. STRICT asks in addition that no
     * durable bytes are lost by it.
     */
    boolean mayBeTrashed(int ordinal) {
        Part part = parts.get(ordinal);
        if (part.isStuck()) {
            return false;
        }
        if (part instanceof Part.Data data) {
            Sector durable = disk.file(data.file()).durable().get(data.index());
            if (disk.profile().trashesDurableBytes()) {
                return true;
            }
            Part.Data older = data.older();
            return Sector.isZeros(durable) && (!Sector.same(data.sector(), older == null ? null : older.sector()) || data.isFirst() && Sector.isZeros(data.sector()));
        }
        return part instanceof Part.Size length && length.exposed() != null;
    }

    /** Whether the profile lets any part be trashed. */
    boolean anyMayBeTrashed() {
        for (int i = 0; i < parts.size(); i++) {
            if (mayBeTrashed(i)) {
                return true;
            }
        }
        return false;
    }

    /** The same, where no bytes are kept but within the range. */
    Draft with(BitSet kept, Range data) {
        if (shrinks) {
            return with(kept);
        }
        // While no file is cut, bytes and lengths are independent: the order between them says nothing.
        Draft draft = nothing();
        structure.forEach(part -> draft.decide(part, kept.get(part.ordinal())));
        for (int i = data.from(); i < data.to(); i++) {
            if (parts.get(i) instanceof Part.Data sector) {
                draft.keep(sector);
            }
        }
        return draft;
    }

    /** Everything but a range. */
    Draft without(Range range) {
        if (shrinks) {
            return with(dropping(range).kept());
        }
        Draft draft = everything().copy();
        boolean names = false;
        for (int i = range.from(); i < range.to(); i++) {
            Part part = parts.get(i);
            if (part instanceof Part.Data data) {
                showOlder(draft, data, range);
            } else if (part instanceof Part.Size length) {
                draft.size(length.file(), sizeBefore(length));
            } else {
                names = true;
            }
        }
        if (names) {
            Draft renamed = nothing();
            structure.forEach(part -> renamed.decide(part, !range.contains(part.ordinal())));
            draft.names(renamed);
        }
        return draft;
    }

    /** Lets a sector be its newest version outside the range. */
    private void showOlder(Draft draft, Part.Data dropped, Range range) {
        Part.Data version = disk.file(dropped.file()).newest(dropped.index());
        if (version != null && range.contains(version.ordinal())) {
            while (version != null && range.contains(version.ordinal())) {
                version = version.older();
            }
            draft.put(dropped.file(), dropped.index(), version);
        }
    }

    /** The length of a file when a change of it, and with it all later ones, is lost. */
    private long sizeBefore(Part.Size lost) {
        long size = disk.file(lost.file()).size();
        for (Part part : structure) {
            if (part == lost) {
                break;
            }
            if (part instanceof Part.Size length && length.file() == lost.file()) {
                size = length.size();
            }
        }
        return size;
    }

    /** Adds the changes of a file's length before that number. */
    void keepLengths(BitSet kept, int file, int before) {
        for (Part part : structure) {
            if (part instanceof Part.Size length && length.file() == file && part.ordinal() < before) {
                kept.set(part.ordinal());
            }
        }
    }

    /** Adds the changes of names that lead to a file, before that number. */
    void keepNamesOf(BitSet kept, int file, int before) {
        for (Part part : structure) {
            if (part instanceof Part.Naming naming && naming.file() == file && part.ordinal() < before) {
                kept.set(part.ordinal());
            }
        }
        keepEarlierNames(kept);
    }

    /** Adds the changes of names without which those that are set do not count. */
    void keepEarlierNames(BitSet kept) {
        Set<Part> chosen = new HashSet<>();
        for (Part part : structure) {
            if (kept.get(part.ordinal())) {
                chosen.add(part);
            }
        }
        Settlement.withPredecessors(structure, chosen).forEach(part -> kept.set(part.ordinal()));
    }

    /** The vector that keeps a range. */
    ChoiceVector keeping(int from, int to) {
        BitSet kept = new BitSet();
        kept.set(from, to);
        return ChoiceVector.of(kept, parts.size());
    }

    /** The vector that drops a range. */
    ChoiceVector dropping(Range range) {
        BitSet kept = new BitSet();
        kept.set(0, parts.size());
        kept.clear(range.from(), range.to());
        return ChoiceVector.of(kept, parts.size());
    }

    UndecidedDisk disk() {
        return disk;
    }
}
