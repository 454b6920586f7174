package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.StoreFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Threads append beside each other")
@Timeout(120)
class AppendingTogetherTest {
    /** What a thread appended, as it knows it. */
    private record Appended(long lsn, long transactionId, int bodyBytes) {
    }

    /** A record that stands still in the midst of its copy. */
    private static final class Slow implements LogRecord {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        private final long transactionId;

        Slow(long transactionId) {
            this.transactionId = transactionId;
        }

        @Override
        public int type() {
            return 1;
        }

        @Override
        public long transactionId() {
            return transactionId;
        }

        @Override
        public int bodyBytes() {
            return 8;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.putInt(1);
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            target.putInt(2);
        }
    }

    /** Writes half of its body, and fails. */
    private record Broken(int bodyBytes) implements LogRecord {
        @Override
        public int type() {
            return 7;
        }

        @Override
        public long transactionId() {
            return 666;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.put(new byte[bodyBytes / 2]);
            throw new UnsupportedOperationException("half a body");
        }
    }

    private final ForgetfulDisk disk = new ForgetfulDisk();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private interface Work {
        void run() throws Exception;
    }

    private Thread start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
            }
        });
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @AfterEach
    void nothingFailed() {
        if (failure.get() != null) {
            throw new AssertionError("in another thread", failure.get());
        }
    }

    private static void assertReadBack(Queue<Appended> appended, ForgetfulDisk from) {
        List<Appended> expected = appended.stream().sorted(Comparator.comparingLong(Appended::lsn)).toList();
        List<LogWorkshop.Found> found = LogWorkshop.read(from).records();
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            LogWorkshop.Found record = found.get(i);
            assertEquals(expected.get(i), new Appended(record.lsn(), record.transactionId(), record.body().length));
            assertArrayEquals(LogWorkshop.bodyOf(record.transactionId(), record.body().length), record.body());
        }
    }

    @Test
    @DisplayName("many of them, through a small ring and over many segments: each record is read back once, whole, where its append said")
    void manyThreads() throws InterruptedException {
        Queue<Appended> appended = new ConcurrentLinkedQueue<>();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (int number = 0; number < 24; number++) {
                long base = 1000L * number;
                start(() -> appendSome(log, base, appended));
            }
            join();
            log.force(log.endLsn());
            assertTrue(log.endLsn() > 4 * LogWorkshop.SEGMENT, "the end: " + log.endLsn());
        }
        assertReadBack(appended, disk.afterPowerLoss(LogWorkshop.random(), 0, false));
    }

    private void appendSome(WriteAheadLog log, long base, Queue<Appended> appended) {
        SplittableRandom random = new SplittableRandom(base);
        long last = 0;
        for (long transaction = base + 1; transaction <= base + 120; transaction++) {
            int bytes = random.nextInt(random.nextInt(20) == 0 ? LogWorkshop.SETTINGS.maxBodyBytes() : 700);
            long lsn = LogWorkshop.append(log, transaction, bytes);
            assertTrue(lsn > last, "positions rise: " + last + ", then " + lsn);
            last = lsn;
            appended.add(new Appended(lsn, transaction, bytes));
            if (random.nextInt(8) == 0) {
                log.force(lsn);
                assertTrue(log.syncedLsn() > lsn);
            } else if (random.nextInt(8) == 0) {
                log.write(lsn);
                assertTrue(log.writtenLsn() > lsn);
            }
        }
    }

    @Test
    @DisplayName("whoever has forced its record finds it on a disk that forgets the rest")
    void forcedMeansDurable() throws InterruptedException {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (int number = 0; number < 8; number++) {
                long base = 1000L * number;
                start(() -> {
                    for (long transaction = base + 1; transaction <= base + 40; transaction++) {
                        long lsn = LogWorkshop.append(log, transaction, 300);
                        log.force(lsn);
                        if (transaction % 8 == 0) {
                            List<LogWorkshop.Found> found = LogWorkshop.read(disk.afterPowerLoss(new SplittableRandom(transaction), 0.3, true)).records();
                            assertTrue(found.stream().anyMatch(record -> record.lsn() == lsn), "forced, and not there: " + lsn);
                        }
                    }
                });
            }
            join();
        }
    }

    @Test
    @DisplayName("records that run over the ring's end are whole, whatever of them is before it and whatever behind")
    void acrossTheEnd() {
        int ring = LogWorkshop.SETTINGS.bufferBytes();
        Queue<Appended> appended = new ConcurrentLinkedQueue<>();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long transaction = 1;
            for (int before = 8; before < 200; before += 8) { // bytes of the record that are before the end
                long next = (log.endLsn() / ring + 1) * ring;
                while (next % LogWorkshop.SEGMENT == 0) {
                    next += ring; // a segment ends there
                }
                while (log.endLsn() < next - before) {
                    int gap = (int) Math.min(next - before - log.endLsn(), 20_000);
                    long rest = next - before - log.endLsn() - gap;
                    int span = rest > 0 && rest < 32 ? gap - 64 : gap;
                    int bytes = Math.max(0, span - RecordFormat.HEADER_BYTES);
                    appended.add(new Appended(LogWorkshop.append(log, transaction, bytes), transaction++, bytes));
                }
                appended.add(new Appended(LogWorkshop.append(log, transaction, 160), transaction++, 160));
                if (before % 16 == 0) {
                    log.force(log.endLsn());
                }
            }
            log.force(log.endLsn());
        }
        long across = appended.stream().filter(one -> one.lsn() % ring + RecordFormat.HEADER_BYTES + one.bodyBytes() > ring).count();
        assertTrue(across > 10, "records across the end: " + across);
        assertReadBack(appended, disk);
    }

    @Test
    @DisplayName("what is forced waits for a record before it that is still being copied")
    void waitsForCopies() throws InterruptedException {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            Slow slow = new Slow(1);
            start(() -> log.append(slow));
            slow.begun.await();
            long later = LogWorkshop.append(log, 2);
            CountDownLatch forced = new CountDownLatch(1);
            start(() -> {
                log.force(later);
                forced.countDown();
            });
            assertFalse(forced.await(200, TimeUnit.MILLISECONDS), "forced over a gap");
            assertEquals(List.of(), LogWorkshop.read(disk.afterProcessKill()).transactions());
            slow.goOn.countDown();
            forced.await();
            join();
            assertEquals(List.of(1L, 2L), LogWorkshop.read(disk.afterPowerLoss(LogWorkshop.random(), 0, false)).transactions());
        }
    }

    @Test
    @DisplayName("more of them than may copy at a time wait for one that is done")
    void moreThanSlots() throws InterruptedException {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            List<Slow> slow = new ArrayList<>();
            for (int i = 0; i < LogTail.SLOTS; i++) {
                Slow record = new Slow(i);
                slow.add(record);
                start(() -> log.append(record));
                record.begun.await();
            }
            CountDownLatch appended = new CountDownLatch(1);
            start(() -> {
                LogWorkshop.append(log, 99);
                appended.countDown();
            });
            assertFalse(appended.await(100, TimeUnit.MILLISECONDS));
            slow.get(3).goOn.countDown();
            appended.await();
            slow.forEach(record -> record.goOn.countDown());
            join();
            log.force(log.endLsn());
        }
        assertEquals(LogTail.SLOTS + 1, LogWorkshop.read(disk).records().size());
    }

    @Test
    @DisplayName("a body that throws leaves a record in its place that says nothing; neither it nor its promise counts, and all others are there")
    void brokenBodies() throws InterruptedException {
        AtomicInteger thrown = new AtomicInteger();
        Queue<Appended> appended = new ConcurrentLinkedQueue<>();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (int number = 0; number < 6; number++) {
                long base = 1000L * number;
                start(() -> appendSome(log, base, appended));
                start(() -> {
                    SplittableRandom random = new SplittableRandom(base);
                    for (int i = 0; i < 60; i++) {
                        assertThrows(UnsupportedOperationException.class, () -> log.append(new Broken(random.nextInt(2_000)), 5_000));
                        thrown.incrementAndGet();
                    }
                });
            }
            join();
            assertEquals(360, thrown.get());
            assertEquals(0, log.promisedBytes());
            log.force(log.endLsn());
        }
        assertReadBack(appended, disk.afterPowerLoss(LogWorkshop.random(), 0, false));
    }

    @Test
    @DisplayName("F1: a write that fails is told to all who wait for room or for durability, and to nobody else is anything promised")
    void failureWithWaiters() throws InterruptedException {
        WriteAheadLog log = LogWorkshop.create(disk);
        long durable = LogWorkshop.appendForced(log, 1);
        AtomicInteger told = new AtomicInteger();
        AtomicInteger acknowledged = new AtomicInteger();
        CountDownLatch writing = new CountDownLatch(1);
        disk.failWrites(operation -> {
            writing.countDown();
            return operation.kind().equals("write");
        });
        for (int number = 0; number < 20; number++) {
            long base = 1000L * (number + 1);
            start(() -> {
                try {
                    for (long transaction = base; ; transaction++) {
                        long lsn = LogWorkshop.append(log, transaction, 3_000);
                        if (base % 2000 == 0) {
                            log.force(lsn);
                            acknowledged.incrementAndGet();
                        }
                    }
                } catch (StoreFailedException failed) {
                    told.incrementAndGet();
                }
            });
        }
        writing.await();
        join();
        assertEquals(20, told.get());
        assertEquals(0, acknowledged.get());
        log.close();
        assertEquals(List.of(1L), LogWorkshop.read(disk.afterPowerLoss(LogWorkshop.random(), 0, false)).transactions());
        assertTrue(log.syncedLsn() > durable);
    }
}
