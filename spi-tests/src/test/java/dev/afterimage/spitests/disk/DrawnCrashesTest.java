package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.TreeSet;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Crash states that are drawn")
class DrawnCrashesTest {
    private static final EnumerationPlan PRODUCT = new EnumerationPlan(false, false, 0, 0, 1 << 14, Long.MAX_VALUE, Long.MAX_VALUE);
    private static final int ENOUGH = 4_000;

    private static DiskTrace trace() {
        SimulatedDisk disk = disk("f=aaa", "g=a");
        write(disk.open("f"), 0, "bb");
        write(disk.open("g"), 0, "b");
        disk.open("g").syncData();
        write(disk.open("f"), 2, "bb");
        disk.open("f").syncData();
        write(disk.open("g"), 0, "c");
        return disk.trace();
    }

    private static TreeSet<String> drawn(DiskTrace trace, long states, boolean trash) {
        TreeSet<String> found = new TreeSet<>();
        new DrawnCrashes(new SplittableRandom(1), trash).of(trace, states, state -> {
            assertEquals(state.image().hash(), CrashStates.rebuild(trace, state.point(), state.choice()).hash(), () -> state + " replays to another image");
            found.add(state.point() + " " + state.image().hash());
        });
        return found;
    }

    @Test
    @DisplayName("are those that the enumeration of everything describes, at each crash point, and with enough draws all of them")
    void areLegal() {
        DiskTrace trace = trace();
        TreeSet<String> legal = new TreeSet<>();
        CrashStates.forEach(trace, PRODUCT, state -> legal.add(state.point() + " " + state.image().hash()));
        assertTrue(legal.size() > 20, legal::toString);
        assertEquals(legal, drawn(trace, ENOUGH, false));
    }

    @Test
    @DisplayName("are no more than were asked for, and hold trash only where that was asked for")
    void asManyAsAskedFor() {
        DiskTrace trace = trace();
        assertTrue(drawn(trace, 5, false).size() <= 5);
        assertTrue(drawn(trace, ENOUGH, true).size() > drawn(trace, ENOUGH, false).size());
    }
}
