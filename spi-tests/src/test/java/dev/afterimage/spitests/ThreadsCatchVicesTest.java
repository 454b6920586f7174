package dev.afterimage.spitests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.check.ThreadsSweep;
import dev.afterimage.spitests.check.Tally;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.play.ThreadsRun;
import dev.afterimage.spitests.play.ThreadsWorkload;
import dev.afterimage.spitests.play.ThreadsWorkload.Lean;
import dev.afterimage.spitests.play.ThreadsWorkload.Order;
import dev.afterimage.spitests.specimen.SpecimenLog;
import dev.afterimage.spitests.specimen.SpecimenShadow;
import dev.afterimage.spitests.specimen.Vice;

@DisplayName("Several threads, whose turns a seed decides,")
public class ThreadsCatchVicesTest {
    private static final int STATES = 150;
    private static final int SEEDS = 100;

    /** For JUnit. */
    public ThreadsCatchVicesTest() {
    }

    /** A mistake that only several threads show, and the rules that may be named for it. */
    private record Catch(Vice vice, Lean lean, Set<String> rules) {
    }

    private static StoreUnderTest subject(RecoveryStrategyProvider strategy) {
        return new StoreUnderTest(strategy, Map.of(), 4 << 10, 16);
    }

    /** Every vice. */
    @TestFactory
    @DisplayName("catch")
    public Stream<DynamicTest> vices() {
        return Stream.of(
                new Catch(Vice.E_ANSWERS_FOLLOWER_BEFORE_SYNC, Lean.DUEL, Set.of("D1", "D3")),
                new Catch(Vice.D_WRITES_OUT_OF_ORDER, Lean.DUEL, Set.of("D1", "D2", "A2", "A3", "D3")),
                new Catch(Vice.X_LOSES_WAKEUPS, Lean.DUEL, Set.of("A3")),
                new Catch(Vice.C6_CHECKPOINT_LETS_GO, Lean.DUEL, Set.of("D1", "D2", "A3", "T1")),
                new Catch(Vice.P3_COPIES_IN_HALVES, Lean.DUEL, Set.of("A1", "A3", "D1", "T1")),
                new Catch(Vice.E1_READER_DOES_NOT_WAIT, Lean.READERS, Set.of("D3"))).map(each -> DynamicTest.dynamicTest(each.vice.name(), () -> catches(each)));
    }

    private static void catches(Catch each) {
        StoreUnderTest subject = subject(new SpecimenLog(each.vice));
        Violation violation = null;
        for (long seed = 1; seed <= SEEDS && violation == null; seed++) {
            try {
                new ThreadsSweep(subject, Effort.QUICK, new Tally()).run(new ThreadsWorkload(Order.SCHEDULED, each.lean, seed), STATES);
            } catch (Violation e) {
                violation = e;
            }
        }
        assertTrue(violation != null, each.vice + " was not caught");
        assertTrue(each.rules.contains(violation.rule()), violation.getMessage());
        String first = violation.getMessage().lines().findFirst().orElseThrow();
        assertTrue(first.startsWith("replay: "), first);
        ReplayLine line = ReplayLine.parse(first.substring("replay: ".length()));
        Violation again = assertThrows(Violation.class, () -> new Campaign(subject, Effort.QUICK).replay(line));
        // Names of lambdas, in stacks, differ from one loading to the next.
        assertEquals(violation.getMessage().lines().limit(2).toList(), again.getMessage().lines().limit(2).toList());
    }

    /** A specimen without vices, scheduled over many seeds, each played twice. */
    @Test
    @DisplayName("find nothing where nothing is wrong, and are the same every time")
    public void specimensPass() {
        for (RecoveryStrategyProvider strategy : new RecoveryStrategyProvider[] {new SpecimenLog(), new SpecimenShadow()}) {
            StoreUnderTest subject = subject(strategy);
            ThreadsSweep sweep = new ThreadsSweep(subject, Effort.QUICK, new Tally());
            assertTrue(sweep.canSchedule());
            for (Lean lean : Lean.values()) {
                for (long seed = 1; seed <= 2; seed++) {
                    ThreadsWorkload workload = new ThreadsWorkload(Order.SCHEDULED, lean, seed);
                    ThreadsRun.Played played = sweep.run(workload, 30);
                    assertEquals(0, played.hiddenWaits());
                    assertEquals(played.fingerprint(), new ThreadsRun(subject, workload, subject.twin()).play().fingerprint(), workload.title());
                }
            }
        }
    }
}
