package dev.afterimage.spitests.disk;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Enumerates what a power loss during a trace may leave.
 *
 * <p>It stops a trace at each of its <em>crash points</em>: just before each completion of a sync (of a file or of names) that decides something, and at the end. That
 * is exact, by this lemma:
 *
 * <blockquote>Between two sync completions what is durable stays the same, and the set of undecided parts only grows. Every rule of the disk allows "the parts that were
 * added did not survive". So each image that a crash at any moment may leave may also be left by a crash just before the next completion; and there the
 * store owes at least as much, for what it has acknowledged only accumulates. An answer given without a sync in between is no exception: the image in which
 * everything undecided is lost is legal at both moments, and convicts it at the later one.</blockquote>
 *
 * <p>It holds for any number of threads, because a sync decides only what returned before it began, wherever other calls fall; and it holds for the trace of a
 * recovery, which is a trace like any other. A failed sync that lets reads show the old bytes again takes parts away, so there is a crash point before it
 * as well; one that leaves the new bytes decides nothing.
 *
 * <p>The lemma and the terms are those of the kit's fault model; prefixes and few-atom subsets as in ALICE (Pillai et al., OSDI 2014) and CrashMonkey (Mohan et
 * al., OSDI 2018).
 */
public final class CrashStates {
    private static final double GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
    /** How much more than its even share of a cap one crash point may take while others have not had theirs. */
    private static final long UNEVEN = 4;
    /** Below so many states there is nothing to find out by reading. */
    private static final long FEW = 4;

    private CrashStates() {
    }

    /**
     * Visits each distinct image once per crash point.
     *
     * @return how many states were visited
     */
    public static long forEach(DiskTrace trace, EnumerationPlan plan, CrashStateConsumer consumer) {
        return enumerate(trace, plan, sequence -> sequence, consumer).visited();
    }

    /**
     * Visits each distinct pair of image and obligations once.
     *
     * @param obligations a key of what the store owes when the power fails at a sequence number. Crash points with one key share their images: an
     *         image that several may leave is visited at the first of them only. The key must differ wherever the verdict could
     */
    public static EnumerationCounts enumerate(DiskTrace trace, EnumerationPlan plan, LongUnaryOperator obligations, CrashStateConsumer consumer) {
        return enumerateFrom(0, trace, plan, obligations, consumer);
    }

    /** The same at the crash points of that number and above only. */
    public static EnumerationCounts enumerateFrom(int firstPoint, DiskTrace trace, EnumerationPlan plan, LongUnaryOperator obligations, CrashStateConsumer consumer) {
        return new Visit(firstPoint, trace, plan, obligations, consumer).counts();
    }

    /** As {@link #forEach}, at the crash points of that number and above only. */
    public static long forEachFrom(int firstPoint, DiskTrace trace, EnumerationPlan plan, CrashStateConsumer consumer) {
        long[] visited = new long[1];
        List<ChoiceGenerator> generators = ChoiceGenerator.of(plan);
        walk(firstPoint, trace, point -> {
            Visit visit = new Visit(firstPoint, trace, plan, sequence -> sequence, consumer);
            visit.visit(point, generators);
            visited[0] += visit.visited;
        });
        return visited[0];
    }

    /**
     * The image that a choice at a crash point leaves, for a replay.
     *
     * @throws IllegalArgumentException as {@link #replay}
     */
    public static DiskImage rebuild(DiskTrace trace, int point, ChoiceVector choice) {
        return replay(trace, point, choice).image();
    }

    /**
     * The state that a choice at a crash point leaves, as it was visited.
     *
     * @throws IllegalArgumentException if the trace has no such point, or another number of undecided parts there: it is not the trace of the choice
     */
    public static CrashState replay(DiskTrace trace, int point, ChoiceVector choice) {
        return replay(pointOf(trace, point, choice), choice);
    }

    /** The crash point of that number, if the choice can be one of it. */
    static CrashPoint pointOf(DiskTrace trace, int point, ChoiceVector choice) {
        UndecidedDisk disk = new UndecidedDisk(trace);
        int completions = 0;
        for (DiskEvent event : trace.events()) {
            if (event instanceof DiskEvent.SyncEnded && completions++ == point) {
                return fitting(new CrashPoint(point, event.call().returned() - 1, disk), choice);
            }
            disk.apply(event);
        }
        if (point != completions) {
            throw new IllegalArgumentException("point: expected 0 to " + completions + ", found " + point);
        }
        return fitting(new CrashPoint(point, trace.sequence(), disk), choice);
    }

    private static CrashPoint fitting(CrashPoint point, ChoiceVector choice) {
        if (choice.parts() != point.parts()) {
            throw new IllegalArgumentException("choice: expected one of " + point.parts() + " undecided parts at crash point " + point.number() + ", found "
                    + choice.parts() + " parts in " + choice.encode() + "; the trace is not the one it was made for");
        }
        return point;
    }

    static CrashState replay(CrashPoint point, ChoiceVector choice) {
        BitSet trashed = choice.trashed();
        if (!trashed.stream().allMatch(point::mayBeTrashed)) {
            throw new IllegalArgumentException("choice: " + choice.encode() + " trashes a part that the disk profile " + point.disk().profile().title() + " does not let tear");
        }
        return new CrashState(point.number(), point.sequence(), choice, point.with(choice.kept(), trashed).image());
    }

    /** The two states at the end of a trace in which every undecided part is lost, and none. */
    public static List<CrashState> atEnd(DiskTrace trace) {
        CrashPoint end = new CrashPoint(trace.syncCompletions(), trace.sequence(), UndecidedDisk.after(trace));
        BitSet everything = new BitSet();
        everything.set(0, end.parts());
        return List.of(replay(end, ChoiceVector.of(new BitSet(), end.parts())), replay(end, ChoiceVector.of(everything, end.parts())));
    }

    /** The image at the end of a trace in which every undecided part is lost. */
    static DiskImage nothingUnsynced(DiskTrace trace) {
        return new CrashPoint(trace.syncCompletions(), trace.sequence(), UndecidedDisk.after(trace)).nothing().image();
    }

    /** The image at the end of a trace in which some undecided parts are lost: those behind one of them, or any. */
    static DiskImage someUnsynced(DiskTrace trace, RandomGenerator random) {
        CrashPoint end = new CrashPoint(trace.syncCompletions(), trace.sequence(), UndecidedDisk.after(trace));
        BitSet kept = new BitSet();
        if (random.nextBoolean()) {
            kept.set(0, random.nextInt(end.parts() + 1));
        } else {
            int lostOneIn = 2 + random.nextInt(8);
            for (int part = 0; part < end.parts(); part++) {
                kept.set(part, random.nextInt(lostOneIn) > 0);
            }
        }
        return replay(end, ChoiceVector.of(kept, end.parts())).image();
    }

    private interface PointVisitor {
        void visit(CrashPoint point);
    }

    private static void walk(int firstPoint, DiskTrace trace, PointVisitor visitor) {
        UndecidedDisk disk = new UndecidedDisk(trace);
        int completions = 0;
        for (DiskEvent event : trace.events()) {
            if (completions >= firstPoint && disk.isDecidedBy(event)) {
                visitor.visit(new CrashPoint(completions, event.call().returned() - 1, disk));
            }
            disk.apply(event);
            if (event instanceof DiskEvent.SyncEnded) {
                completions++;
            }
        }
        if (completions >= firstPoint) {
            visitor.visit(new CrashPoint(completions, trace.sequence(), disk));
        }
    }

    /**
     * What the cap over the whole trace leaves to be tried.
     *
     * @param extremes whether the two extremes of each point are tried whatever the caps say: so it is if they take no more than half of the cap
     * @param density which part of the other states is tried
     */
    private record Share(boolean extremes, double density) {
        static Share of(int firstPoint, DiskTrace trace, long states, EnumerationPlan plan, List<ChoiceGenerator> generators, Set<Integer> finished) {
            if (plan.statesInAll() == Long.MAX_VALUE) {
                return new Share(true, 1);
            }
            long[] described = new long[2];
            walk(firstPoint, trace, point -> {
                if (!finished.contains(point.number())) {
                    described[0] += Math.min(plan.statesPerPoint(), count(point, generators));
                    described[1] += 2;
                }
            });
            boolean extremes = described[1] <= states / 2;
            double room = states - (extremes ? described[1] : 0);
            double others = described[0] - (extremes ? described[1] : 0);
            return new Share(extremes, others <= room ? 1 : room / others);
        }
    }

    private static long count(CrashPoint point, List<ChoiceGenerator> generators) {
        long[] count = new long[1];
        generators.forEach(generator -> generator.generate(point, (image, choice) -> count[0]++));
        return count[0];
    }

    /** Merges equal images, keeps the caps, and counts. */
    private static final class Visit {
        private final int firstPoint;
        private final DiskTrace trace;
        private final EnumerationPlan plan;
        private final LongUnaryOperator obligations;
        private final CrashStateConsumer consumer;
        /** Of each pair of an image and what is owed, one hash. */
        private final Set<Long> seen = new HashSet<>();
        /** Crash points of which all was said by what was read. */
        private final Set<Integer> finished = new HashSet<>();
        private EnumerationCounts counts = EnumerationCounts.NONE;
        private Share share = new Share(true, 1);
        private long visited;
        private long described;
        private double density;

        Visit(int firstPoint, DiskTrace trace, EnumerationPlan plan, LongUnaryOperator obligations, CrashStateConsumer consumer) {
            this.firstPoint = firstPoint;
            this.trace = trace;
            this.plan = plan;
            this.obligations = obligations;
            this.consumer = consumer;
        }

        EnumerationCounts counts() {
            List<ChoiceGenerator> generators = ChoiceGenerator.of(plan);
            if (plan.further().readDriven() > 0) {
                int[] points = new int[1];
                walk(firstPoint, trace, point -> points[0]++);
                walk(firstPoint, trace, point -> explore(point, points[0]--));
            }
            share = Share.of(firstPoint, trace, plan.statesInAll() - Math.min(plan.statesInAll(), visited), plan, generators, finished);
            walk(firstPoint, trace, point -> {
                if (!finished.contains(point.number())) {
                    visit(point, generators);
                }
            });
            return counts;
        }

        /** Lets what is read decide what is tried, within a share of half of the cap. */
        private void explore(CrashPoint point, int pointsLeft) {
            long executions = plan.further().readDriven();
            if (plan.statesInAll() < Long.MAX_VALUE) {
                long left = plan.statesInAll() / 2 - visited;
                executions = Math.min(executions, Math.min(left, Math.max(FEW, UNEVEN * left / pointsLeft)));
            }
            if (executions < 1 || !ReadDriven.canExplore(point, plan.trash(), executions)) {
                return;
            }
            long key = obligations.applyAsLong(point.sequence());
            long visitedBefore = visited;
            ReadDriven exploration = new ReadDriven(point, plan.trash(), executions, states -> {
                states.stream().filter(state -> seen.add(pair(state.image(), key))).forEach(state -> visited++);
                consumer.acceptAll(states);
            });
            boolean all = exploration.explore();
            described += exploration.executions();
            if (all) {
                finished.add(point.number());
            }
            counts = counts.plus(new EnumerationCounts(all ? 1 : 0, exploration.executions(), visited - visitedBefore, all ? 1 : 0, all && isTrashCovered(point) ? 1 : 0));
        }

        private void visit(CrashPoint point, List<ChoiceGenerator> generators) {
            long key = obligations.applyAsLong(point.sequence());
            density = share.density();
            if (plan.statesPerPoint() < Long.MAX_VALUE) {
                density *= Math.min(1, (double) plan.statesPerPoint() / count(point, generators));
            }
            long describedBefore = described;
            long visitedBefore = visited;
            for (ChoiceGenerator generator : generators) {
                generator.generate(point, (image, choice) -> offer(point, key, share.extremes() && generator.isAboveCaps() || isSelected(), image, choice));
            }
            boolean all = density == 1 && visited < plan.statesInAll() && generators.stream().anyMatch(generator -> generator.coversAll(point));
            counts = counts.plus(new EnumerationCounts(1, described - describedBefore, visited - visitedBefore, all ? 1 : 0, all && isTrashCovered(point) ? 1 : 0));
        }

        private boolean isTrashCovered(CrashPoint point) {
            return plan.trash() || !point.anyMayBeTrashed();
        }

        private static long pair(DiskImage image, long key) {
            return Hashing.mix(image.hash() + Hashing.GOLDEN * key);
        }

        /** Multiples of the golden ratio spread evenly between 0 and 1, and fall in step with no pattern of the generators. */
        private boolean isSelected() {
            double turn = described * GOLDEN_RATIO;
            return density == 1 || turn - Math.floor(turn) < density;
        }

        private void offer(CrashPoint at, long key, boolean chosen, Supplier<DiskImage> image, Supplier<ChoiceVector> choice) {
            described++;
            if (!chosen || visited >= plan.statesInAll()) {
                return;
            }
            DiskImage built = image.get();
            if (seen.add(pair(built, key))) {
                visited++;
                consumer.accept(new CrashState(at.number(), at.sequence(), choice.get(), built));
            }
        }
    }
}
