package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.ArgumentCaptor;

/** What surviving mutants pointed to: files and locks let go of, numbers that are right, spares that are whole. */
@DisplayName("The log's housekeeping")
class LogHousekeepingTest {
    private static final String FIRST = new SegmentName(1, 0).toString();

    private ForgetfulDisk disk = new ForgetfulDisk();

    @Test
    @DisplayName("counts what the disk has seen")
    void statistics() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            log.force(LogWorkshop.append(log, next, 1000));
            LogStatistics counted = log.statistics();
            assertEquals(disk.syncs(), counted.syncs());
            assertEquals(disk.operations().stream().filter(operation -> operation.kind().equals("write")).mapToLong(ForgetfulDisk.Operation::bytes).sum(), counted.bytesWritten());
            long records = next * RecordFormat.span(RecordFormat.HEADER_BYTES + 1000);
            long watermarks = counted.bytesAppended() - records;
            assertTrue(watermarks > 0 && watermarks % RecordFormat.WATERMARK_BYTES == 0, "appended besides the records: " + watermarks);
            assertEquals(disk.operations().stream().filter(operation -> operation.kind().equals("preallocate")).count(), counted.segmentsCreated());
            assertEquals(0, counted.segmentsRecycled());
            log.recycleBefore(log.syncedLsn());
            assertEquals(1, log.statistics().segmentsRecycled());
        }
    }

    @Test
    @DisplayName("leaves no file open, neither on the way nor at the end")
    void files() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = 1;
            for (int segment = 0; segment < 4; segment++) {
                next = LogWorkshop.fillSegment(log, next, 1000);
                log.force(LogWorkshop.append(log, next++, 1000));
                assertEquals(1, disk.openFiles(), "files open, of which the log needs the one it writes to");
            }
        }
        assertEquals(0, disk.openFiles());
        LogWorkshop.read(disk); // from the first segment to the last
        assertEquals(0, disk.openFiles(), "left open by the reader");
    }

    @Test
    @DisplayName("keeps no more in memory than its buffer, and writes no more at a time")
    void buffer() {
        int buffer = LogWorkshop.SETTINGS.bufferBytes();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            for (long record = 1; record <= 200; record++) {
                LogWorkshop.append(log, record, 1000);
                assertTrue(log.endLsn() - log.writtenLsn() <= buffer, log.endLsn() - log.writtenLsn() + " bytes not written");
            }
            assertTrue(log.writtenLsn() > 2L * buffer, "written by the appender itself: " + log.writtenLsn());
            assertEquals(log.start().lsn(), log.syncedLsn(), "and not synced");
            disk.operations().stream().filter(operation -> operation.kind().equals("write")).forEach(write -> assertTrue(write.bytes() <= buffer, write.toString()));
        }
    }

    @Test
    @Timeout(60)
    @DisplayName("holds no lock longer than a call")
    void locks() throws InterruptedException {
        HandTasks tasks = HandTasks.still();
        WriteAheadLog log = LogWorkshop.create(disk);
        log.flushEvery(tasks, Duration.ofMillis(10));
        int promise = WriteAheadLog.promiseFor(10);
        for (int round = 0; round < 2; round++) {
            onThreadsOfTheirOwn(
                    () -> LogWorkshop.append(log, 1, 30_000),
                    () -> log.append(new LogWorkshop.Sample(2, 10), 2 * promise),
                    () -> log.appendPromised(new LogWorkshop.Sample(3, 10), promise),
                    () -> log.withdraw(promise),
                    log::promisedBytes,
                    log::statistics,
                    () -> log.write(log.endLsn()),
                    () -> appendLarge(log),
                    () -> tasks.run(0), // prepares the next segment
                    () -> log.force(log.endLsn()),
                    () -> appendLarge(log), // crosses
                    log::switchSegment,
                    () -> log.force(log.endLsn()),
                    () -> log.append(new LogWorkshop.Sample(4, 10), LogWorkshop.SEGMENT / 2), // keeps segments free
                    () -> log.withdraw(LogWorkshop.SEGMENT / 2),
                    () -> log.recycleBefore(log.syncedLsn()));
        }
        log.close();
        assertThrows(IllegalStateException.class, () -> LogWorkshop.append(log, 1));
        onThreadsOfTheirOwn(log::close);
    }

    private static void appendLarge(WriteAheadLog log) {
        for (int record = 0; record < 4; record++) {
            LogWorkshop.append(log, 1, 30_000);
        }
    }

    private static void onThreadsOfTheirOwn(Runnable... calls) throws InterruptedException {
        for (int call = 0; call < calls.length; call++) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Runnable work = calls[call];
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (Throwable t) {
                    thrown.set(t);
                }
            });
            thread.setDaemon(true);
            thread.start();
            thread.join(TimeUnit.SECONDS.toMillis(20));
            assertFalse(thread.isAlive(), "call " + call + " waits for a lock that an earlier one has kept");
            int number = call;
            assertNull(thrown.get(), () -> "call " + number + " threw " + thrown.get());
        }
    }

    @Test
    @DisplayName("runs in the background twice in each window, at most once a millisecond; is begun once, and ends with the log")
    void background() {
        BackgroundTasks tasks = mock(BackgroundTasks.class);
        BackgroundTask task = mock(BackgroundTask.class);
        when(tasks.repeat(any(), any(), any())).thenReturn(task);
        WriteAheadLog log = LogWorkshop.create(disk);
        log.flushEvery(tasks, Duration.ofMillis(10));
        verify(tasks).repeat(eq("log flush"), eq(Duration.ofMillis(5)), any());
        assertThrows(IllegalStateException.class, () -> log.flushEvery(tasks, Duration.ofMillis(10)));
        log.close();
        verify(task).close();
        try (WriteAheadLog other = LogWorkshop.create(new ForgetfulDisk())) {
            other.flushEvery(tasks, Duration.ofMillis(1));
            verify(tasks).repeat(eq("log flush"), eq(Duration.ofMillis(1)), any());
        }
    }

    @Test
    @DisplayName("wakes the background work once when half of the buffer is full, and once when half of the segment is")
    void wakes() {
        BackgroundTasks tasks = mock(BackgroundTasks.class);
        BackgroundTask task = mock(BackgroundTask.class);
        ArgumentCaptor<Runnable> work = ArgumentCaptor.forClass(Runnable.class);
        when(tasks.repeat(any(), any(), work.capture())).thenReturn(task);
        int half = LogWorkshop.SETTINGS.bufferBytes() / 2;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            log.flushEvery(tasks, Duration.ofMillis(10));
            long record = 1;
            for (; log.endLsn() < log.start().lsn() + half; record++) {
                verify(task, never()).wake();
                LogWorkshop.append(log, record, 1000);
            }
            LogWorkshop.append(log, record++, 1000);
            LogWorkshop.append(log, record++, 1000);
            verify(task).wake();
            work.getValue().run();
            assertTrue(log.syncedLsn() > log.start().lsn() + half, "what had gathered is durable");

            int wakes = 1;
            for (; log.endLsn() % LogWorkshop.SEGMENT <= LogWorkshop.SEGMENT / 2; record++) {
                log.force(LogWorkshop.append(log, record, 1000));
                if (mockingDetails(task).getInvocations().size() > wakes) {
                    work.getValue().run(); // by then less than half of the buffer was waiting
                    wakes++;
                }
            }
            LogWorkshop.append(log, record, 1000);
            assertEquals(wakes + 1, mockingDetails(task).getInvocations().size(), "calls to wake it");
            int files = disk.list().size();
            work.getValue().run();
            assertEquals(files + 1, disk.list().size(), "the next segment is there");
        }
    }

    @Test
    @DisplayName("refuses types and sizes that no record can have")
    void records() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            assertThrows(IllegalArgumentException.class, () -> log.append(record(0, 0)));
            assertThrows(IllegalArgumentException.class, () -> log.append(record(256, 0)));
            assertThrows(IllegalArgumentException.class, () -> log.append(record(1, -1)));
            assertThrows(IllegalArgumentException.class, () -> log.append(record(1, LogWorkshop.SETTINGS.maxBodyBytes() + 1)));
            log.append(record(1, 0));
            log.append(record(255, LogWorkshop.SETTINGS.maxBodyBytes()));
            log.force(log.endLsn());
        }
        List<LogWorkshop.Found> found = LogWorkshop.read(disk).records();
        assertEquals(List.of(1, 255), found.stream().map(LogWorkshop.Found::type).toList());
        assertEquals(LogWorkshop.SETTINGS.maxBodyBytes(), found.get(1).body().length);
    }

    private static LogRecord record(int type, int bytes) {
        return new LogRecord() {
            @Override
            public int type() {
                return type;
            }

            @Override
            public long transactionId() {
                return 1;
            }

            @Override
            public int bodyBytes() {
                return bytes;
            }

            @Override
            public void writeBody(ByteBuffer target) {
                target.put(new byte[bytes]);
            }
        };
    }

    @Test
    @Timeout(60)
    @DisplayName("F1: who waits for another's sync is told when that one fails")
    void followers() throws InterruptedException {
        WriteAheadLog log = LogWorkshop.create(disk);
        long lsn = LogWorkshop.append(log, 1);
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        disk.failSyncs(operation -> {
            syncing.countDown();
            await(goOn);
            return true;
        });
        AtomicReference<Throwable> leaders = new AtomicReference<>();
        AtomicReference<Throwable> followers = new AtomicReference<>();
        Thread leader = new Thread(() -> leaders.set(assertThrows(Throwable.class, () -> log.force(lsn))));
        leader.start();
        syncing.await();
        Thread follower = new Thread(() -> {
            try {
                log.force(lsn);
            } catch (Throwable thrown) {
                followers.set(thrown);
            }
        });
        follower.start();
        while (follower.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        leader.join();
        follower.join();
        assertEquals(StoreFailedException.class, leaders.get().getClass());
        assertNotNull(followers.get(), "the follower was told that its record is durable");
        assertEquals(StoreFailedException.class, followers.get().getClass());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("frees a segment that ends exactly where the log is still needed, and no other")
    void exactEnd() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            log.force(LogWorkshop.append(log, next, 1000));
            log.recycleBefore(LogWorkshop.SEGMENT - 1);
            assertTrue(disk.exists(FIRST));
            log.recycleBefore(LogWorkshop.SEGMENT);
            assertFalse(disk.exists(FIRST));
            assertThrows(IllegalArgumentException.class, () -> log.recycleBefore(log.syncedLsn() + 1));
        }
    }

    @Test
    @DisplayName("L2: keeps as many spares as the last round needed, and deletes the rest")
    void spares() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = 1;
            for (int segment = 0; segment < 6; segment++) {
                next = LogWorkshop.fillSegment(log, next, 1000);
                log.force(LogWorkshop.append(log, next++, 1000));
            }
            log.recycleBefore(log.syncedLsn());
            assertEquals(1 + 7, disk.list().size(), "the one in use; the 6 that were freed, and one that is kept back: " + disk.list());
            next = LogWorkshop.fillSegment(log, next, 1000);
            log.force(LogWorkshop.append(log, next, 1000));
            log.recycleBefore(log.syncedLsn());
            assertEquals(1 + 2, disk.list().size(), "the one in use; one for a round like the last, and one that is kept back: " + disk.list());
            assertTrue(disk.afterPowerLoss(LogWorkshop.random(), 0, false).list().size() <= 3, "that is durable");
        }
    }

    @Test
    @DisplayName("fills a spare again whose header is torn, and deletes one that is too short; both durably, before a segment is used")
    void brokenSpares() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        disk.plant("spare-1", 0, new byte[512]);
        disk.plant("spare-1", 5000, new byte[] {1, 2, 3});
        try (DiskFile file = disk.create("spare-7")) {
            file.preallocate(5000);
            file.sync();
        }
        disk.fill();
        LogEnd end = LogWorkshop.read(disk).end();
        try (WriteAheadLog log = LogWorkshop.begin(disk, end)) {
            assertFalse(disk.exists("spare-7"), "too short to be a segment");
            String second = new SegmentName(2, 1).toString();
            assertTrue(disk.exists(second), disk.list().toString());
            assertEquals(0, disk.bytes(second)[5001], "what the spare held before");
            ForgetfulDisk lost = disk.afterPowerLoss(LogWorkshop.random(), 0, false);
            assertEquals(0, lost.bytes(second)[5001], "what the spare held before, after a power loss");
            LogWorkshop.appendForced(log, 2);
        }
        assertEquals(List.of(1L, 2L), LogWorkshop.read(disk).transactions());
    }

    @Test
    @DisplayName("takes a file under another segment's name for no segment")
    void misplaced() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        try (DiskFile first = disk.open(FIRST)) {
            SegmentHeader header = SegmentHeader.readFrom(first);
            assertTrue(header.fits(new SegmentName(1, 0)));
            assertFalse(header.fits(new SegmentName(1, 1)));
            assertFalse(header.fits(new SegmentName(2, 0)));
        }
    }

    @Test
    @DisplayName("refuses a segment of a later format by that name, not as damage")
    void laterFormat() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        ByteBuffer sector = ByteBuffer.wrap(disk.bytes(FIRST), 0, SegmentHeader.SECTOR).slice().order(ByteOrder.LITTLE_ENDIAN);
        sector.putInt(8, 2);
        byte[] changed = new byte[SegmentHeader.SECTOR];
        sector.get(0, changed);
        CRC32C crc = new CRC32C();
        crc.update(changed, 0, 64);
        sector.putInt(64, (int) crc.getValue()).get(0, changed);
        disk.plant(FIRST, 0, changed);
        assertThrows(StoreFormatException.class, () -> LogWorkshop.read(disk));
    }

    @Test
    @DisplayName("orders segments by timeline, then by number")
    void order() {
        SegmentName name = new SegmentName(2, 5);
        assertEquals(0, name.compareTo(new SegmentName(2, 5)));
        assertTrue(name.compareTo(new SegmentName(1, 9)) > 0);
        assertTrue(name.compareTo(new SegmentName(3, 1)) < 0);
        assertTrue(name.compareTo(new SegmentName(2, 6)) < 0);
        assertTrue(name.compareTo(new SegmentName(2, 4)) > 0);
        assertNull(SegmentName.parse("00000001ffffffffffffffff"), "a number below 0");
        assertNull(SegmentName.parse("ffffffff0000000000000000"), "a timeline below 1");
    }

    @Test
    @DisplayName("G2: what going on makes zeros is durable before a record is written behind it")
    void zerosFirst() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        LogEnd first = LogWorkshop.read(disk).end();
        try (WriteAheadLog log = LogWorkshop.begin(disk, first)) {
            LogWorkshop.appendForced(log, 2);
            log.write(LogWorkshop.append(log, 3, 1000));
            disk.plant(LogWorkshop.fileOf(2, log.endLsn()), (log.endLsn() - 500) % LogWorkshop.SEGMENT, new byte[100]);
        }
        LogEnd end = LogWorkshop.read(disk).end();
        String name = LogWorkshop.fileOf(2, end.lsn());
        int before = disk.operations().size();
        try (WriteAheadLog log = WriteAheadLog.goOn(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, end, new LogWorkshop.Told())) {
            List<ForgetfulDisk.Operation> opening = disk.operations().subList(before, disk.operations().size());
            int zeros = indexOf(opening, "write", name);
            assertTrue(zeros >= 0 && indexOf(opening.subList(zeros, opening.size()), "sync", name) > 0, "not synced: " + opening);
            log.force(log.endLsn());
        }
    }

    private static int indexOf(List<ForgetfulDisk.Operation> operations, String kind, String file) {
        for (int i = 0; i < operations.size(); i++) {
            if (operations.get(i).kind().equals(kind) && operations.get(i).file().equals(file)) {
                return i;
            }
        }
        return -1;
    }
}
