package dev.afterimage.spitests.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.Scenarios;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.SpecimenLog;
import dev.afterimage.spitests.specimen.Vice;

@DisplayName("A failure is made smaller before it is told")
public class ShrinkingTest {
    /** For JUnit. */
    public ShrinkingTest() {
    }

    private static StoreUnderTest subject(Vice... vices) {
        return new StoreUnderTest(new SpecimenLog(vices), Map.of(), 4096, 16);
    }

    private static Violation failure(StoreUnderTest subject, boolean shrinking, int nestedOneIn, Mix mix) {
        Effort effort = Effort.QUICK.with(2_000, 1).shrinking(shrinking);
        return assertThrows(Violation.class, () -> new Campaign(subject, effort).randomNested(mix, 100, nestedOneIn));
    }

    private static void expectSmaller(Vice vice, Mix mix, int nestedOneIn) {
        StoreUnderTest subject = subject(vice);
        Violation told = failure(subject, true, nestedOneIn, mix);
        String[] lines = told.getMessage().split("\n");
        assertEquals("replay: " + told.replay(), lines[0]);
        assertTrue(lines[1].startsWith("shrunk from: kit1:"), told.getMessage());
        ReplayLine small = ReplayLine.parse(told.replay());
        ReplayLine original = ReplayLine.parse(lines[1].split(" ")[2]);
        assertEquals(failure(subject, false, nestedOneIn, mix).replay(), original.toString());
        assertTrue(small.scenario().startsWith(original.scenario() + "-without-"), small.scenario());
        int left = operations(subject, Scenarios.named(small.scenario()));
        int all = operations(subject, Scenarios.named(original.scenario()));
        assertTrue(left * 2 < all, left + " of " + all + " operations are left: " + told.getMessage());
        assertTrue(small.crashes().size() <= original.crashes().size(), told.getMessage());
        Violation again = assertThrows(Violation.class, () -> new Campaign(subject, Effort.QUICK).replay(small));
        assertEquals(told.rule(), again.rule());
        assertEquals(told.replay(), again.replay());
    }

    private static int operations(StoreUnderTest subject, Scenario scenario) {
        RandomWorkload workload = (RandomWorkload) scenario;
        try (Stage stage = new Stage(subject, workload.seed())) {
            workload.play(stage);
        }
        return workload.operations() - workload.leftOutOperations().cardinality();
    }

    @Test
    @DisplayName("One that a crash shows: a commit that is answered before it is synced needs hardly more than one transaction")
    void crash() {
        expectSmaller(Vice.W4_ANSWERS_BEFORE_SYNC, Mix.COMMITS, Integer.MAX_VALUE);
        expectSmaller(Vice.C1_POINTER_BEFORE_PAGES, Mix.CHECKPOINTS, Integer.MAX_VALUE);
    }

    @Test
    @DisplayName("One that a crash of recovery shows")
    void nested() {
        expectSmaller(Vice.D5_REPAIR_NOT_SYNCED, Mix.CHECKPOINTS, 2);
    }

    @Test
    @DisplayName("Not one that is not asked to be")
    void unasked() {
        assertTrue(!failure(subject(Vice.W4_ANSWERS_BEFORE_SYNC), false, 40, Mix.COMMITS).getMessage().contains("shrunk"));
    }

    @Test
    @DisplayName("A list is made as small as it can be by leaving out parts, and never tries itself")
    void lists() {
        List<Integer> all = IntStream.range(0, 100).boxed().toList();
        List<Integer> tries = new ArrayList<>();
        assertEquals(List.of(17, 40, 41), DeltaDebugging.minimize(all, some -> {
            tries.add(some.size());
            return some.containsAll(List.of(17, 40, 41));
        }));
        assertTrue(tries.size() < 100 && tries.stream().allMatch(size -> size < 100), tries.toString());
        assertEquals(List.of(), DeltaDebugging.minimize(all, some -> true));
        assertEquals(all, DeltaDebugging.minimize(all, some -> false));
    }

    @Test
    @DisplayName("A workload of which nothing is left out plays as it was drawn; one with parts left out plays the same each time, and is named for them")
    void operations() {
        for (Mix mix : Mix.ALL) {
            String whole = played(new RandomWorkload(mix, 3));
            // A number that no operation has: the list is played instead of drawn.
            assertEquals(whole, played((RandomWorkload) Scenarios.named(mix.title() + "-3-without-999999")), mix.title());
            BitSet out = new BitSet();
            out.set(2, 9);
            out.set(11);
            RandomWorkload less = new RandomWorkload(mix, 3).without(out);
            assertEquals(mix.title() + "-3-without-2-8.11", less.title());
            assertEquals(less.title(), Scenarios.named(less.title()).title());
            String played = played(less);
            assertTrue(!played.equals(whole), mix.title());
            assertEquals(played, played((RandomWorkload) Scenarios.named(less.title())));
        }
        assertThrows(IllegalArgumentException.class, () -> Scenarios.named("commits-7-without-"));
        assertThrows(IllegalArgumentException.class, () -> Scenarios.named("commits-7-without-3.x"));
    }

    private static String played(RandomWorkload workload) {
        try (Stage stage = new Stage(subject(), workload.seed())) {
            workload.play(stage);
            return stage.now() + " " + stage.disk().asIssued().hash() + " " + stage.disk().asSynced().hash() + " " + stage.history().size();
        }
    }

    @Test
    @DisplayName("A malformed line is answered with what a line looks like, and with what is wrong with it")
    void malformed() {
        for (String line : new String[] {"", "kit1", "kit2:x:strict:mixed-1:0:-", "kit1:x:strict:mixed-1:0", "kit1:x:strict:mixed-1:zero:k1", "kit1:x:strict:mixed-1:0:q1", "kit1:x:strict:mixed-1:0:k1/",
            "kit1:x:strict:mixed-1:0:k1/3", "kit1:x:strict:mixed-1/3:k1", "kit1:x:mild:mixed-1:0:k1", "kit1::strict:mixed-1:0:k1", "kit1:x:strict::0:k1", "kit1:x:strict:mixed-1:99999999999:k1"}) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> ReplayLine.parse(line), line);
            assertTrue(refused.getMessage().startsWith("replay line: expected kit1:STRATEGY:PROFILE:SCENARIO[:POINT:CHOICE[/POINT:CHOICE...]], found \"" + line + "\": "), refused.getMessage());
        }
        assertEquals("kit1:x:no-psow:commits-7-without-3.5-8:4:k3.t1.d2/0:-", ReplayLine.parse("kit1:x:no-psow:commits-7-without-3.5-8:4:k3.t1.d2/0:-").toString());
    }
}
