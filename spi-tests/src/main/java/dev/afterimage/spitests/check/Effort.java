package dev.afterimage.spitests.check;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.play.Seed;

/**
 * How hard the kit looks.
 *
 * @param profile which of the named efforts it is, or began as
 * @param seed shifts every random workload; 0 for the seeds that every build runs
 * @param plan which crash states of a trace are tried
 * @param states distinct crash states a conformance run tries in all, divided among its rules
 * @param nestedOneIn of how many states one has its recovery crashed as well
 * @param nestedPlan which crash states of a recovery are tried
 * @param nestedDepth how many crashes may follow one another, the first one counted
 * @param directed whether the scenarios are short and pointed, so that each state is worth more than one look
 * @param threads how many states are looked at at once
 * @param shrinks whether a failure is made smaller before it is told
 */
public record Effort(Profile profile, long seed, EnumerationPlan plan, int states, int nestedOneIn, EnumerationPlan nestedPlan, int nestedDepth, boolean directed,
        int threads, boolean shrinks) {
    /** The system property that names the effort: {@code quick}, {@code full} or {@code soak}. */
    public static final String PROPERTY = "afterimage.effort";
    /** The system property that holds the seed, a number of at most twelve digits. */
    public static final String SEED_PROPERTY = "afterimage.seed";
    /** The system property that says for how many minutes a soak goes on after everything else has been tried. */
    public static final String SOAK_MINUTES_PROPERTY = "afterimage.soak.minutes";
    /** The system property that says for how many seconds a failure may be shrunk; 0 for not at all. */
    public static final String SHRINK_SECONDS_PROPERTY = "afterimage.shrink.seconds";
    private static final int SOAK_MINUTES = 30;
    private static final int SHRINK_SECONDS = 20;
    private static final int SEARCH_STATES_PER_POINT = 80;
    private static final int SEARCH_STATES_OF_RECOVERY = 24;
    private static final int TIMES_FULL = 10;
    /** Executions that E5 may spend on a crash point of a directed scenario. */
    private static final long READ_DRIVEN_DIRECTED = 2_048;

    /** The named efforts. */
    public enum Profile {
        /** What every build runs: less than two minutes for each strategy. */
        QUICK,
        /** What runs before a release: less than twenty minutes for each strategy. */
        FULL,
        /** Everything of {@link #FULL}, and then seeds that nobody tried, for as long as told. */
        SOAK;

        /** The profile of that name, in small letters. */
        public static Profile named(String name) {
            return Arrays.stream(values()).filter(profile -> profile.title().equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                    "effort: expected " + String.join(", ", Arrays.stream(values()).map(Profile::title).toList()) + ", found \"" + name + "\""));
        }

        /** Its name in small letters. */
        public String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What every build runs. */
    public static final Effort QUICK = new Effort(Profile.QUICK, 0, EnumerationPlan.GATE, 12_000, 40, EnumerationPlan.GATE.withStatesInAll(24), 3, false,
            Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())), false);

    /** What runs before a release: every generator there is, on ten times as many states. */
    public static final Effort FULL = new Effort(Profile.FULL, 0, EnumerationPlan.GATE.withDistance(2).withTrash().withFurther(new EnumerationPlan.Further(256, 24, 0, 256, 216)),
            TIMES_FULL * QUICK.states, 40, EnumerationPlan.GATE.withTrash().withStatesInAll(24), 3, false, QUICK.threads, false);

    /** The effort and the seed that the system properties ask for; without them, {@link #QUICK}. */
    public static Effort requested() {
        Profile profile = Profile.named(System.getProperty(PROPERTY, Profile.QUICK.title()).strip());
        Effort effort = profile == Profile.QUICK ? QUICK : FULL;
        return effort.of(profile).withSeed(number(SEED_PROPERTY, 0)).shrinking(shrinkTime().toSeconds() > 0);
    }

    /** How long one failure may be shrunk. */
    static Duration shrinkTime() {
        return Duration.ofSeconds(number(SHRINK_SECONDS_PROPERTY, SHRINK_SECONDS));
    }

    /** This effort with failures made smaller before they are told, or told as they are. */
    public Effort shrinking(boolean yes) {
        return new Effort(profile, seed, plan, states, nestedOneIn, nestedPlan, nestedDepth, directed, threads, yes);
    }

    /** This effort for looking for a failure of so many crashes, one after the other, once more: with everything that finds one soon. */
    Effort forSearch(int crashes, boolean trash) {
        EnumerationPlan few = (trash ? EnumerationPlan.GATE.withTrash() : EnumerationPlan.GATE).withStatesPerPoint(SEARCH_STATES_PER_POINT);
        return new Effort(profile, seed, few, states, crashes > 1 ? 1 : Integer.MAX_VALUE, few.withStatesInAll(SEARCH_STATES_OF_RECOVERY), crashes, true, threads, false);
    }

    /** How long a soak goes on. */
    static Duration soakTime() {
        return Duration.ofMinutes(number(SOAK_MINUTES_PROPERTY, SOAK_MINUTES));
    }

    private static long number(String property, long otherwise) {
        String text = System.getProperty(property, "").strip();
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("\\d{1,12}")) {
            throw new IllegalArgumentException("-D" + property + ": expected a number of at most twelve digits, found \"" + text + "\"");
        }
        return Long.parseLong(text);
    }

    /** The seed of the random workload of that number, counted from 1. */
    public long workload(long number) {
        return Seed.of(number, seed).value();
    }

    private Effort of(Profile other) {
        return new Effort(other, seed, plan, states, nestedOneIn, nestedPlan, nestedDepth, directed, threads, shrinks);
    }

    /** This effort with other random workloads. */
    public Effort withSeed(long other) {
        return new Effort(profile, other, plan, states, nestedOneIn, nestedPlan, nestedDepth, directed, threads, shrinks);
    }

    /** This effort with other numbers of states and of threads. */
    public Effort with(int otherStates, int otherThreads) {
        return new Effort(profile, seed, plan, otherStates, nestedOneIn, nestedPlan, nestedDepth, directed, otherThreads, shrinks);
    }

    /** This effort for a strategy that the quick effort tries with so many states: all others try so many times more, or less, as it does. */
    public Effort withQuickStates(int quickStates) {
        return with(Math.toIntExact((long) states * quickStates / QUICK.states), threads);
    }

    /** A number of the quick effort, in this one. */
    int times(int quick) {
        return profile == Profile.QUICK ? quick : TIMES_FULL * quick;
    }

    /** Whether recoveries of directed scenarios are crashed in every way, each of them. */
    boolean crashesEveryRecovery() {
        return profile != Profile.QUICK;
    }

    /**
     * This effort for the recoveries of a directed scenario: of each crash point the two extremes, and of all their recoveries up to so many states. A third crash is left to
     * {@link #forDirected}, which samples: tried everywhere, it would be a thousand times as many recoveries of a strategy that syncs often in them.
     */
    Effort everyRecovery(long nestedStates) {
        EnumerationPlan extremes = new EnumerationPlan(false, false, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
        return new Effort(profile, seed, extremes, states, 1, EnumerationPlan.GATE.withTrash().withStatesInAll(nestedStates), 2, directed, threads, shrinks);
    }

    /** This effort for directed scenarios, where up to so many combinations at one point are all tried. */
    public Effort forDirected(int combinations) {
        EnumerationPlan thorough = profile == Profile.QUICK ? plan : plan.withFurther(plan.further().withReadDriven(READ_DRIVEN_DIRECTED));
        return new Effort(profile, seed, thorough.withProductLimit(combinations), states, nestedOneIn, nestedPlan, nestedDepth, true, threads, shrinks);
    }

    /** This effort with what the disk's profile lets tear trashed as well. */
    public Effort withTrash() {
        return new Effort(profile, seed, plan.withTrash(), states, nestedOneIn, nestedPlan.withTrash(), nestedDepth, directed, threads, shrinks);
    }

    /** This effort with the recovery of one state in so many crashed as well. */
    public Effort withNested(int oneIn) {
        return new Effort(profile, seed, plan, states, oneIn, nestedPlan, nestedDepth, directed, threads, shrinks);
    }

    /** This effort with the recovery of one state in so many crashed as well, and so on, up to so many crashes one after the other; so many states of each recovery. */
    Effort withNested(int oneIn, int depth, long statesOfRecovery) {
        return new Effort(profile, seed, plan, states, oneIn, nestedPlan.withStatesInAll(statesOfRecovery), depth, directed, threads, shrinks);
    }

    /** This effort with every recovery crashed at each of its syncs, twice within one another, so many states at each. */
    public Effort everyRestart(int statesPerSync) {
        return new Effort(profile, seed, plan, states, 1, EnumerationPlan.PREFIXES.withStatesPerPoint(statesPerSync), 3, false, threads, shrinks);
    }

    /** This effort with other states tried, and no recovery crashed. */
    public Effort withoutNested(EnumerationPlan otherPlan) {
        return new Effort(profile, seed, otherPlan, states, Integer.MAX_VALUE, nestedPlan, 1, directed, threads, shrinks);
    }
}
