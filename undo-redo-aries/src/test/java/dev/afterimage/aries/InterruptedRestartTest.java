package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.StoreException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

/**
 * Losers whose CLRs fill several segments, and restarts that lose power at the same change to the disk again and again. At last reproduced with a timeline of its own for each attempt: after a
 * few attempts that each left most of a segment unused, one found no segment for its CLRs on the full disk.
 */
@DisplayName("undo-redo-aries, its restart cut short again and again")
@Timeout(120)
class InterruptedRestartTest {
    private static final int FRAMES = 16;
    private static final int PAGES = 40;
    private static final int ATTEMPTS = 24;
    private static final int SEGMENTS = 14;
    private static final long SEGMENT = 256 << 10;

    /** What is left when the disk has filled up under three losers. */
    private static DiskImage crashed(Map<String, String> options, boolean process) {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES, options);
        disk.faults().capacityBytes(disk.allocatedBytes() + SEGMENTS * SEGMENT);
        List<Workbench.Work> losers = List.of(store.begin(), store.begin(), store.begin());
        assertThrows(DiskFullException.class, () -> {
            for (int round = 0; round < 100_000; round++) {
                losers.get(round % 3).fill(round % 13 * 3 + round % 3, round); // each has pages of its own
            }
        });
        store.writeHomes();
        return process ? disk.asIssued() : disk.asSynced();
    }

    @Test
    @DisplayName("on a disk that is full and stays full: every attempt finds the room it needs, wherever the one before it ended (F2)")
    void fullDisk() {
        survive(Map.of());
    }

    @Test
    @DisplayName("and with a doublewrite buffer as well")
    void fullDiskWithDoublewrite() {
        survive(Map.of("torn-page-protection", "doublewrite"));
    }

    private static void survive(Map<String, String> options) {
        int mostAttempts = 0;
        for (boolean process : new boolean[] {true, false}) {
            DiskImage crashed = crashed(options, process);
            long capacity = bytes(crashed);
            long changes = restart(crashed, capacity, Long.MAX_VALUE, process).changes;
            assertTrue(changes > 100, () -> "CLRs of several segments take more changes than " + changes);
            for (long last = 1; last <= changes; last += 1 + last / 5) {
                mostAttempts = Math.max(mostAttempts, attempts(crashed, capacity, last, process));
            }
        }
        assertEquals(ATTEMPTS, mostAttempts, "attempts in a row, at most");
    }

    /** Attempts that each end at a change, until one comes to its own end; the answer is how many did not. */
    private static int attempts(DiskImage crashed, long capacity, long last, boolean process) {
        DiskImage image = crashed;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Attempt made = restart(image, capacity, last + attempt % 3, process);
            if (made.complete) {
                return attempt;
            }
            image = made.left;
        }
        assertTrue(restart(image, capacity, Long.MAX_VALUE, process).complete);
        return ATTEMPTS;
    }

    /** One attempt: whether it came to its end, after how many changes, and what it left. */
    private record Attempt(boolean complete, long changes, DiskImage left) {
    }

    private static Attempt restart(DiskImage image, long capacity, long last, boolean process) {
        SimulatedDisk disk = new SimulatedDisk(image);
        disk.faults().capacityBytes(capacity);
        long before = disk.now();
        if (last < Long.MAX_VALUE) {
            disk.faults().powerOffAtChange(last);
        }
        try (Workbench recovered = SmallLog.SETUP.open(disk, FRAMES)) {
            long changes = disk.now() - before;
            for (long page = 0; page < PAGES; page++) {
                assertEquals(page, recovered.get(page));
            }
            return new Attempt(true, changes, image);
        } catch (DiskFullException full) {
            throw new AssertionError("a restart on a full disk, after attempts that ended near change " + last + ": " + full, full);
        } catch (DiskException | StoreException e) {
            assertTrue(tellsOfPower(e), () -> "expected only the power to fail, found " + e);
            return new Attempt(false, last, process ? disk.asIssued() : disk.asSynced());
        }
    }

    private static boolean tellsOfPower(Throwable e) {
        return String.valueOf(e.getMessage()).contains("power is off") || e.getCause() != null && tellsOfPower(e.getCause());
    }

    private static long bytes(DiskImage image) {
        return image.names().stream().mapToLong(image::size).sum();
    }
}
