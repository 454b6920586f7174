package dev.afterimage.spitests.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

import dev.afterimage.api.StoreConfig;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;
import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Puts known mistakes into a strategy, one at a time, and demands of the kit that it catches each of them, by a rule that the mistake breaks; and that it finds nothing in the strategy as it is.
 *
 * <pre>{@code
 * class MySeededFaultsTest extends EverySeededFaultIsCaught {
 *     protected Class<? extends RecoveryStrategyProvider> provider() { return MyStrategy.class; }
 *     protected List<SeededFault> faults() { return List.of(SeededFault.of("W4", "a commit is answered before its log is synced") ...); }
 *     protected List<Unseeded> unseeded() { return List.of(); }
 * }
 * }</pre>
 *
 * <p>When all have run, what caught what is in {@code target/seeded-faults-STRATEGY.md}. The page {@code docs/help/what-the-kit-catches.md} has a copy of it, which
 * {@code -Dafterimage.seeded-faults=write} brings up to date and a test compares with the list.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EverySeededFaultIsCaught {
    private static final Duration HANGS_AFTER = Duration.ofMinutes(5);
    /** Distinct crash states that a hunt for a fault looks at first: spread over the whole scenario, they show most faults. */
    private static final int STATES_AT_FIRST = 60;
    /** The same where those few showed nothing. */
    private static final int STATES = 2_000;
    /** The same where there is nothing to be found: the strategy's own conformance test looks harder. */
    private static final int STATES_WITHOUT_FAULT = 40;
    /** Crash images by which a random campaign must have caught a fault, and how long it may take. */
    private static final RandomCampaign RANDOM = new RandomCampaign(Long.getLong("afterimage.random.images", 100_000), Duration.ofSeconds(Long.getLong("afterimage.random.seconds", 900)));
    private static final int PERCENT_AT_RANDOM = 90;

    private final List<Verdict> verdicts = new CopyOnWriteArrayList<>();

    /** For subclasses. */
    protected EverySeededFaultIsCaught() {
    }

    /** The strategy's provider, as it is. */
    protected abstract Class<? extends RecoveryStrategyProvider> provider();

    /** The faults. */
    protected abstract List<SeededFault> faults();

    /** Faults of the catalogue that there is no place for. */
    protected abstract List<Unseeded> unseeded();

    /** Packages besides the strategy's own into which faults are put. */
    protected Set<String> packagesBeneath() {
        return Set.of("dev.afterimage.wal", "dev.afterimage.buffer");
    }

    private FaultyBuild build() {
        return new FaultyBuild(provider(), packagesBeneath(), FaultyBuild.modulesHere());
    }

    private static Campaign campaign(RecoveryStrategyProvider strategy, Map<String, String> options, int states) {
        Map<String, String> all = new LinkedHashMap<>(RecoveryStrategyConformance.smallOptionsOf(strategy));
        all.putAll(options);
        StoreUnderTest subject = new StoreUnderTest(strategy, all, StoreConfig.PAGE_SIZE_MIN, StoreConfig.CACHE_PAGES_MIN);
        return new Campaign(subject, Effort.QUICK.with(states, Effort.QUICK.threads()));
    }

    /** One test for each fault. */
    @TestFactory
    @DisplayName("Each seeded fault is caught by a rule that it breaks")
    public Stream<DynamicTest> eachIsCaught() {
        FaultyBuild build = build();
        return faults().stream().map(fault -> DynamicTest.dynamicTest(fault.id() + " " + fault.sentence(), () -> {
            RecoveryStrategyProvider faulty = build.with(fault);
            verdicts.add(Assertions.assertTimeoutPreemptively(HANGS_AFTER, () -> hunt(fault, faulty)));
        }));
    }

    private static Verdict hunt(SeededFault fault, RecoveryStrategyProvider faulty) {
        Campaign few = campaign(faulty, fault.options(), STATES_AT_FIRST);
        Campaign many = campaign(faulty, fault.options(), STATES);
        for (Campaign campaign : List.of(few, many)) {
            for (Hunt hunt : fault.hunts()) {
                try {
                    if (campaign == few || hunt.isSwept()) {
                        hunt.run(campaign);
                    }
                } catch (Violation e) {
                    if (!fault.rules().contains(e.rule())) {
                        throw new AssertionError("fault " + fault.id() + ", caught in " + hunt + ": expected one of the rules " + fault.rules() + " to be broken, found " + e.getMessage(), e);
                    }
                    return new Verdict(fault, e.rule(), hunt, few.tally().cases() + many.tally().cases(), few.tally().looked() + many.tally().looked());
                }
            }
        }
        throw new AssertionError("fault " + fault.id() + " was not caught by " + fault.hunts() + ": " + few.tally() + "; " + many.tally());
    }

    /** One test for each hunt, but for those that do the same with every effort: they are part of the strategy's conformance test as they are. */
    @TestFactory
    @DisplayName("The strategy as it is, built and hunted the same way, breaks no rule")
    public Stream<DynamicTest> nothingElseIsCaught() {
        RecoveryStrategyProvider strategy = build().withoutFault();
        record Errand(Hunt hunt, Map<String, String> options) {
            @Override
            public String toString() {
                return hunt + (options.isEmpty() ? "" : " " + options);
            }
        }
        Set<Errand> errands = new LinkedHashSet<>();
        faults().forEach(fault -> fault.hunts().stream().filter(Hunt::isSwept).forEach(hunt -> errands.add(new Errand(hunt, fault.options()))));
        return errands.stream().map(errand -> DynamicTest.dynamicTest(errand.toString(),
                () -> Assertions.assertTimeoutPreemptively(HANGS_AFTER, () -> errand.hunt.run(campaign(strategy, errand.options, STATES_WITHOUT_FAULT)))));
    }

    /** The page for people is not about another list than this. */
    @Test
    @DisplayName("The page of what the kit catches lists these faults and no others")
    public void thePageIsCurrent() {
        Assumptions.assumeFalse(writing(), "the page is about to be written");
        FaultTable.requireListed(FaultyBuild.modulesHere(), strategyName(), faults(), unseeded());
    }

    /** The random campaign; long. */
    @Test
    @Tag("campaign")
    @DisplayName("At least 90 of 100 seeded faults are caught at random, each within 100,000 crash images")
    public void mostAreCaughtAtRandom() {
        FaultyBuild build = build();
        Map<SeededFault, RandomVerdict> found = new LinkedHashMap<>();
        for (SeededFault fault : faults()) {
            if (isWanted(fault)) {
                RandomVerdict verdict = RANDOM.hunt(fault.id(), campaign(build.with(fault), fault.options(), STATES));
                found.put(fault, verdict);
                System.out.println(strategyName() + " " + verdict);
                Map<String, String> known = RandomTable.read(FaultyBuild.modulesHere(), strategyName(), faults());
                keep("random-faults-", RandomTable.section(strategyName()), RandomTable.of(strategyName(), faults(), found, known));
            }
        }
        List<String> escaped = found.values().stream().filter(verdict -> !verdict.caught()).map(RandomVerdict::fault).toList();
        int caught = found.size() - escaped.size();
        Assertions.assertTrue(caught * 100 >= found.size() * PERCENT_AT_RANDOM, () -> "caught at random: " + caught + " of " + found.size() + "; escaped: " + escaped);
    }

    /** The other side of the random campaign. */
    @Test
    @Tag("campaign")
    @DisplayName("The strategy as it is, built and hunted at random the same way, breaks no rule")
    public void nothingElseIsCaughtAtRandom() {
        RandomVerdict verdict = RANDOM.hunt("none", campaign(build().withoutFault(), Map.of(), STATES));
        System.out.println(strategyName() + " " + verdict);
        Assertions.assertFalse(verdict.caught() || verdict.where().startsWith("ended"), verdict::toString);
    }

    private static boolean isWanted(SeededFault fault) {
        String only = System.getProperty("afterimage.random.faults", "");
        return only.isEmpty() || List.of(only.split(",")).contains(fault.id());
    }

    private static boolean writing() {
        return "write".equals(System.getProperty("afterimage.seeded-faults"));
    }

    private String strategyName() {
        return build().withoutFault().name();
    }

    /** Leaves the table of what caught what; into the page, too, when told so. */
    @AfterAll
    public void writeTable() {
        if (!verdicts.isEmpty()) {
            keep("seeded-faults-", FaultTable.section(strategyName()), FaultTable.of(strategyName(), faults(), verdicts, unseeded()));
        }
    }

    private void keep(String file, PageSection section, String table) {
        try {
            Files.writeString(Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target").resolve(file + strategyName() + ".md"), table);
        } catch (IOException e) {
            throw new UncheckedIOException("the table of " + section, e);
        }
        if (writing()) {
            section.replace(FaultyBuild.modulesHere(), table);
        }
    }
}
