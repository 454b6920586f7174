package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.everything;
import static dev.afterimage.spitests.disk.DiskScript.set;
import static dev.afterimage.spitests.disk.DiskScript.show;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The enumeration of crash states")
class CrashStatesTest {
    private static final EnumerationPlan PREFIXES_ONLY = new EnumerationPlan(true, true, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
    private static final EnumerationPlan ATOMS_ONLY = new EnumerationPlan(false, false, 1, 16, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    private static SortedSet<String> visit(DiskTrace trace, EnumerationPlan plan) {
        SortedSet<String> shown = new TreeSet<>();
        CrashStates.forEach(trace, plan, state -> shown.add(show(state.image())));
        return shown;
    }

    @Test
    @DisplayName("E0 visits every program-order prefix, with the last write torn at every sector")
    void prefixes() {
        SimulatedDisk disk = disk("f=aa", "g=a");
        write(disk.open("f"), 0, "bb");
        write(disk.open("g"), 0, "c");
        disk.delete("f");
        assertEquals(set("f=aa,g=a", "f=ba,g=a", "f=bb,g=a", "f=bb,g=c", "g=c"), visit(disk.trace(), PREFIXES_ONLY));
    }

    @Test
    @DisplayName("E0 can tear a long write in its middle only")
    void prefixesInTheMiddle() {
        SimulatedDisk disk = disk("f=aaaa");
        write(disk.open("f"), 0, "bbbb");
        assertEquals(set("f=aaaa", "f=bbaa", "f=bbbb"), visit(disk.trace(), EnumerationPlan.PREFIXES));
    }

    @Test
    @DisplayName("E1 drops and keeps each write and each sector")
    void singleAtoms() {
        SimulatedDisk disk = disk("f=aa", "g=a");
        write(disk.open("f"), 0, "bb");
        write(disk.open("g"), 0, "c");
        assertEquals(set("f=bb,g=c", "f=aa,g=a", "f=aa,g=c", "f=bb,g=a", "f=ab,g=c", "f=ba,g=c", "f=ab,g=a", "f=ba,g=a"),
                visit(disk.trace(), ATOMS_ONLY));
    }

    @Test
    @DisplayName("E1 leaves single sectors of long writes alone")
    void longWrites() {
        SimulatedDisk disk = disk("f=" + "a".repeat(17));
        write(disk.open("f"), 0, "b".repeat(17));
        assertEquals(2, visit(disk.trace(), ATOMS_ONLY).size());
    }

    @Test
    @DisplayName("E1 shows a lost write beneath a later one that survives")
    void olderVersions() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        write(file, 0, "c");
        assertEquals(set("f=a", "f=b", "f=c"), visit(disk.trace(), ATOMS_ONLY));
    }

    @Test
    @DisplayName("E1 keeps a lone append with its length, its length alone, and a file's name with its bytes")
    void closure() {
        SimulatedDisk disk = disk("f=a");
        write(disk.open("f"), 1, "b");
        write(disk.create("g"), 0, "c");
        assertEquals(set("f=a", "f=a.", "f=ab", "f=ab,g=c", "f=ab,g=.", "f=ab,g=", "f=a,g=.", "f=a,g=c", "f=a.,g=c", "f=a,g="), visit(disk.trace(), ATOMS_ONLY));
    }

    @Test
    @DisplayName("E1 keeps a rename without what went before it in other files, but with what its names need")
    void renameAlone() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.create("t");
        write(file, 0, "b");
        disk.rename("t", "f");
        SortedSet<String> seen = visit(disk.trace(), ATOMS_ONLY);
        assertTrue(seen.contains("f="), () -> "the rename alone: " + seen);
        assertTrue(seen.contains("f=."), () -> "all but the bytes: " + seen);
        assertTrue(seen.contains("f=a,t=b"), () -> "all but the rename: " + seen);
    }

    @Test
    @DisplayName("There is a crash point before each sync that decides something, and one at the end; others are passed over")
    void points() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        file.sync();
        write(file, 0, "b");
        file.sync();
        file.syncData();
        disk.syncNames();
        Set<Integer> points = new TreeSet<>();
        CrashStates.forEach(disk.trace(), EnumerationPlan.GATE, state -> points.add(state.point()));
        assertEquals(Set.of(1, 4), points);
        assertEquals(set("f=a", "f=b"), everything(disk.trace(), 1));
        assertEquals(set("f=b"), everything(disk.trace(), 4));
    }

    @Test
    @DisplayName("A crash point's sequence number comes after every answer given before the sync was complete, and before every later one")
    void sequence() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        List<Long> answers = new ArrayList<>();
        answers.add(disk.now());
        disk.faults().duringNextSync(name -> true, () -> answers.add(disk.now()));
        file.sync();
        answers.add(disk.now());
        List<Long> sequences = new ArrayList<>();
        CrashStates.forEach(disk.trace(), EnumerationPlan.GATE, state -> sequences.add(state.sequence()));
        long beforeSync = sequences.get(0);
        long end = sequences.get(sequences.size() - 1);
        assertTrue(answers.get(0) <= beforeSync && answers.get(1) <= beforeSync && answers.get(2) > beforeSync && answers.get(2) <= end,
                answers + " against " + sequences);
    }

    @Test
    @DisplayName("Each distinct image is visited once per crash point")
    void distinct() {
        DiskTrace trace = new RandomScript(3).play(40).trace();
        Set<String> seen = new HashSet<>();
        long visited = CrashStates.forEach(trace, EnumerationPlan.GATE, state -> assertTrue(seen.add(state.point() + ":" + state.image().hash())));
        assertEquals(seen.size(), visited);
    }

    @Test
    @DisplayName("Crash points that owe the same share their images")
    void obligations() {
        SimulatedDisk disk = disk("f=a", "g=a");
        write(disk.open("f"), 0, "b");
        DiskFile other = disk.open("g");
        write(other, 0, "b");
        other.sync();
        EnumerationCounts apart = CrashStates.enumerate(disk.trace(), EnumerationPlan.DIRECTED, sequence -> sequence, state -> { });
        EnumerationCounts together = CrashStates.enumerate(disk.trace(), EnumerationPlan.DIRECTED, sequence -> 0, state -> { });
        assertEquals(6, apart.visited());
        assertEquals(4, together.visited());
        assertEquals(apart.total(), together.total());
        assertEquals(2, together.points());
        assertEquals(2, together.proved());
    }

    @Test
    @DisplayName("A cap is kept, and a capped enumeration still visits the extremes of each point and spreads over the rest")
    void caps() {
        SimulatedDisk disk = disk("f=" + "a".repeat(64));
        DiskFile file = disk.open("f");
        for (int i = 0; i < 64; i++) {
            write(file, i, "b");
        }
        long all = CrashStates.forEach(disk.trace(), EnumerationPlan.GATE, state -> { });
        assertEquals(65 + 63 + 63, all);
        Set<String> seen = new HashSet<>();
        EnumerationCounts capped = CrashStates.enumerate(disk.trace(), EnumerationPlan.GATE.withStatesPerPoint(40), sequence -> sequence,
                state -> seen.add(show(state.image())));
        assertTrue(capped.visited() <= 42 && capped.visited() >= 25, capped.toString());
        assertEquals(0, capped.proved());
        assertTrue(seen.contains("f=" + "a".repeat(64)) && seen.contains("f=" + "b".repeat(64)));
        assertTrue(seen.stream().anyMatch(image -> image.matches("f=b+ab+")) && seen.stream().anyMatch(image -> image.matches("f=a+ba+")), seen.toString());
        assertTrue(CrashStates.forEach(disk.trace(), EnumerationPlan.GATE.withStatesInAll(10), state -> { }) <= 10);
    }

    @Test
    @DisplayName("A cap smaller than the number of crash points still reaches the last of them")
    void smallCap() {
        SimulatedDisk disk = disk("f=" + "a".repeat(64));
        DiskFile file = disk.open("f");
        for (int i = 0; i < 60; i++) {
            write(file, i, "bbbb");
            file.sync();
        }
        Set<Integer> points = new TreeSet<>();
        long visited = CrashStates.forEach(disk.trace(), EnumerationPlan.GATE.withStatesInAll(20), state -> points.add(state.point()));
        assertTrue(visited <= 20 && visited >= 10, "visited " + visited);
        assertTrue(points.stream().anyMatch(point -> point > 50) && points.stream().anyMatch(point -> point < 10), points.toString());
    }

    @Test
    @DisplayName("What the consumer throws ends the enumeration")
    void consumerThrows() {
        SimulatedDisk disk = disk("f=a");
        assertThrows(IllegalStateException.class, () -> CrashStates.forEach(disk.trace(), EnumerationPlan.GATE, state -> {
            throw new IllegalStateException("enough");
        }));
    }

    @Test
    @DisplayName("A choice replays at crash points that decide nothing, too; one of another trace is refused")
    void rebuild() {
        SimulatedDisk disk = disk("f=aa");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        disk.syncNames();
        write(file, 1, "b");
        file.sync();
        DiskTrace trace = disk.trace();
        assertEquals("f=ba", show(CrashStates.rebuild(trace, 0, ChoiceVector.decode("k1"))));
        assertEquals("f=ab", show(CrashStates.rebuild(trace, 1, ChoiceVector.decode("d1.k1"))));
        CrashStates.forEach(trace, EnumerationPlan.GATE,
                state -> assertEquals(state.sequence(), CrashStates.replay(trace, state.point(), state.choice()).sequence()));
        assertEquals("f=bb", show(CrashStates.rebuild(trace, 2, ChoiceVector.decode("-"))));
        IllegalArgumentException wrongParts = assertThrows(IllegalArgumentException.class,
                () -> CrashStates.rebuild(trace, 1, ChoiceVector.decode("k3")));
        assertTrue(wrongParts.getMessage().contains("2 undecided parts at crash point 1"), wrongParts.getMessage());
        assertThrows(IllegalArgumentException.class, () -> CrashStates.rebuild(trace, 3, ChoiceVector.EMPTY));
        assertThrows(IllegalArgumentException.class, () -> CrashStates.rebuild(trace, -1, ChoiceVector.EMPTY));
    }

    @Test
    @DisplayName("The vector's text reads back, and nonsense is refused")
    void vectorText() {
        for (String text : List.of("-", "k1", "d7", "k120.d3.k77", "t1", "k120.d3.t1.k77")) {
            assertEquals(text, ChoiceVector.decode(text).encode());
        }
        assertEquals(200, ChoiceVector.decode("k120.d3.k77").parts());
        assertFalse(ChoiceVector.decode("k120.d3.k77").kept().get(121));
        for (String text : List.of("", "k", "k0", "x4", "k1.", "k1.k2", "k99999999999", "k-1", "K1")) {
            assertThrows(IllegalArgumentException.class, () -> ChoiceVector.decode(text), text);
        }
    }
}
