package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What can become of each thing that a crash point leaves undecided, told apart by what is decided by itself: each sector takes each of its versions, each file each
 * prefix of its lengths, and the names each set of changes that is a prefix for every name. With trash, each sector that may tear is trashed as well, and each length that may shows
 * bytes of another time.
 *
 * <p>One alternative is a set of fates: a bit for each part that is kept, and one beyond the number of all parts for each that is trashed.
 */
final class Alternatives {
    private final CrashPoint point;
    private final boolean trash;

    Alternatives(CrashPoint point, boolean trash) {
        this.point = point;
        this.trash = trash;
    }

    /**
     * A sector that some undecided write overlaps.
     *
     * @param file number of its file
     * @param index its number in the file
     */
    record Place(int file, long index) {
    }

    /** For each sector that is undecided, in program order of its first version: what it may be; first that nothing of it survived. */
    Map<Place, List<BitSet>> ofBytes() {
        // Trash that reaches beyond its sector matters even where its own sector was written again.
        boolean reaching = point.disk().profile() == DiskProfile.NO_PSOW;
        Map<Place, List<BitSet>> versions = new LinkedHashMap<>();
        for (int i = 0; i < point.parts(); i++) {
            if (point.part(i) instanceof Part.Data data) {
                List<BitSet> ofPlace = versions.computeIfAbsent(new Place(data.file(), data.index()), place -> startingWithNothing());
                if (reaching && trash) {
                    for (BitSet before : List.copyOf(ofPlace)) {
                        if (before.cardinality() == 1 && before.nextSetBit(0) >= point.parts()) {
                            ofPlace.add(and(before, i));
                        }
                    }
                }
                ofPlace.add(set(i));
                if (trash && point.mayBeTrashed(i)) {
                    ofPlace.add(set(point.parts() + i));
                }
            }
        }
        return versions;
    }

    /** For each file whose length is undecided: the prefixes of its changes; a list longer than the limit is cut somewhere behind it. */
    List<List<BitSet>> ofLengths(long limit) {
        Map<Integer, List<BitSet>> prefixes = new LinkedHashMap<>();
        Map<Integer, List<BitSet>> longest = new LinkedHashMap<>();
        for (Part part : point.structure()) {
            if (part instanceof Part.Size length) {
                List<BitSet> next = new ArrayList<>();
                for (BitSet prefix : longest.getOrDefault(length.file(), startingWithNothing())) {
                    next.add(and(prefix, part.ordinal()));
                    if (trash && point.mayBeTrashed(part.ordinal())) {
                        next.add(and(prefix, point.parts() + part.ordinal()));
                    }
                }
                longest.put(length.file(), next);
                List<BitSet> all = prefixes.computeIfAbsent(length.file(), file -> startingWithNothing());
                all.addAll(next);
                if (all.size() > limit) {
                    return List.of(all);
                }
            }
        }
        return List.copyOf(prefixes.values());
    }

    /** Every set of changes of names that is a prefix for each name; empty if there are more than the limit. */
    List<BitSet> ofNames(long limit) {
        List<BitSet> sets = startingWithNothing();
        for (Part part : point.structure()) {
            if (part instanceof Part.Naming) {
                for (BitSet before : List.copyOf(sets)) {
                    BitSet with = and(before, part.ordinal());
                    BitSet closed = (BitSet) with.clone();
                    point.keepEarlierNames(closed);
                    if (closed.equals(with)) {
                        sets.add(with);
                    }
                }
            }
            if (sets.size() > limit) {
                return List.of();
            }
        }
        return sets;
    }

    /** What can become of lengths and names together, the last one that all of them survived; empty if there are more combinations than the limit. */
    List<BitSet> ofStructure(long limit) {
        List<List<BitSet>> apart = new ArrayList<>(ofLengths(limit));
        List<BitSet> names = ofNames(limit);
        if (names.isEmpty()) {
            return List.of();
        }
        apart.add(names);
        List<BitSet> together = startingWithNothing();
        for (List<BitSet> alternatives : apart) {
            if ((long) together.size() * alternatives.size() > limit) {
                return List.of();
            }
            List<BitSet> more = new ArrayList<>();
            for (BitSet before : together) {
                alternatives.forEach(alternative -> more.add(or(before, alternative)));
            }
            together = more;
        }
        return together;
    }

    static BitSet or(BitSet one, BitSet other) {
        BitSet both = (BitSet) one.clone();
        both.or(other);
        return both;
    }

    private static BitSet and(BitSet set, int bit) {
        BitSet more = (BitSet) set.clone();
        more.set(bit);
        return more;
    }

    private static List<BitSet> startingWithNothing() {
        List<BitSet> sets = new ArrayList<>();
        sets.add(new BitSet());
        return sets;
    }

    private static BitSet set(int bit) {
        BitSet set = new BitSet();
        set.set(bit);
        return set;
    }
}
