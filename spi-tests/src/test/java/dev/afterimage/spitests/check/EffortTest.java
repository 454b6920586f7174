package dev.afterimage.spitests.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.play.Seed;

@DisplayName("The effort of a run")
public class EffortTest {
    private final String effortBefore = System.getProperty(Effort.PROPERTY, "");
    private final String seedBefore = System.getProperty(Effort.SEED_PROPERTY, "");

    /** For JUnit. */
    public EffortTest() {
    }

    @AfterEach
    void restore() {
        ask(effortBefore, seedBefore);
    }

    private static void ask(String effort, String seed) {
        if (effort.isEmpty()) {
            System.clearProperty(Effort.PROPERTY);
        } else {
            System.setProperty(Effort.PROPERTY, effort);
        }
        System.setProperty(Effort.SEED_PROPERTY, seed);
    }

    @Test
    @DisplayName("is quick unless another is asked for, and a name that there is not is answered with those there are")
    void named() {
        ask("", "");
        assertEquals(Effort.QUICK.shrinking(true), Effort.requested());
        ask("soak", "");
        assertEquals(Effort.Profile.SOAK, Effort.requested().profile());
        assertEquals(Effort.FULL.states(), Effort.requested().states());
        ask("fast", "");
        assertTrue(assertThrows(IllegalArgumentException.class, Effort::requested).getMessage().contains("expected quick, full, soak, found \"fast\""));
    }

    @Test
    @DisplayName("looks at as many times the states of a strategy's quick effort as it does at others'")
    void scaled() {
        assertEquals(700, Effort.QUICK.withQuickStates(700).states());
        assertEquals(700 * (Effort.FULL.states() / Effort.QUICK.states()), Effort.FULL.withQuickStates(700).states());
    }

    @Test
    @DisplayName("draws the workloads of every build with the seed 0, and with another those that no third one draws")
    void seeds() {
        assertEquals(17, Effort.QUICK.workload(17));
        Set<Long> drawn = new HashSet<>();
        for (long run = 0; run < 50; run++) {
            for (long number = 1; number <= 64; number++) {
                assertTrue(drawn.add(Effort.QUICK.withSeed(run).workload(number)), run + " draws again " + number);
            }
        }
        ask("", "twelve");
        assertTrue(assertThrows(IllegalArgumentException.class, Effort::requested).getMessage().contains("expected a number of at most twelve digits"));
        assertTrue(Long.toString(Seed.of(99_999, 999_999_999_999L).value()).length() <= 18, "too long for a replay line");
    }

    @Test
    @DisplayName("has one seed for streams of chance that differ")
    void streams() {
        Set<Long> first = new HashSet<>();
        for (long value = 1; value <= 100; value++) {
            Seed seed = new Seed(value);
            first.add(seed.workload().nextLong());
            first.add(seed.schedule().nextLong());
            first.add(seed.faults().nextLong());
            first.add(seed.crashes().nextLong());
        }
        assertEquals(400, first.size());
    }
}
