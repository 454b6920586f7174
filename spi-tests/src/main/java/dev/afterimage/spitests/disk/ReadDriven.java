package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * E5, after Jaaru (Gorjiara, Xu and Demsky, ASPLOS 2021): every legal state of a crash point, but for the differences that nobody looks at.
 *
 * <p>A state is looked at whole, and heard which of its undecided sectors are read, or partly overwritten. Only those are then varied: for each of them, in the order in which they were
 * read, and each other version it may have, one more state, with the sectors read before it as they were. That goes on until nothing new is read.
 *
 * <p>It is exact. Take any legal image: either it agrees with a state that was looked at in all that was read there, and then whoever recovers cannot tell the two apart; or it
 * differs first in some sector that was read, and then it is among the images of the state that was tried for just that. Threads that read in another order
 * the next time do no harm: the argument holds for any order. Lengths and names are decided beforehand, in every combination, because each opening looks at them.
 *
 * <p>What it is exact about is what the consumer does with an image as far as that is the same for all images of a point. A consumer that draws a sequel from the image's
 * hash has recovery and what it shows proved, and the sequel tried.
 */
final class ReadDriven {
    private static final int STATES_AT_ONCE = 64;

    private final CrashPoint point;
    private final BatchConsumer consumer;
    private final List<Alternatives.Place> places = new ArrayList<>();
    private final List<List<BitSet>> versions = new ArrayList<>();
    private final List<BitSet> structures;
    private final long executionsMax;
    private long executions;

    /** Looks at states, and returns when all of them have been looked at. */
    interface BatchConsumer {
        void accept(List<CrashState> states);
    }

    /**
     * One state to look at.
     *
     * @param structure what became of lengths and names
     * @param versions the version of each sector, by the numbers of the places
     * @param settled the sectors that are varied by others
     */
    private record Node(BitSet structure, int[] versions, BitSet settled) {
    }

    /** A state that is looked at. */
    private record Execution(Node node, ReadWatch watch, CrashState state) {
    }

    ReadDriven(CrashPoint point, boolean trash, long executionsMax, BatchConsumer consumer) {
        this.point = point;
        this.consumer = consumer;
        this.executionsMax = executionsMax;
        Alternatives alternatives = new Alternatives(point, trash);
        structures = alternatives.ofStructure(executionsMax);
        for (Map.Entry<Alternatives.Place, List<BitSet>> place : alternatives.ofBytes().entrySet()) {
            List<BitSet> different = different(place.getKey(), place.getValue());
            if (different.size() > 1) {
                places.add(place.getKey());
                versions.add(different);
            }
        }
    }

    /** Whether it can say anything: trash that takes neighbours along lets sectors depend on one another, and of too many lengths and names not all can be tried. */
    static boolean canExplore(CrashPoint point, boolean trash, long executionsMax) {
        return !(trash && point.disk().profile() == DiskProfile.NO_PSOW) && !new Alternatives(point, trash).ofStructure(executionsMax).isEmpty();
    }

    /** How many states it looked at. */
    long executions() {
        return executions;
    }

    /** Looks at states until no legal image is left that could make a difference; false if that would take too many. */
    boolean explore() {
        List<Node> wave = new ArrayList<>();
        for (int i = structures.size() - 1; i >= 0; i--) {
            wave.add(new Node(structures.get(i), new int[places.size()], new BitSet()));
        }
        while (!wave.isEmpty()) {
            List<Node> next = new ArrayList<>();
            for (int from = 0; from < wave.size(); from += STATES_AT_ONCE) {
                int to = Math.min(wave.size(), from + STATES_AT_ONCE);
                if (executions + to - from > executionsMax) {
                    return false;
                }
                executions += to - from;
                List<Execution> batch = wave.subList(from, to).stream().map(this::execution).toList();
                consumer.accept(batch.stream().map(Execution::state).toList());
                batch.forEach(execution -> addVariants(execution, next));
                if (executions + next.size() > executionsMax) {
                    return false;
                }
            }
            wave = next;
        }
        return true;
    }

    private Execution execution(Node node) {
        BitSet fates = (BitSet) node.structure.clone();
        for (int i = 0; i < places.size(); i++) {
            fates.or(versions.get(i).get(node.versions[i]));
        }
        ReadWatch watch = new ReadWatch();
        return new Execution(node, watch, new CrashState(point.number(), point.sequence(), point.choice(fates), point.of(fates).image(places, watch)));
    }

    /** For each sector that was read and is not settled: its other versions, with those read before it settled. */
    private void addVariants(Execution execution, List<Node> next) {
        BitSet settled = (BitSet) execution.node.settled.clone();
        for (int place : execution.watch.inOrder()) {
            if (settled.get(place)) {
                continue;
            }
            settled.set(place);
            for (int version = 0; version < versions.get(place).size(); version++) {
                if (version != execution.node.versions[place]) {
                    int[] other = execution.node.versions.clone();
                    other[place] = version;
                    next.add(new Node(execution.node.structure, other, (BitSet) settled.clone()));
                }
            }
        }
    }

    /**
     * The versions of a sector that differ in their bytes, the newest first. Where a file is cut as well, or shows bytes of another time, a version's bytes depend on that, and all count as
     * different.
     */
    private List<BitSet> different(Alternatives.Place place, List<BitSet> all) {
        boolean anyDiffers = point.hasShrinks() || point.disk().profile() == DiskProfile.GARBAGE;
        List<BitSet> different = new ArrayList<>();
        List<Sector> known = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            Sector sector = sector(place, all.get(i));
            if (anyDiffers || known.stream().noneMatch(other -> Sector.same(other, sector))) {
                known.add(sector);
                different.add(all.get(i));
            }
        }
        // What was written last, whole, comes first: the state that most others are near to.
        for (int i = 0; i < different.size(); i++) {
            if (different.get(i).nextSetBit(point.parts()) < 0 && !different.get(i).isEmpty()) {
                different.add(0, different.remove(i));
                break;
            }
        }
        return different;
    }

    private @Nullable Sector sector(Alternatives.Place place, BitSet version) {
        int part = version.nextSetBit(0);
        if (part < 0) {
            return point.disk().file(place.file()).durable().get(place.index());
        }
        return part < point.parts() ? ((Part.Data) point.part(part)).sector() : Trash.torn(place.file(), place.index());
    }
}
