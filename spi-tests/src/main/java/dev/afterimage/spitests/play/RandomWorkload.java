package dev.afterimage.spitests.play;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * A workload drawn from a seed: several actors take turns, on pages that the model says nobody else has locked, so that nobody ever waits.
 *
 * <p>It knows the store only through the stage, and looks at nothing that differs from run to run; one seed is one workload. What is drawn is a list of operations, numbered from 0, which
 * can be played again with some of them left out: {@code commits-7-without-3.5-8}.
 */
public final class RandomWorkload implements Scenario {
    private static final String WITHOUT = "-without-";

    private final Mix mix;
    private final long seed;
    private final BitSet leftOut;
    /** What was drawn, as far as the workload came; null until it was played once. */
    @Nullable
    private volatile List<Operation> drawn;

    /** A workload of that mix; one seed is one workload. */
    public RandomWorkload(Mix mix, long seed) {
        this(mix, seed, new BitSet(), null);
    }

    private RandomWorkload(Mix mix, long seed, BitSet leftOut, @Nullable List<Operation> drawn) {
        this.mix = mix;
        this.seed = seed;
        this.leftOut = leftOut;
        this.drawn = drawn;
    }

    /** The one of that title, or null. */
    @Nullable
    static RandomWorkload named(String title, Mix mix) {
        Matcher parts = Pattern.compile(mix.title() + "-(\\d{1,18})(?:" + WITHOUT + "(\\d{1,6}(?:-\\d{1,6})?(?:\\.\\d{1,6}(?:-\\d{1,6})?)*))?").matcher(title);
        if (!parts.matches()) {
            return null;
        }
        BitSet leftOut = new BitSet();
        if (parts.group(2) != null) {
            for (String range : parts.group(2).split("\\.")) {
                String[] ends = range.split("-");
                leftOut.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            }
        }
        return new RandomWorkload(mix, Long.parseLong(parts.group(1)), leftOut, null);
    }

    /** Workloads of that mix, of the seeds from one to another, both included. */
    public static Scenario[] of(Mix mix, int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(seed -> new RandomWorkload(mix, seed)).toArray(Scenario[]::new);
    }

    @Override
    public String title() {
        StringBuilder title = new StringBuilder(mix.title()).append('-').append(seed);
        for (int from = leftOut.nextSetBit(0); from >= 0; from = leftOut.nextSetBit(leftOut.nextClearBit(from))) {
            int last = leftOut.nextClearBit(from) - 1;
            title.append(from == leftOut.nextSetBit(0) ? WITHOUT : ".").append(from).append(last == from ? "" : "-" + last);
        }
        return title.toString();
    }

    @Override
    public long seed() {
        return seed;
    }

    /** How many operations there are, none left out; known once it was played, or another was that it was made from. */
    public int operations() {
        List<Operation> known = drawn;
        return known == null ? 0 : known.size();
    }

    /** Those that are left out. */
    public BitSet leftOutOperations() {
        return (BitSet) leftOut.clone();
    }

    /** For each operation the number of the operation with which its transaction begins; its own where it belongs to none. */
    public int[] transactions() {
        List<Operation> known = drawn;
        return known == null ? new int[0] : Operation.transactions(known);
    }

    /** This workload with these operations left out, and no others. */
    public RandomWorkload without(BitSet operations) {
        return new RandomWorkload(mix, seed, (BitSet) operations.clone(), drawn);
    }

    @Override
    public void play(Stage stage) {
        if (leftOut.isEmpty()) {
            stage.create();
            proceed(stage, mix.steps());
            return;
        }
        List<Operation> operations = drawn == null ? draw(stage.subject()) : drawn;
        stage.create();
        Map<Integer, Long> pages = new HashMap<>();
        for (int number = 0; number < operations.size() && !stage.hasFailed(); number++) {
            if (!leftOut.get(number)) {
                operations.get(number).perform(stage, number, pages);
            }
        }
    }

    /** What is drawn depends on what was done: so all of it is played once, on a disk of its own. */
    private List<Operation> draw(StoreUnderTest subject) {
        RandomWorkload whole = new RandomWorkload(mix, seed);
        try (Stage stage = new Stage(subject, seed)) {
            whole.play(stage);
        } catch (Violation e) {
            // It came so far, and what was left out may have been what it did not get over.
        }
        List<Operation> operations = whole.drawn == null ? List.of() : whole.drawn;
        drawn = operations;
        return operations;
    }

    /** Goes on with a store that is there already, for some steps. */
    public void proceed(Stage stage, int steps) {
        Run run = new Run(stage);
        try {
            run.steps(steps);
        } finally {
            drawn = List.copyOf(run.operations);
        }
    }

    private final class Run {
        private final Stage stage;
        private final SplittableRandom random = new Seed(seed).workload();
        private final List<Operation> operations = new ArrayList<>();
        /** The pages that operations took, and for each page the operation that took it last. */
        private final Map<Integer, Long> pages = new HashMap<>();
        private final Map<Long, Integer> taken = new HashMap<>();
        private int lowest = Operation.ROOT;

        Run(Stage stage) {
            this.stage = stage;
        }

        void steps(int count) {
            for (int step = 0; step < count && !stage.hasFailed(); step++) {
                if (chance(mix.checkpoint())) {
                    perform(Operation.of(Operation.Kind.CHECKPOINT, 0));
                } else if (chance(mix.background())) {
                    background();
                } else if (chance(mix.reopen())) {
                    perform(Operation.of(Operation.Kind.REOPEN, 0));
                } else {
                    act(random.nextInt(mix.actors()));
                }
            }
        }

        private void perform(Operation operation) {
            int number = operations.size();
            operations.add(operation);
            operation.perform(stage, number, pages);
            if (pages.containsKey(number)) {
                taken.put(pages.get(number), number);
            }
        }

        private boolean chance(int weight) {
            return random.nextInt(100) < weight;
        }

        private void background() {
            if (random.nextBoolean()) {
                perform(Operation.of(Operation.Kind.BACKGROUND, 0));
            } else {
                perform(new Operation(Operation.Kind.BACKGROUND_TASK, 0, Operation.ROOT, random.nextInt(8), 0, Durability.POWER_SAFE));
            }
        }

        private void act(int actor) {
            if (!stage.actor(actor).active()) {
                perform(Operation.of(Operation.Kind.BEGIN, actor));
                return;
            }
            int[] weights = {mix.write(), mix.read(), mix.allocate(), mix.free(), mix.savepoint(), mix.rollbackTo(), mix.commit(), mix.rollback()};
            int sum = 0;
            for (int weight : weights) {
                sum += weight;
            }
            int drawn = random.nextInt(sum);
            int choice = 0;
            while (drawn >= weights[choice]) {
                drawn -= weights[choice++];
            }
            act(actor, choice);
        }

        private void act(int actor, int choice) {
            switch (choice) {
                case 0 -> write(actor);
                case 1 -> read(actor);
                case 2 -> allocate(actor);
                case 3 -> free(actor);
                case 4 -> perform(Operation.of(Operation.Kind.SAVEPOINT, actor));
                case 5 -> rollbackTo(actor);
                case 6 -> perform(new Operation(Operation.Kind.COMMIT, actor, Operation.ROOT, 0, 0, level()));
                default -> perform(Operation.of(Operation.Kind.ROLLBACK, actor));
            }
        }

        private void write(int actor) {
            Long page = pageFor(actor, true);
            if (page == null) {
                return;
            }
            if (mix.whole()) {
                perform(new Operation(Operation.Kind.WRITE, actor, reference(page), 0, PageContent.SLOTS, Durability.POWER_SAFE));
                return;
            }
            int from = random.nextInt(PageContent.SLOTS);
            int to = random.nextInt(4) == 0 ? PageContent.SLOTS : Math.min(PageContent.SLOTS, from + 1 + random.nextInt(6));
            perform(new Operation(Operation.Kind.WRITE, actor, reference(page), random.nextInt(5) == 0 ? 0 : from, to, Durability.POWER_SAFE));
        }

        private void read(int actor) {
            Long page = pageFor(actor, false);
            if (page != null) {
                perform(Operation.of(Operation.Kind.READ, actor, reference(page)));
            }
        }

        private void allocate(int actor) {
            int exist = stage.history().latest().after().pages().size();
            if (exist < mix.pages() || random.nextInt(4) == 0) {
                perform(new Operation(Operation.Kind.ALLOCATE, actor, Operation.ROOT, random.nextInt(3), random.nextInt(4, PageContent.SLOTS), Durability.POWER_SAFE));
            } else {
                write(actor);
            }
        }

        private void free(int actor) {
            Long page = pageFor(actor, true);
            if (page != null && page != stage.root()) {
                perform(Operation.of(Operation.Kind.FREE, actor, reference(page)));
            }
        }

        private void rollbackTo(int actor) {
            int savepoints = stage.actor(actor).expected().savepoints();
            if (savepoints > 0) {
                perform(new Operation(Operation.Kind.ROLLBACK_TO, actor, Operation.ROOT, random.nextInt(savepoints), 0, Durability.POWER_SAFE));
            } else {
                perform(Operation.of(Operation.Kind.SAVEPOINT, actor));
            }
        }

        private Durability level() {
            if (random.nextInt(100) >= mix.relaxedPercent()) {
                return Durability.POWER_SAFE;
            }
            return random.nextBoolean() ? Durability.PROCESS_SAFE : Durability.RELAXED;
        }

        private int reference(long page) {
            // A page that somebody else took meanwhile gets a number of its own, like those that were there before.
            return page == stage.root() ? Operation.ROOT : taken.computeIfAbsent(page, other -> {
                pages.put(--lowest, other);
                return lowest;
            });
        }

        /** A page that the actor sees and may lock at once; null if there is none. */
        @Nullable
        private Long pageFor(int actor, boolean writing) {
            List<Long> fit = new ArrayList<>();
            for (long page : stage.model().knownPages()) {
                if (stage.actor(actor).expected().sees(page) && stage.actor(actor).expected().canLock(page, writing)) {
                    fit.add(page);
                }
            }
            return fit.isEmpty() ? null : fit.get(random.nextInt(fit.size()));
        }
    }
}
