package dev.afterimage.spitests.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The lemma beneath {@link CrashStates}, by brute force: small random traces, every instant, every legal image. */
@DisplayName("Crash points just before sync completions")
class CrashPointLemmaTest {
    private static final EnumerationPlan EVERYTHING = new EnumerationPlan(false, false, 0, 0, 1 << 10, Long.MAX_VALUE, Long.MAX_VALUE);
    private static final int TRACES = 150;

    @Test
    @DisplayName("On a strict disk the images at each crash point are exactly those of the fault model's table")
    void strict() {
        exact(DiskProfile.STRICT);
    }

    @Test
    @DisplayName("So they are where any sector in flight may be trashed")
    void trashAnywhere() {
        exact(DiskProfile.TRASH_ANYWHERE);
    }

    @Test
    @DisplayName("So they are where grown space shows bytes of another time")
    void garbage() {
        exact(DiskProfile.GARBAGE);
    }

    @Test
    @DisplayName("So they are where a torn write takes its 4 KiB along")
    void noPsow() {
        exact(DiskProfile.NO_PSOW);
    }

    @Test
    @DisplayName("So they are where a rename is two changes")
    void splitRename() {
        exact(DiskProfile.SPLIT_RENAME);
    }

    private static void exact(DiskProfile profile) {
        int points = 0;
        int trashed = 0;
        for (long seed = 0; seed < TRACES; seed++) {
            DiskTrace trace = new RandomScript(seed, profile).play(profile == DiskProfile.STRICT ? 10 : 8).trace();
            NaiveCrashModel naive = new NaiveCrashModel(trace);
            Map<Integer, Set<Long>> found = new HashMap<>();
            if (!enumerate(trace, EVERYTHING.withTrash(), found)) {
                continue;
            }
            Map<Integer, Set<Long>> whole = new HashMap<>();
            enumerate(trace, EVERYTHING, whole);
            for (Map.Entry<Integer, Set<Long>> point : found.entrySet()) {
                assertEquals(naive.images(eventOf(trace, point.getKey())), point.getValue(), profile + ", seed " + seed + ", point " + point.getKey() + "\n" + trace);
                points++;
                trashed += point.getValue().size() - whole.get(point.getKey()).size();
            }
        }
        assertTrue(points > TRACES / 2, "only " + points + " points were compared");
        assertTrue(trashed > 0, "no image had trash in it");
    }

    @Test
    @DisplayName("Every image that a crash at any instant may leave may be left at the next crash point as well, in every profile")
    void complete() {
        int instants = 0;
        for (long seed = 0; seed < TRACES; seed++) {
            DiskProfile profile = DiskProfile.values()[(int) seed % DiskProfile.values().length];
            instants += instantsLookedAt(new RandomScript(seed, profile).play(8).trace(), profile + ", seed " + seed);
        }
        assertTrue(instants > TRACES, "only " + instants + " instants were looked at");
    }

    @Test
    @DisplayName("It is so where threads call each other's files in the midst of their syncs")
    void threads() throws InterruptedException {
        int instants = 0;
        int interleaved = 0;
        for (long seed = 0; seed < TRACES / 2; seed++) {
            SimulatedDisk disk = DiskScript.disk("a=x", "b=y");
            disk.syncTakes(Duration.ofNanos(20_000));
            List<Thread> threads = new ArrayList<>();
            for (int number = 0; number < 3; number++) {
                RandomScript script = new RandomScript(3 * seed + number, disk);
                threads.add(new Thread(() -> script.playBesideOthers(4)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            interleaved += disk.trace().events().stream().anyMatch(event -> event instanceof DiskEvent.SyncEnded && event.call().returned() > event.call().started() + 1) ? 1 : 0;
            instants += instantsLookedAt(disk.trace(), "seed " + seed);
        }
        assertTrue(instants > TRACES / 2, "only " + instants + " instants were looked at");
        assertTrue(interleaved > 0, "no call ever fell into another thread's sync");
    }

    @Test
    @DisplayName("It is so for what is done to the image that a crash left, and to the image after the next crash")
    void recoveries() {
        int instants = 0;
        for (long seed = 0; seed < TRACES / 2; seed++) {
            DiskImage image = DiskImage.EMPTY;
            for (int crash = 0; crash < 3; crash++) {
                SimulatedDisk disk = new SimulatedDisk(image);
                DiskTrace trace = new RandomScript(seed * 3 + crash, disk).play(7).trace();
                instants += instantsLookedAt(trace, "seed " + seed + ", crash " + crash);
                List<DiskImage> left = new ArrayList<>();
                CrashStates.forEach(trace, EnumerationPlan.GATE, state -> left.add(state.image()));
                image = left.get((int) (seed % left.size()));
            }
        }
        assertTrue(instants > TRACES, "only " + instants + " instants were looked at");
    }

    private static int instantsLookedAt(DiskTrace trace, String where) {
        NaiveCrashModel naive = new NaiveCrashModel(trace);
        Map<Integer, Set<Long>> found = new HashMap<>();
        if (!enumerate(trace, EVERYTHING.withTrash(), found)) {
            return 0;
        }
        for (int instant = 0; instant <= trace.events().size(); instant++) {
            Set<Long> missing = new HashSet<>(naive.images(instant));
            missing.removeAll(nextPoint(trace, found, instant));
            assertTrue(missing.isEmpty(), where + ", before event " + instant + ": " + missing.size() + " images are missing\n" + trace);
        }
        return trace.events().size() + 1;
    }

    @Test
    @DisplayName("Any choice at all leaves a legal image, and every state visited replays from its text to the same image, in every profile")
    void choices() {
        SplittableRandom random = new SplittableRandom(7);
        int[] trashed = new int[1];
        for (long seed = 0; seed < TRACES; seed++) {
            DiskProfile profile = DiskProfile.values()[(int) seed % DiskProfile.values().length];
            DiskTrace trace = new RandomScript(seed, profile).play(10).trace();
            NaiveCrashModel naive = new NaiveCrashModel(trace);
            Map<Integer, Set<Long>> legal = new HashMap<>();
            String where = profile + ", seed " + seed + "\n" + trace;
            CrashStates.forEach(trace, EnumerationPlan.GATE.withTrash(), state -> {
                Set<Long> images = legal.computeIfAbsent(state.point(), point -> naive.images(eventOf(trace, point)));
                assertTrue(images.contains(state.image().hash()), () -> state + " is not legal: " + where);
                assertEquals(state.image().hash(), CrashStates.rebuild(trace, state.point(), ChoiceVector.decode(state.choice().encode())).hash(),
                        () -> state + ": " + where);
                trashed[0] += state.choice().trashed().cardinality();
                BitSet kept = new BitSet();
                BitSet torn = new BitSet();
                for (int i = 0; i < state.choice().parts(); i++) {
                    kept.set(i, random.nextBoolean());
                    torn.set(i, state.choice().trashed().get(i) && random.nextBoolean());
                }
                ChoiceVector choice = ChoiceVector.of(kept, torn, state.choice().parts());
                assertTrue(images.contains(CrashStates.rebuild(trace, state.point(), choice).hash()), () -> choice + " is not legal: " + where);
            });
        }
        assertTrue(trashed[0] > TRACES, "only " + trashed[0] + " parts were trashed");
    }

    /** All images by crash point; false if there are too many to try them all. */
    private static boolean enumerate(DiskTrace trace, EnumerationPlan plan, Map<Integer, Set<Long>> found) {
        EnumerationCounts counts = CrashStates.enumerate(trace, plan, sequence -> sequence,
                state -> found.computeIfAbsent(state.point(), point -> new HashSet<>()).add(state.image().hash()));
        return counts.combined() == counts.points();
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
