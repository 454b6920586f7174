package dev.afterimage.spitests.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The lemma beneath {@link CrashStates}, by brute force: small random traces, every instant, every legal image. */
@DisplayName("Crash points just before sync completions")
class CrashPointLemmaTest {
    private static final EnumerationPlan EVERYTHING = new EnumerationPlan(false, false, 0, 0, 1 << 13, Long.MAX_VALUE, Long.MAX_VALUE);
    private static final int TRACES = 250;

    @Test
    @DisplayName("At each crash point the images are exactly those of the fault model's table")
    void exact() {
        int points = 0;
        for (long seed = 0; seed < TRACES; seed++) {
            DiskTrace trace = new RandomScript(seed).play(10).trace();
            NaiveCrashModel naive = new NaiveCrashModel(trace);
            Map<Integer, Set<Long>> found = new HashMap<>();
            if (!enumerate(trace, found)) {
                continue;
            }
            for (Map.Entry<Integer, Set<Long>> point : found.entrySet()) {
                assertEquals(naive.images(eventOf(trace, point.getKey())), point.getValue(), "seed " + seed + ", point " + point.getKey() + "\n" + trace);
                points++;
            }
        }
        assertTrue(points > TRACES, "only " + points + " points were compared");
    }

    @Test
    @DisplayName("Every image that a crash at any instant may leave may be left at the next crash point as well")
    void complete() {
        int instants = 0;
        for (long seed = 0; seed < TRACES; seed++) {
            DiskTrace trace = new RandomScript(seed).play(8).trace();
            NaiveCrashModel naive = new NaiveCrashModel(trace);
            Map<Integer, Set<Long>> found = new HashMap<>();
            if (!enumerate(trace, found)) {
                continue;
            }
            for (int instant = 0; instant <= trace.events().size(); instant++) {
                Set<Long> missing = new HashSet<>(naive.images(instant));
                missing.removeAll(nextPoint(trace, found, instant));
                assertTrue(missing.isEmpty(), "seed " + seed + ", before event " + instant + ": " + missing.size() + " images are missing\n" + trace);
                instants++;
            }
        }
        assertTrue(instants > TRACES, "only " + instants + " instants were looked at");
    }

    @Test
    @DisplayName("Any choice at all leaves a legal image, and every state visited replays from its text to the same image")
    void choices() {
        SplittableRandom random = new SplittableRandom(7);
        for (long seed = 0; seed < TRACES; seed++) {
            DiskTrace trace = new RandomScript(seed).play(10).trace();
            NaiveCrashModel naive = new NaiveCrashModel(trace);
            Map<Integer, Set<Long>> legal = new HashMap<>();
            String where = "seed " + seed + "\n" + trace;
            CrashStates.forEach(trace, EnumerationPlan.GATE, state -> {
                Set<Long> images = legal.computeIfAbsent(state.point(), point -> naive.images(eventOf(trace, point)));
                assertTrue(images.contains(state.image().hash()), () -> state + " is not legal: " + where);
                assertEquals(state.image().hash(), CrashStates.rebuild(trace, state.point(), ChoiceVector.decode(state.choice().encode())).hash(),
                        () -> state + ": " + where);
                BitSet kept = new BitSet();
                for (int i = 0; i < state.choice().parts(); i++) {
                    kept.set(i, random.nextBoolean());
                }
                ChoiceVector choice = ChoiceVector.of(kept, state.choice().parts());
                assertTrue(images.contains(CrashStates.rebuild(trace, state.point(), choice).hash()), () -> choice + " is not legal: " + where);
            });
        }
    }

    /** All images by crash point; false if there are too many to try them all. */
    private static boolean enumerate(DiskTrace trace, Map<Integer, Set<Long>> found) {
        EnumerationCounts counts = CrashStates.enumerate(trace, EVERYTHING, sequence -> sequence,
                state -> found.computeIfAbsent(state.point(), point -> new HashSet<>()).add(state.image().hash()));
        return counts.proved() == counts.points();
    }

    /** Number of the event that ends the sync of that number. */
    private static int eventOf(DiskTrace trace, int point) {
        int completions = 0;
        for (int i = 0; i < trace.events().size(); i++) {
            if (trace.events().get(i) instanceof DiskEvent.SyncEnded && completions++ == point) {
                return i;
            }
        }
        return trace.events().size();
    }

    private static Set<Long> nextPoint(DiskTrace trace, Map<Integer, Set<Long>> found, int instant) {
        int completions = 0;
        for (int i = 0; i < trace.events().size(); i++) {
            if (trace.events().get(i) instanceof DiskEvent.SyncEnded) {
                if (i >= instant && found.containsKey(completions)) {
                    return found.get(completions);
                }
                completions++;
            }
        }
        return found.get(completions);
    }
}
