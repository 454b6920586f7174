package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * E6: who verifies a checksum over a block before using any of it tells a torn block from a whole one, and not one tear from another. So an aligned block of 4 KiB that is
 * in flight takes six states (old, new, new at its head, new at its tail, alternating, one sector trashed) instead of two for each sector. Every combination of them
 * where there are few, with all lengths and names; else one block at a time, and two, among others that are all old or all new.
 *
 * <p>It is no proof: that a strategy verifies before use is for other tests to show (rule T1).
 */
final class ChecksumClasses implements ChoiceGenerator {
    private final EnumerationPlan plan;

    ChecksumClasses(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        long limit = plan.further().classes();
        if (limit == 0) {
            return;
        }
        Alternatives alternatives = new Alternatives(point, plan.trash());
        List<List<BitSet>> blocks = blocks(point, alternatives.ofBytes());
        long product = 1;
        for (List<BitSet> block : blocks) {
            product = Math.min(Long.MAX_VALUE / 1024, product * block.size());
        }
        if (product > limit) {
            aFew(point, blocks, sink);
            return;
        }
        List<BitSet> structures = alternatives.ofStructure(limit / product);
        List<List<BitSet>> choices = new ArrayList<>(blocks);
        choices.add(structures.isEmpty() ? List.of(structure(point)) : structures);
        EveryCombination.product(choices, fates -> point.offer(fates, sink));
    }

    private static void aFew(CrashPoint point, List<List<BitSet>> blocks, ChoiceSink sink) {
        for (int others = 0; others < 2; others++) {
            BitSet base = structure(point);
            for (List<BitSet> block : blocks) {
                base.or(block.get(others));
            }
            for (int second = 0; second < blocks.size(); second++) {
                for (int first = 0; first <= second; first++) {
                    pairs(point, base, blocks.get(first), blocks.get(second), others, sink);
                }
            }
        }
    }

    private static void pairs(CrashPoint point, BitSet base, List<BitSet> first, List<BitSet> second, int others, ChoiceSink sink) {
        for (BitSet ofFirst : first) {
            for (BitSet ofSecond : first == second ? List.of(ofFirst) : second) {
                point.offer(() -> {
                    BitSet fates = (BitSet) base.clone();
                    fates.andNot(first.get(others));
                    fates.andNot(second.get(others));
                    fates.or(ofFirst);
                    fates.or(ofSecond);
                    return fates;
                }, sink);
            }
        }
    }

    private static BitSet structure(CrashPoint point) {
        BitSet kept = new BitSet();
        point.structure().forEach(part -> kept.set(part.ordinal()));
        return kept;
    }

    /** For each block its states, no two equal: old first, new second. */
    private List<List<BitSet>> blocks(CrashPoint point, Map<Alternatives.Place, List<BitSet>> sectors) {
        Map<Alternatives.Place, List<List<BitSet>>> blocks = new LinkedHashMap<>();
        sectors.forEach((place, versions) -> blocks.computeIfAbsent(new Alternatives.Place(place.file(), place.index() / DiskProfile.BLOCK_SECTORS), unseen -> new ArrayList<>())
                .add(versions));
        return blocks.values().stream().map(block -> states(point, block)).toList();
    }

    private List<BitSet> states(CrashPoint point, List<List<BitSet>> sectors) {
        int count = sectors.size();
        BitSet head = new BitSet();
        head.set(0, (count + 1) / 2);
        BitSet tail = new BitSet();
        tail.set(count / 2, count);
        BitSet alternating = new BitSet();
        for (int i = 0; i < count; i += 2) {
            alternating.set(i);
        }
        BitSet all = new BitSet();
        all.set(0, count);
        Set<BitSet> states = new LinkedHashSet<>();
        for (BitSet chosen : List.of(new BitSet(), all, head, tail, alternating)) {
            BitSet fates = new BitSet();
            chosen.stream().forEach(i -> fates.or(newest(point, sectors.get(i))));
            states.add(fates);
        }
        trashed(point, sectors, states);
        return List.copyOf(states);
    }

    /** New, but for the middlemost sector that may be trashed. */
    private void trashed(CrashPoint point, List<List<BitSet>> sectors, Set<BitSet> states) {
        for (int distance = 0; distance <= sectors.size(); distance++) {
            int i = sectors.size() / 2 + (distance % 2 == 0 ? distance / 2 : -(distance + 1) / 2);
            BitSet trash = i < 0 || i >= sectors.size() ? null : sectors.get(i).stream().filter(fates -> fates.cardinality() == 1 && fates.nextSetBit(0) >= point.parts()).findFirst().orElse(null);
            if (trash != null) {
                BitSet fates = new BitSet();
                for (int other = 0; other < sectors.size(); other++) {
                    fates.or(other == i ? trash : newest(point, sectors.get(other)));
                }
                states.add(fates);
                return;
            }
        }
    }

    /** The last version that was written, whole. */
    private static BitSet newest(CrashPoint point, List<BitSet> versions) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (versions.get(i).nextSetBit(point.parts()) < 0) {
                return versions.get(i);
            }
        }
        throw new IllegalStateException("an undecided sector has a version");
    }
}
