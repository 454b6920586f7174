package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * E2: every legal state, where there are few enough. Each sector takes each of its versions, each file each prefix of its lengths, and the names each set of
 * changes that is a prefix for every name.
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
            BitSet kept = new BitSet();
            for (int i = 0; i < turn.length; i++) {
                kept.or(choices.get(i).get(turn[i]));
            }
            sink.offer(() -> point.with(kept).image(), () -> ChoiceVector.of(kept, point.parts()));
            int i = 0;
            while (i < turn.length && ++turn[i] == choices.get(i).size()) {
                turn[i++] = 0;
            }
            if (i == turn.length) {
                return;
            }
        }
    }

    /** For each thing that is decided by itself the sets of parts that decide it one way or another; empty if there are too many combinations. */
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

    private static List<List<BitSet>> ofBytes(CrashPoint point) {
        record Place(int file, long index) {
        }
        Map<Place, List<BitSet>> versions = new LinkedHashMap<>();
        for (int i = 0; i < point.parts(); i++) {
            if (point.part(i) instanceof Part.Data data) {
                versions.computeIfAbsent(new Place(data.file(), data.index()), place -> startingWithNothing()).add(set(i));
            }
        }
        return List.copyOf(versions.values());
    }

    private static List<List<BitSet>> ofLengths(CrashPoint point) {
        Map<Integer, List<BitSet>> prefixes = new LinkedHashMap<>();
        for (Part part : point.structure()) {
            if (part instanceof Part.Size length) {
                List<BitSet> ofFile = prefixes.computeIfAbsent(length.file(), file -> startingWithNothing());
                BitSet prefix = (BitSet) ofFile.get(ofFile.size() - 1).clone();
                prefix.set(part.ordinal());
                ofFile.add(prefix);
            }
        }
        return List.copyOf(prefixes.values());
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
