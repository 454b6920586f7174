package dev.afterimage.spitests.disk;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Draws some of the states that a power loss during a trace may leave, where {@link CrashStates} would describe them all in order to choose: each crash point is as likely as the other, however much is undecided there, and what
 * survives is drawn in one of several ways, each of which leaves what some kind of mistake cannot bear.
 */
public final class DrawnCrashes {
    private static final double[] PROBABILITIES = {0.1, 0.3, 0.5, 0.7, 0.9};

    private final SplittableRandom random;
    private final boolean trash;

    /**
     * Draws from that stream.
     *
     * @param trash whether now and then a lost sector is trashed as well, where the profile of the disk allows it
     */
    public DrawnCrashes(SplittableRandom random, boolean trash) {
        this.random = random;
        this.trash = trash;
    }

    /** Lets so many states be looked at, in the order of their crash points, equal images once at each. */
    public EnumerationCounts of(DiskTrace trace, long states, CrashStateConsumer consumer) {
        Map<Integer, Integer> wanted = new TreeMap<>();
        for (long count = 0; count < states; count++) {
            wanted.merge(random.nextInt(trace.syncCompletions() + 1), 1, Integer::sum);
        }
        UndecidedDisk disk = new UndecidedDisk(trace);
        int completions = 0;
        long visited = 0;
        for (DiskEvent event : trace.events()) {
            if (event instanceof DiskEvent.SyncEnded) {
                Integer here = wanted.get(completions);
                visited += here == null ? 0 : at(new CrashPoint(completions, event.call().returned() - 1, disk), here, consumer);
                completions++;
            }
            disk.apply(event);
        }
        Integer last = wanted.get(completions);
        visited += last == null ? 0 : at(new CrashPoint(completions, trace.sequence(), disk), last, consumer);
        return new EnumerationCounts(wanted.size(), states, visited, 0, 0);
    }

    private long at(CrashPoint point, int states, CrashStateConsumer consumer) {
        Set<Long> seen = new HashSet<>();
        for (int count = 0; count < states; count++) {
            BitSet kept = draw(point.parts());
            BitSet trashed = new BitSet();
            int torn = random.nextInt(point.parts() + 1);
            if (trash && torn < point.parts() && point.mayBeTrashed(torn)) {
                kept.clear(torn);
                trashed.set(torn);
            }
            CrashState state = CrashStates.replay(point, ChoiceVector.of(kept, trashed, point.parts()));
            if (seen.add(state.image().hash())) {
                consumer.accept(state);
            }
        }
        return seen.size();
    }

    /** Nothing, everything, what was written first, that without a part or all but a part or only a part, or each part by itself. */
    private BitSet draw(int parts) {
        BitSet kept = new BitSet();
        int from = random.nextInt(parts + 1);
        int to = Math.min(parts, from + 1 + (int) Math.pow(parts + 1, random.nextDouble()));
        switch (random.nextInt(8)) {
            case 0 -> {
            }
            case 1 -> kept.set(0, parts);
            case 2 -> kept.set(0, from);
            case 3 -> {
                kept.set(0, random.nextInt(parts + 1));
                kept.clear(from, to);
            }
            case 4 -> {
                kept.set(0, parts);
                kept.clear(from, to);
            }
            case 5 -> {
                kept.set(0, parts);
                kept.clear(from);
            }
            case 6 -> kept.set(from, to);
            default -> {
                double probability = PROBABILITIES[random.nextInt(PROBABILITIES.length)];
                for (int part = 0; part < parts; part++) {
                    kept.set(part, random.nextDouble() < probability);
                }
            }
        }
        kept.clear(parts, parts + 1);
        return kept;
    }
}
