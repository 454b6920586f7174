package dev.afterimage.spitests.containment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.disk.DiskImage;

/** What killed processes leave in real folders. */
@DisplayName("Containment")
public class ContainmentTest {
    /** For JUnit. */
    public ContainmentTest() {
    }

    @Test
    @DisplayName("What a process leaves that is killed amid random calls is what the simulated disk shows at that call")
    public void randomCalls() {
        for (int seed = 1; seed <= 3; seed++) {
            Containment.Outcome outcome = Containment.ofCalls(seed, 600, 2, seed);
            assertEquals(2, outcome.kills());
            assertTrue(outcome.calls() > 400, "expected several hundred calls, found " + outcome.calls());
        }
    }

    @Test
    @DisplayName("A call that is cut short may leave each byte old or new and any length in between, and nothing else")
    public void between() {
        DiskImage before = DiskImage.EMPTY.withFile("file", new byte[] {1, 1, 1, 1});
        DiskImage after = DiskImage.EMPTY.withFile("file", new byte[] {1, 2, 2, 2, 2, 2});
        assertTrue(Containment.between(before, after, before));
        assertTrue(Containment.between(before, after, after));
        assertTrue(Containment.between(before, after, DiskImage.EMPTY.withFile("file", new byte[] {1, 2, 1, 1})));
        assertTrue(Containment.between(before, after, DiskImage.EMPTY.withFile("file", new byte[] {1, 2, 2, 2, 2})));
        assertFalse(Containment.between(before, after, DiskImage.EMPTY.withFile("file", new byte[] {1, 3, 1, 1})), "a byte from nowhere");
        assertFalse(Containment.between(before, after, DiskImage.EMPTY.withFile("file", new byte[] {1, 2, 2})), "shorter than either");
        assertFalse(Containment.between(before, after, DiskImage.EMPTY.withFile("file", new byte[] {1, 2, 2, 2, 2, 2, 0})), "longer than either");
        assertFalse(Containment.between(before, after, DiskImage.EMPTY.withFile("other", new byte[] {1, 2, 2, 2})), "another name");
        assertFalse(Containment.between(before, after, before.withFile("other", new byte[0])), "one file too many");
    }
}
