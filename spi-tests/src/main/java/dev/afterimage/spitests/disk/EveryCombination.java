package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * E2: every legal state, where there are few enough. Each sector takes each of its versions, each file each prefix of its lengths, and the names each set of
 * changes that is a prefix for every name; with trash, each sector that may tear is trashed as well, and each length that may shows bytes of another time.
 */
final class EveryCombination implements ChoiceGenerator {
    private final EnumerationPlan plan;

    EveryCombination(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public boolean coversAll(CrashPoint point) {
        return !choices(point).isEmpty();
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        List<List<BitSet>> choices = choices(point);
        if (choices.isEmpty()) {
            return;
        }
        int[] turn = new int[choices.size()];
        while (true) {
            BitSet fates = new BitSet();
            for (int i = 0; i < turn.length; i++) {
                fates.or(choices.get(i).get(turn[i]));
            }
            int parts = point.parts();
            BitSet kept = fates.get(0, parts);
            BitSet trashed = fates.get(parts, 2 * parts);
            sink.offer(() -> point.with(kept, trashed).image(), () -> ChoiceVector.of(kept, trashed, parts));
            int i = 0;
            while (i < turn.length && ++turn[i] == choices.get(i).size()) {
                turn[i++] = 0;
            }
            if (i == turn.length) {
                return;
            }
        }
    }

    /**
     * For each thing that is decided by itself the sets of parts that decide it one way or another; empty if there are too many combinations. A bit is set for each part that is kept, and one beyond the
     * number of all parts for each that is trashed.
     */
    private List<List<BitSet>> choices(CrashPoint point) {
        List<List<BitSet>> choices = new ArrayList<>(ofBytes(point));
        choices.addAll(ofLengths(point));
        long product = 1;
        for (List<BitSet> choice : choices) {
            product *= choice.size();
            if (product > plan.productLimit()) {
                return List.of();
            }
        }
        List<BitSet> names = ofNames(point, plan.productLimit() / product);
        if (names.isEmpty()) {
            return List.of();
        }
        choices.add(names);
        return choices;
    }

    private List<List<BitSet>> ofBytes(CrashPoint point) {
        record Place(int file, long index) {
        }
        // Trash that reaches beyond its sector matters even where its own sector was written again.
        boolean reaching = point.disk().profile() == DiskProfile.NO_PSOW;
        Map<Place, List<BitSet>> versions = new LinkedHashMap<>();
        for (int i = 0; i < point.parts(); i++) {
            if (point.part(i) instanceof Part.Data data) {
                List<BitSet> ofPlace = versions.computeIfAbsent(new Place(data.file(), data.index()), place -> startingWithNothing());
                if (reaching && plan.trash()) {
                    for (BitSet before : List.copyOf(ofPlace)) {
                        if (before.cardinality() == 1 && before.nextSetBit(0) >= point.parts()) {
                            ofPlace.add(and(before, i));
                        }
                    }
                }
                ofPlace.add(set(i));
                if (plan.trash() && point.mayBeTrashed(i)) {
                    ofPlace.add(set(point.parts() + i));
                }
            }
        }
        return List.copyOf(versions.values());
    }

    private List<List<BitSet>> ofLengths(CrashPoint point) {
        Map<Integer, List<BitSet>> prefixes = new LinkedHashMap<>();
        Map<Integer, List<BitSet>> longest = new LinkedHashMap<>();
        for (Part part : point.structure()) {
            if (part instanceof Part.Size length) {
                List<BitSet> next = new ArrayList<>();
                for (BitSet prefix : longest.getOrDefault(length.file(), startingWithNothing())) {
                    next.add(and(prefix, part.ordinal()));
                    if (plan.trash() && point.mayBeTrashed(part.ordinal())) {
                        next.add(and(prefix, point.parts() + part.ordinal()));
                    }
                }
                longest.put(length.file(), next);
                List<BitSet> all = prefixes.computeIfAbsent(length.file(), file -> startingWithNothing());
                all.addAll(next);
                if (all.size() > plan.productLimit()) {
                    return List.of(all);
                }
            }
        }
        return List.copyOf(prefixes.values());
    }

    private static BitSet and(BitSet set, int bit) {
        BitSet more = (BitSet) set.clone();
        more.set(bit);
        return more;
    }

    /** Every set of changes of names that is a prefix for each name; empty if there are more than the limit. */
    private static List<BitSet> ofNames(CrashPoint point, long limit) {
        List<BitSet> sets = startingWithNothing();
        for (Part part : point.structure()) {
            if (part instanceof Part.Naming) {
                for (BitSet before : List.copyOf(sets)) {
                    BitSet with = (BitSet) before.clone();
                    with.set(part.ordinal());
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
