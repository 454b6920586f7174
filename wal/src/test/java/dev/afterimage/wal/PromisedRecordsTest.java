package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.afterimage.spi.storage.DiskFullException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("F2: records that were promised room")
class PromisedRecordsTest {
    private static final int LARGE = 30_000;
    private static final int PROMISE = WriteAheadLog.promiseFor(LARGE);

    private final ForgetfulDisk disk = new ForgetfulDisk();

    @Test
    @DisplayName("are counted until they are appended or withdrawn")
    void counted() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            assertEquals(0, log.promisedBytes());
            assertEquals(RecordFormat.HEADER_BYTES + 1000 + RecordFormat.WATERMARK_BYTES, WriteAheadLog.promiseFor(1000));
            int small = WriteAheadLog.promiseFor(1000);
            log.append(new LogWorkshop.Sample(1, 10), 3 * small);
            assertEquals(3 * small, log.promisedBytes());
            long lsn = log.appendPromised(new LogWorkshop.Sample(2, 1000), small);
            assertEquals(2 * small, log.promisedBytes());
            assertEquals(lsn + RecordFormat.HEADER_BYTES + 1000, log.endLsn());
            log.withdraw(2 * small);
            assertEquals(0, log.promisedBytes());
        }
    }

    @Test
    @DisplayName("take no more than half a segment at a time, and no less than nothing")
    void range() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.Sample record = new LogWorkshop.Sample(1, 10);
            assertThrows(IllegalArgumentException.class, () -> log.append(record, -1));
            assertThrows(IllegalArgumentException.class, () -> log.append(record, LogWorkshop.SEGMENT / 2 + 1));
            assertEquals(0, log.promisedBytes());
            log.append(record, 0);
            log.append(record, LogWorkshop.SEGMENT / 2);
            assertEquals(LogWorkshop.SEGMENT / 2, log.promisedBytes());
        }
    }

    @Test
    @DisplayName("have segments made ready for them before the promise is given, and find them when the disk has become full")
    void segmentsAreReady() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            int files = disk.list().size();
            for (int i = 0; i < 18; i++) {
                log.append(new LogWorkshop.Sample(1, 10), PROMISE);
            }
            assertTrue(disk.list().size() >= files + 2, "18 records of 30 kB take more than two segments: " + disk.list());
            disk.fill();
            assertThrows(DiskFullException.class, () -> log.append(new LogWorkshop.Sample(3, 10), LogWorkshop.SEGMENT / 2));
            assertEquals(18L * PROMISE, log.promisedBytes(), "nothing was promised by what was refused");
            for (int i = 0; i < 18; i++) {
                log.force(log.appendPromised(new LogWorkshop.Sample(2, LARGE), PROMISE));
            }
            assertEquals(36, LogWorkshop.read(disk).records().size());
        }
    }

    @Test
    @DisplayName("are not encroached upon by larger records that have no promise")
    void encroached() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            int small = WriteAheadLog.promiseFor(100);
            for (int i = 0; i < 400; i++) {
                log.append(new LogWorkshop.Sample(1, 0), small);
            }
            log.force(log.endLsn());
            disk.fill();
            while (true) {
                try {
                    log.append(new LogWorkshop.Sample(2, 25_000));
                } catch (DiskFullException full) {
                    break;
                }
            }
            long rest = (log.endLsn() / LogWorkshop.SEGMENT + 1) * LogWorkshop.SEGMENT - log.endLsn();
            assertTrue(rest >= log.promisedBytes(), rest + " bytes are left for " + log.promisedBytes());
        }
    }

    @Test
    @DisplayName("keep their segments when a checkpoint recycles what lies before it, and find them when the disk has become full")
    void recycling() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            LogWorkshop.appendForced(log, next); // in the second segment
            for (int i = 0; i < 60; i++) {
                log.append(new LogWorkshop.Sample(1, 10), PROMISE);
            }
            log.force(log.endLsn());
            log.recycleBefore(log.syncedLsn());
            assertEquals(1, log.statistics().segmentsRecycled());
            disk.fill();
            for (int i = 0; i < 60; i++) {
                log.force(log.appendPromised(new LogWorkshop.Sample(2, LARGE), PROMISE));
            }
            assertEquals(0, log.promisedBytes());
        }
    }

    @Test
    @DisplayName("keep a checkpoint from leaving what is left of a segment that they need, and only then")
    void switching() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (int i = 0; i < 9; i++) {
                log.append(new LogWorkshop.Sample(1, 10), PROMISE);
            }
            disk.fill();
            int switches = 0;
            DiskFullException refused = null;
            while (refused == null && switches < 10) {
                try {
                    log.switchSegment();
                    switches++;
                } catch (DiskFullException full) {
                    refused = full;
                }
            }
            assertTrue(refused != null && refused.getMessage().contains("promised"), () -> "not refused for the promises' sake");
            for (int i = 0; i < 9; i++) {
                log.force(log.appendPromised(new LogWorkshop.Sample(2, LARGE), PROMISE));
            }
            assertEquals(18, LogWorkshop.read(disk).records().size());
        }
    }

    @Test
    @DisplayName("count against what a new segment holds beside its header, when a checkpoint would leave the old one")
    void switchingCountsTheHeader() {
        int one = 10_000;
        long fits = (LogWorkshop.SEGMENT - SegmentHeader.BYTES - one) / one;
        long fitsWithoutHeader = (LogWorkshop.SEGMENT + SegmentHeader.BYTES - one) / one;
        assertTrue(fits < fitsWithoutHeader, "sizes that tell");
        for (long promises : new long[] {fits, fits + 1}) {
            ForgetfulDisk small = new ForgetfulDisk();
            try (WriteAheadLog log = LogWorkshop.create(small)) {
                small.limitTo(small.used() + LogWorkshop.SEGMENT); // one more to go over to, and one to keep back
                for (int i = 0; i < promises; i++) {
                    log.append(new LogWorkshop.Sample(1, i == promises / 2 ? 30_000 : 3_000), one);
                }
                if (promises == fits) {
                    log.switchSegment();
                } else {
                    assertThrows(DiskFullException.class, log::switchSegment);
                }
            }
        }
    }

    @Test
    @Timeout(60)
    @DisplayName("keep other records from going over to the next segment, one made ready or none, where the rest would have no room for them: nothing has changed then")
    void othersStay() {
        for (boolean madeReady : new boolean[] {true, false}) {
            ForgetfulDisk full = new ForgetfulDisk();
            HandTasks tasks = HandTasks.still();
            try (WriteAheadLog log = LogWorkshop.create(full)) {
                log.flushEvery(tasks, Duration.ofMillis(10));
                for (int i = 0; i < 9; i++) {
                    LogWorkshop.append(log, 1, 26_000); // what is left takes no record of 30,000
                }
                if (madeReady) {
                    tasks.run(0);
                }
                full.fill();
                int one = madeReady ? 20_000 : 1000;
                for (int i = 0; i < 12; i++) {
                    log.append(new LogWorkshop.Sample(2, 10), one);
                }
                long end = log.endLsn();
                assertThrows(DiskFullException.class, () -> LogWorkshop.append(log, 3, 30_000));
                assertEquals(end, log.endLsn());
                assertEquals(1, full.list().stream().filter(name -> SegmentName.spareIndex(name) >= 0).count(), "the one that is kept back");
            }
        }
    }

    @Test
    @DisplayName("have as many segments made ready as they need, the one that is next counted, and no more")
    void noMoreThanNeeded() {
        HandTasks tasks = HandTasks.still();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            log.flushEvery(tasks, Duration.ofMillis(10));
            for (int i = 0; i < 9; i++) {
                LogWorkshop.append(log, 1, 26_000);
            }
            tasks.run(0);
            assertEquals(3, disk.list().size(), "the segment in use, the next one, and one that is kept back");
            for (int i = 0; i < 20; i++) {
                log.append(new LogWorkshop.Sample(2, 10), 20_000); // 400,000 bytes: two segments
            }
            assertEquals(4, disk.list().size(), disk.list().toString());
        }
    }

    @Test
    @DisplayName("find a segment made ready for them too, so that whoever goes over to the next one makes none")
    void readyAhead() {
        HandTasks tasks = HandTasks.still();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            log.flushEvery(tasks, Duration.ofMillis(10));
            log.append(new LogWorkshop.Sample(1, 10), 100);
            log.withdraw(100); // there are promises in this log, but none at the moment when the next segment is made ready
            long next = 2;
            for (int i = 0; i < 9; i++) {
                LogWorkshop.append(log, next++, 26_000);
            }
            tasks.run(0);
            long made = log.statistics().segmentsCreated();
            log.append(new LogWorkshop.Sample(next++, 10), 100);
            while (log.endLsn() < log.start().lsn() + LogWorkshop.SEGMENT) {
                LogWorkshop.append(log, next++, 1000);
            }
            assertEquals(made, log.statistics().segmentsCreated(), "segments made by who appends");
        }
    }

    @Test
    @DisplayName("cannot have segments that recycling has deleted")
    void deletedSpares() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = 1;
            for (int segment = 0; segment < 6; segment++) {
                next = LogWorkshop.fillSegment(log, next, 1000);
                log.force(LogWorkshop.append(log, next++, 1000));
            }
            log.recycleBefore(log.syncedLsn());
            next = LogWorkshop.fillSegment(log, next, 1000);
            log.force(LogWorkshop.append(log, next, 1000));
            log.recycleBefore(log.syncedLsn()); // a round of one segment: the spares for six are not kept
            disk.fill();
            assertThrows(DiskFullException.class, () -> {
                for (int i = 0; i < 60; i++) {
                    log.append(new LogWorkshop.Sample(2, 10), 20_000);
                }
            });
            while (log.promisedBytes() > 0) {
                log.force(log.appendPromised(new LogWorkshop.Sample(3, 19_000), 20_000));
            }
        }
    }

    /** Whatever happens in between, on a disk with room for a few segments: ordinary work, background work, checkpoints. */
    @Test
    @DisplayName("find room however full the disk is, whatever others do")
    void invariant() {
        for (long seed = 0; seed < 12; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ForgetfulDisk small = new ForgetfulDisk();
            HandTasks tasks = HandTasks.still();
            Deque<Integer> open = new ArrayDeque<>();
            try (WriteAheadLog log = LogWorkshop.create(small)) {
                small.limitTo(small.used() + random.nextInt(4) * LogWorkshop.SEGMENT);
                log.flushEvery(tasks, Duration.ofMillis(10));
                for (int step = 0; step < 150; step++) {
                    try {
                        step(log, tasks, random, open);
                    } catch (DiskFullException full) {
                        // that one was refused; what was promised before still holds
                    }
                    assertEquals(open.stream().mapToLong(WriteAheadLog::promiseFor).sum(), log.promisedBytes(), "seed " + seed + ", step " + step);
                }
                while (!open.isEmpty()) {
                    keep(log, open);
                }
            } catch (DiskFullException broken) {
                throw new AssertionError("seed " + seed + ": a promise was broken", broken);
            }
        }
    }

    @Test
    @Timeout(60)
    @DisplayName("find room however full the disk is, whatever other threads are promised, append and leave behind at the same time")
    void invariantAmongThreads() throws InterruptedException {
        for (long seed = 0; seed < 6; seed++) {
            ForgetfulDisk small = new ForgetfulDisk();
            Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
            try (WriteAheadLog log = LogWorkshop.create(small)) {
                small.limitTo(small.used() + seed % 3 * LogWorkshop.SEGMENT);
                List<Thread> threads = new ArrayList<>();
                for (int number = 0; number < 6; number++) {
                    SplittableRandom random = new SplittableRandom(seed * 100 + number);
                    Thread thread = new Thread(() -> work(log, random, broken));
                    threads.add(thread);
                    thread.start();
                }
                for (Thread thread : threads) {
                    thread.join();
                }
                assertEquals(0, log.promisedBytes());
            }
            if (!broken.isEmpty()) {
                throw new AssertionError("seed " + seed, broken.peek());
            }
        }
    }

    private static void work(WriteAheadLog log, SplittableRandom random, Queue<Throwable> broken) {
        HandTasks tasks = HandTasks.still();
        tasks.repeat("nothing", Duration.ofSeconds(1), () -> { });
        Deque<Integer> open = new ArrayDeque<>();
        try {
            for (int step = 0; step < 60; step++) {
                try {
                    step(log, tasks, random, open);
                } catch (DiskFullException full) {
                    // that one was refused; what was promised before still holds
                }
            }
            while (!open.isEmpty()) {
                keep(log, open);
            }
        } catch (Throwable t) {
            broken.add(t);
            open.forEach(body -> log.withdraw(WriteAheadLog.promiseFor(body)));
        }
    }

    private static void step(WriteAheadLog log, HandTasks tasks, SplittableRandom random, Deque<Integer> open) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                int body = random.nextInt(1, random.nextBoolean() ? LARGE : 3_000);
                log.append(new LogWorkshop.Sample(1, random.nextInt(20_000)), WriteAheadLog.promiseFor(body));
                open.add(body);
            }
            case 3 -> LogWorkshop.append(log, 2, random.nextInt(LARGE));
            case 4 -> {
                if (!open.isEmpty()) {
                    keep(log, open);
                }
            }
            case 5 -> tasks.run(0);
            case 6 -> log.switchSegment();
            default -> {
                long end = log.endLsn();
                log.force(end);
                log.recycleBefore(end);
            }
        }
    }

    private static void keep(WriteAheadLog log, Deque<Integer> open) {
        int body = open.peek();
        try {
            log.appendPromised(new LogWorkshop.Sample(3, body), WriteAheadLog.promiseFor(body));
        } catch (DiskFullException full) {
            throw new AssertionError("a promised record found no room", full);
        }
        open.remove();
    }
}
