package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.set;
import static dev.afterimage.spitests.disk.DiskScript.show;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The enumeration of crash states beyond what every build runs")
class FurtherGeneratorsTest {
    private static final EnumerationPlan NOTHING = new EnumerationPlan(false, false, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
    private static final EnumerationPlan PAIRS = NOTHING.withDistance(2);
    private static final EnumerationPlan FILES = NOTHING.withFurther(new EnumerationPlan.Further(1 << 10, 0, 0, 0, 0));
    private static final EnumerationPlan CLASSES = NOTHING.withFurther(new EnumerationPlan.Further(0, 0, 0, 0, 1 << 10));

    private static EnumerationPlan drawn(int subsets, long seed) {
        return NOTHING.withFurther(new EnumerationPlan.Further(0, subsets, seed, 0, 0));
    }

    private static SortedSet<String> visit(DiskTrace trace, EnumerationPlan plan) {
        SortedSet<String> shown = new TreeSet<>();
        CrashStates.forEach(trace, plan, state -> {
            assertEquals(state.image().hash(), CrashStates.rebuild(trace, state.point(), state.choice()).hash(), () -> state + " replays to another image");
            shown.add(show(state.image()));
        });
        return shown;
    }

    private static SimulatedDisk overwritten(int sectors) {
        SimulatedDisk disk = disk("f=" + "a".repeat(sectors));
        for (int i = 0; i < sectors; i++) {
            write(disk.open("f"), i, "b");
        }
        return disk;
    }

    @Test
    @DisplayName("E1 with two atoms visits 2 (1 + n + n (n - 1) / 2) images of n writes: those with at most two lost, and with at most two kept")
    void pairs() {
        for (int writes = 6; writes < 20; writes += 6) {
            SortedSet<String> seen = visit(overwritten(writes).trace(), PAIRS);
            assertEquals(2 * (1 + writes + writes * (writes - 1) / 2), seen.size());
            for (String image : seen) {
                long kept = image.chars().filter(letter -> letter == 'b').count();
                assertTrue(kept <= 2 || kept >= writes - 2, image);
            }
        }
    }

    @Test
    @DisplayName("E1 with two atoms keeps a write together with a change of names elsewhere, each with what it cannot do without")
    void pairOfUnlikeAtoms() {
        SimulatedDisk disk = disk("f=aaaa", "g=a");
        for (int i = 0; i < 4; i++) {
            write(disk.open("f"), i, "b");
        }
        disk.rename("g", "h");
        disk.rename("h", "i");
        SortedSet<String> seen = visit(disk.trace(), PAIRS);
        assertTrue(seen.contains("f=aaba,i=a"), seen.toString());
        assertTrue(seen.contains("f=bbab,h=a"), seen.toString());
        assertTrue(!seen.contains("f=abba,h=a"), "three are kept, and three are lost: " + seen);
    }

    @Test
    @DisplayName("E3 visits each product of prefixes of the files, and nothing else")
    void files() {
        SimulatedDisk disk = disk("f=aa", "g=aa");
        for (int i = 0; i < 2; i++) {
            write(disk.open("f"), i, "b");
            write(disk.open("g"), i, "c");
        }
        assertEquals(set("f=aa,g=aa", "f=aa,g=ca", "f=aa,g=cc", "f=ba,g=aa", "f=ba,g=ca", "f=ba,g=cc", "f=bb,g=aa", "f=bb,g=ca", "f=bb,g=cc"), visit(disk.trace(), FILES));
        disk.rename("g", "h");
        assertEquals(18, visit(disk.trace(), FILES).size());
    }

    @Test
    @DisplayName("E3 tears one file at a time where there are too many products, the others whole or absent in each subset")
    void manyFiles() {
        SimulatedDisk disk = disk("f=aa", "g=aa", "h=aa");
        for (String name : new String[] {"f", "g", "h"}) {
            write(disk.open(name), 0, "b");
            write(disk.open(name), 1, "b");
        }
        SortedSet<String> few = visit(disk.trace(), NOTHING.withFurther(new EnumerationPlan.Further(26, 0, 0, 0, 0)));
        assertEquals(8 + 3 * 4, few.size(), few.toString());
        assertTrue(few.contains("f=bb,g=ba,h=aa") && !few.contains("f=ba,g=ba,h=aa"), few.toString());
        assertEquals(27, visit(disk.trace(), FILES).size());
    }

    @Test
    @DisplayName("E4 draws subsets of which some keep few sectors and some keep most; the same from the same seed, and others from another")
    void drawn() {
        DiskTrace trace = overwritten(40).trace();
        SortedSet<String> seen = visit(trace, drawn(30, 7));
        assertTrue(seen.size() > 25 && seen.size() <= 32, "30 drawn and the two extremes, of which few are equal: " + seen.size());
        assertEquals(seen, visit(trace, drawn(30, 7)));
        SortedSet<String> others = visit(trace, drawn(30, 8));
        others.retainAll(seen);
        assertTrue(others.size() <= 4, "the two extremes, and hardly any other: " + others);
        assertTrue(seen.stream().anyMatch(image -> kept(image) > 0 && kept(image) < 10) && seen.stream().anyMatch(image -> kept(image) > 30 && kept(image) < 40), seen.toString());
    }

    private static long kept(String image) {
        return image.chars().filter(letter -> letter == 'b').count();
    }

    @Test
    @DisplayName("E4 tears pages, too: blocks of eight sectors that are whole but for a few that are torn at one place")
    void drawnInBlocks() {
        SortedSet<String> seen = visit(overwritten(64).trace(), drawn(30, 7));
        assertTrue(seen.stream().anyMatch(image -> image.substring(2).matches("((b*a*){8})") && blocks(image).allMatch(block -> block.matches("b*a*"))
                && blocks(image).anyMatch(block -> block.matches("b+a+")) && blocks(image).anyMatch(block -> block.matches("b{8}"))), seen.toString());
    }

    private static Stream<String> blocks(String image) {
        return IntStream.range(0, 8).mapToObj(block -> image.substring(2 + 8 * block, 10 + 8 * block));
    }

    @Test
    @DisplayName("E6 lets a block be old, new, new at its head, new at its tail, alternating; and each two blocks in every combination")
    void classes() {
        SimulatedDisk disk = disk("f=" + "a".repeat(8));
        write(disk.open("f"), 0, "bbbbbbbb");
        assertEquals(set("f=aaaaaaaa", "f=bbbbbbbb", "f=bbbbaaaa", "f=aaaabbbb", "f=babababa"), visit(disk.trace(), CLASSES));
        assertEquals(25, visit(overwritten(16).trace(), CLASSES).size());
        // Eight blocks of five states are too many: all old but two, and all new but two.
        SortedSet<String> few = visit(overwritten(64).trace(), CLASSES);
        assertEquals(2 * (1 + 8 * 4 + 28 * 16), few.size());
    }

    @Test
    @DisplayName("E6 trashes one sector of a block where the disk's profile lets it tear")
    void trashedClass() {
        SimulatedDisk disk = new SimulatedDisk(DiskImage.EMPTY.withFile("f", new byte[16 * Sector.BYTES]));
        write(disk.open("f"), 0, "b".repeat(16));
        SortedSet<String> seen = visit(disk.trace(), CLASSES.withTrash());
        assertTrue(seen.contains("f=bbbb?bbbbbbb?bbb"), "two at once are of no other generator: " + seen);
        assertEquals(36, seen.stream().filter(image -> blockStates(image.substring(2, 10)) && blockStates(image.substring(10))).count());
    }

    private static boolean blockStates(String block) {
        return Set.of("........", "bbbbbbbb", "bbbb....", "....bbbb", "b.b.b.b.", "bbbb?bbb").contains(block);
    }

    @Test
    @DisplayName("E6 takes blocks with each length and each name where there are few")
    void classesWithStructure() {
        SimulatedDisk disk = disk("f=a");
        write(disk.open("f"), 0, "bc");
        disk.rename("f", "g");
        assertEquals(set("f=a", "f=b", "f=a.", "f=ac", "f=b.", "f=bc", "g=a", "g=b", "g=a.", "g=ac", "g=b.", "g=bc"), visit(disk.trace(), CLASSES));
    }

    @Test
    @DisplayName("No generator but E2 and E5 ever says that it covered a point of more than one part")
    void nothingElseProves() {
        EnumerationPlan all = EnumerationPlan.GATE.withDistance(2).withFurther(new EnumerationPlan.Further(1 << 10, 50, 1, 0, 1 << 10));
        Map<Integer, Set<String>> seen = new HashMap<>();
        EnumerationCounts counts = CrashStates.enumerate(overwritten(3).trace(), all, sequence -> sequence, state -> seen.computeIfAbsent(state.point(), point -> new TreeSet<>()).add(show(state.image())));
        assertEquals(8, seen.get(0).size(), "all there is was visited by chance");
        assertEquals(0, counts.combined());
        assertEquals(1, CrashStates.enumerate(overwritten(3).trace(), all.withProductLimit(8), sequence -> sequence, state -> { }).proved());
        assertEquals(0, CrashStates.enumerate(overwritten(3).trace(), all.withProductLimit(8).withStatesInAll(7), sequence -> sequence, state -> { }).combined());
    }

    @Test
    @DisplayName("A point where trash is legal is proved only by a plan that trashes")
    void trashIsLegal() {
        SimulatedDisk disk = new SimulatedDisk(DiskImage.EMPTY.withFile("f", new byte[3 * Sector.BYTES]));
        DiskFile file = disk.open("f");
        write(file, 1, "b");
        EnumerationCounts without = CrashStates.enumerate(disk.trace(), EnumerationPlan.DIRECTED, sequence -> sequence, state -> { });
        assertEquals(1, without.combined());
        assertEquals(0, without.proved());
        EnumerationCounts with = CrashStates.enumerate(disk.trace(), EnumerationPlan.DIRECTED.withTrash(), sequence -> sequence, state -> { });
        assertEquals(1, with.proved());
        assertNotEquals(without.visited(), with.visited());
    }
}
