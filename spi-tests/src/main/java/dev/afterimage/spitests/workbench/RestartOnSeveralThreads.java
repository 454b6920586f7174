package dev.afterimage.spitests.workbench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.simulation.RunningTasks;
import dev.afterimage.spitests.simulation.StillTasks;

/**
 * For strategies that can recover on several threads: the same crashed store, restarted on one, two and four, must come to the same bytes and the same report.
 * Extend this class, say which strategy, and run it with JUnit 5 beside {@link dev.afterimage.spitests.RecoveryStrategyConformance}.
 *
 * <p>The strategy is taken to keep its pages in one file, {@value #PAGES_FILE}, and to have an option {@value #THREADS_OPTION}.
 */
public abstract class RestartOnSeveralThreads {
    /** The file that is compared. */
    public static final String PAGES_FILE = "pages";

    /** The option that says on how many threads to recover. */
    public static final String THREADS_OPTION = "recovery-threads";

    private static final int PAGES = 120;
    private static final int FRAMES = 200;
    private static final int FEW_FRAMES = 24;
    private static final int FOREIGN_PAGE = 50;

    /** What a restart came to: every byte of the home pages once all is at home, and what it reported. */
    private record Outcome(byte[] pages, RecoveryReport report) {
    }

    /** For subclasses. */
    protected RestartOnSeveralThreads() {
    }

    /** The strategy, with a log so large that it takes no checkpoint by itself in 3,000 small transactions. */
    protected abstract Workbench.Setup setup();

    /** Names of background work that must have taken part in a restart on several threads. */
    protected abstract Set<String> helpers();

    /** How many of the store's two unfinished transactions recovery reports as undone: none for a strategy that keeps changes private until their commit. */
    protected abstract int reportedUndone();

    /** Makes a page on a closed disk claim, with a right checksum, to have been changed beyond the end of the log. */
    protected abstract void plantForeignPage(Disk disk, long page);

    private static Map<String, String> on(int threads) {
        return Map.of(THREADS_OPTION, Integer.toString(threads));
    }

    /** A store with thousands of changes, some at home and most not, rolled back and finished transactions, and two losers. */
    private DiskImage crashed() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        Workbench store = setup().create(disk, FRAMES, PAGES, on(1));
        SplittableRandom random = new SplittableRandom(11);
        Workbench.Work first = store.begin();
        first.put(0, -1);
        first.fill(1, 77);
        for (int step = 0; step < 3_000; step++) {
            Workbench.Work work = store.begin();
            for (int i = 0; i < 4; i++) {
                work.put(2 + random.nextInt(PAGES - 4), random.nextLong(1_000_000));
            }
            if (step % 10 == 0) {
                work.fill(2 + random.nextInt(PAGES - 4), step);
            }
            if (step % 7 == 3) {
                work.rollback();
            } else {
                work.commit();
            }
            if (step == 1_000) {
                store.checkpoint();
            }
            if (step % 500 == 499) {
                store.writeHomes();
            }
        }
        Workbench.Work second = store.begin();
        second.put(PAGES - 1, -2);
        second.put(PAGES - 1, -3);
        store.put(2, 22); // makes all of it durable
        return disk.asIssued();
    }

    private Outcome restart(DiskImage image, int threads, int frames, BackgroundTasks tasks) {
        SimulatedDisk disk = new SimulatedDisk(image);
        RecoveryReport report;
        try (Workbench store = setup().open(disk, frames, on(threads), tasks)) {
            Map<Long, Long> content = store.content(PAGES);
            assertEquals(0, content.get(0L), "a loser left no trace");
            assertEquals(PAGES - 1, content.get(PAGES - 1L), "and neither did the other one");
            assertEquals(22, content.get(2L));
            report = store.report();
        }
        return new Outcome(pages(disk), report);
    }

    private static byte[] pages(Disk disk) {
        try (DiskFile file = disk.open(PAGES_FILE)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            return bytes.array();
        }
    }

    /** The main promise. */
    @Test
    @Timeout(60)
    @DisplayName("Two and four threads restart to the same, byte for byte, as one does, and report the same")
    public void sameBytes() {
        DiskImage image = crashed();
        Outcome one = restart(image, 1, FRAMES, new StillTasks());
        assertTrue(one.report.transactionsRedone() > 1_000, one.report::toString);
        assertEquals(reportedUndone(), one.report.transactionsUndone());
        for (int threads : new int[] {2, 4}) {
            RunningTasks tasks = new RunningTasks();
            Outcome several = restart(image, threads, FRAMES, tasks);
            assertTrue(tasks.ran().containsAll(helpers()), () -> "ran: " + tasks.ran());
            assertSame(one, several);
        }
    }

    /** Pages are then written and read again while others are redone. */
    @Test
    @Timeout(60)
    @DisplayName("They come to the same where the pages do not fit the cache, so that they go home in another order")
    public void sameBytesInASmallCache() {
        DiskImage image = crashed();
        assertSame(restart(image, 1, FEW_FRAMES, new StillTasks()), restart(image, 4, FEW_FRAMES, new RunningTasks()));
    }

    /** What lets a failed run of the conformance kit be replayed. */
    @Test
    @Timeout(60)
    @DisplayName("Where background work stands still, the trace on the disk is the very same whatever the number of threads")
    public void sameTraceWithStillTasks() {
        DiskImage image = crashed();
        SimulatedDisk[] disks = {new SimulatedDisk(image), new SimulatedDisk(image)};
        for (int i = 0; i < disks.length; i++) {
            setup().open(disks[i], FEW_FRAMES, on(1 + 7 * i), new StillTasks()).close();
        }
        assertEquals(disks[0].trace().toString(), disks[1].trace().toString());
    }

    /** An error on a helping thread must not get lost. */
    @Test
    @Timeout(60)
    @DisplayName("A store with a page from another log is refused, naming the page, whichever thread finds out")
    public void errorsReachTheOpener() {
        DiskImage image = crashed();
        for (int threads : new int[] {1, 4}) {
            SimulatedDisk disk = new SimulatedDisk(image);
            plantForeignPage(disk, FOREIGN_PAGE);
            String message = assertThrows(StoreDamagedException.class, () -> setup().open(disk, FRAMES, on(threads), new RunningTasks())).getMessage();
            assertTrue(message.contains("page " + FOREIGN_PAGE), message);
        }
    }

    private static void assertSame(Outcome one, Outcome other) {
        assertArrayEquals(one.pages, other.pages);
        assertEquals(one.report.transactionsRedone(), other.report.transactionsRedone());
        assertEquals(one.report.transactionsUndone(), other.report.transactionsUndone());
        assertEquals(one.report.phases().size(), other.report.phases().size());
        for (int phase = 0; phase < one.report.phases().size(); phase++) {
            RecoveryPhase first = one.report.phases().get(phase);
            RecoveryPhase second = other.report.phases().get(phase);
            assertEquals(first.records(), second.records());
            assertEquals(first.changesRedone(), second.changesRedone());
            assertEquals(first.changesSkipped(), second.changesSkipped());
        }
    }
}
