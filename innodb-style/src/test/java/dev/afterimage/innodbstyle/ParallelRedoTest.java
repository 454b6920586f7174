package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.WriteBarrier;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.simulation.RunningTasks;
import dev.afterimage.spitests.simulation.StillTasks;

@DisplayName("innodb-style redoes on several threads")
@Timeout(60)
class ParallelRedoTest {
    private static final int PAGES = 120;
    private static final int FRAMES = 200;

    /** What a recovery came to: every byte of the home pages, and what it reported. */
    private record Outcome(byte[] pages, RecoveryReport report) {
    }

    private static Map<String, String> options(int threads) {
        return Map.of("recovery-threads", Integer.toString(threads), "redo-log-capacity", "16MiB");
    }

    /** A store with thousands of changes, some at home and most not, rolled back and finished transactions, and two losers. */
    private static DiskImage crashed(int pages) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        Workbench store = Workbench.create(disk, FRAMES, pages, options(1));
        SplittableRandom random = new SplittableRandom(11);
        Workbench.Work first = store.begin();
        first.put(0, -1);
        first.fill(1, 77);
        for (int step = 0; step < 3_000; step++) {
            Workbench.Work work = store.begin();
            for (int i = 0; i < 4; i++) {
                work.put(2 + random.nextInt(pages - 4), random.nextLong(1_000_000));
            }
            if (step % 10 == 0) {
                work.fill(2 + random.nextInt(pages - 4), step);
            }
            if (step % 7 == 3) {
                work.inner.rollback();
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
        second.put(pages - 1, -2);
        second.put(pages - 1, -3);
        store.put(2, 22); // makes all of it durable
        return disk.asIssued();
    }

    private static Outcome recover(DiskImage image, int threads, int frames, BackgroundTasks tasks) {
        SimulatedDisk disk = new SimulatedDisk(image);
        RecoveryReport report;
        try (Workbench store = Workbench.open(disk, frames, options(threads), tasks)) {
            Map<Long, Long> content = new TreeMap<>(store.content(PAGES));
            assertEquals(0, content.get(0L), "a loser was undone");
            assertEquals(PAGES - 1, content.get(PAGES - 1L), "and the other one");
            assertEquals(22, content.get(2L));
            report = store.report;
        }
        return new Outcome(pages(disk), report); // all is at home only now
    }

    private static byte[] pages(Disk disk) {
        try (DiskFile file = disk.open("pages")) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            return bytes.array();
        }
    }

    @Test
    @DisplayName("to the same, byte for byte, as on one, and reports the same")
    void sameBytes() {
        DiskImage image = crashed(PAGES);
        Outcome one = recover(image, 1, FRAMES, new StillTasks());
        assertTrue(one.report.transactionsRedone() > 1_000, one.report::toString);
        assertEquals(2, one.report.transactionsUndone());
        for (int threads : new int[] {2, 4}) {
            RunningTasks tasks = new RunningTasks();
            Outcome several = recover(image, threads, FRAMES, tasks);
            assertTrue(tasks.ran().contains("redo 1"), () -> "ran: " + tasks.ran());
            compare(one, several);
        }
    }

    @Test
    @DisplayName("to the same where the pages do not fit the cache, so that they go home in another order")
    void sameBytesInASmallCache() {
        DiskImage image = crashed(PAGES);
        compare(recover(image, 1, 24, new StillTasks()), recover(image, 4, 24, new RunningTasks()));
    }

    @Test
    @DisplayName("to the same where background work stands still, and then with the very same trace on the disk whatever the number of threads")
    void sameTraceWithStillTasks() {
        DiskImage image = crashed(PAGES);
        SimulatedDisk[] disks = {new SimulatedDisk(image), new SimulatedDisk(image)};
        for (int i = 0; i < disks.length; i++) {
            Workbench.open(disks[i], 24, options(1 + 7 * i), new StillTasks()).close();
        }
        assertEquals(disks[0].trace().toString(), disks[1].trace().toString());
    }

    @Test
    @DisplayName("and refuses a store with a page from another log, naming it, whichever thread finds out")
    void errorsReachTheOpener() {
        DiskImage image = crashed(PAGES);
        for (int threads : new int[] {1, 4}) {
            SimulatedDisk disk = new SimulatedDisk(image);
            // Page 50 claims to have been changed beyond the end of the log, and its checksum is right.
            try (HomePages homes = new HomePages(disk.open("pages"), Workbench.PAGE_SIZE, 0x5EED, WriteBarrier.NONE); PageMemory memory = PageMemory.allocate(Workbench.PAGE_SIZE, 1)) {
                PageHeader.setPageLsn(memory.page(0), 1L << 40);
                homes.write(50, memory.page(0));
            }
            String message = assertThrows(StoreDamagedException.class, () -> Workbench.open(disk, FRAMES, options(threads), new RunningTasks())).getMessage();
            assertTrue(message.contains("page 50"), message);
        }
    }

    private static void compare(Outcome one, Outcome other) {
        assertArrayEquals(one.pages, other.pages);
        assertEquals(one.report.transactionsRedone(), other.report.transactionsRedone());
        assertEquals(one.report.transactionsUndone(), other.report.transactionsUndone());
        for (int phase = 0; phase < one.report.phases().size(); phase++) {
            assertEquals(one.report.phases().get(phase).records(), other.report.phases().get(phase).records());
            assertEquals(one.report.phases().get(phase).changesRedone(), other.report.phases().get(phase).changesRedone());
            assertEquals(one.report.phases().get(phase).changesSkipped(), other.report.phases().get(phase).changesSkipped());
        }
    }
}
