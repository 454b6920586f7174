package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("F1: the first write or sync that fails, fails the log for good")
class LogFailureTest {
    private static final int CROSSINGS_TRIED = 60;

    private final ForgetfulDisk disk = new ForgetfulDisk();
    private final StrategyEvents events = mock(StrategyEvents.class);

    private WriteAheadLog create() {
        return WriteAheadLog.begin(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, LogEnd.NEW_STORE, LogWorkshop.random(), events);
    }

    @Test
    @DisplayName("a failed sync: the leader, every follower and every later caller are told, with the cause; nothing is tried again")
    void everybodyIsTold() throws InterruptedException {
        WriteAheadLog log = create();
        LogWorkshop.appendForced(log, 1);
        int threads = 8;
        CountDownLatch waiting = new CountDownLatch(threads);
        disk.failSyncs(operation -> true);
        int syncs = disk.syncs();
        AtomicInteger told = new AtomicInteger();
        List<Thread> committers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            long transaction = 2 + i;
            long lsn = LogWorkshop.append(log, transaction);
            committers.add(new Thread(() -> {
                waiting.countDown();
                StoreFailedException failed = assertThrows(StoreFailedException.class, () -> log.force(lsn));
                assertTrue(failed.getCause() instanceof SyncFailedException);
                told.incrementAndGet();
            }));
        }
        committers.forEach(Thread::start);
        for (Thread committer : committers) {
            committer.join();
        }
        assertEquals(threads, told.get());
        disk.failSyncs(operation -> false); // a later sync would succeed, and prove nothing
        assertThrows(StoreFailedException.class, () -> log.force(1));
        assertThrows(StoreFailedException.class, () -> log.write(1));
        assertThrows(StoreFailedException.class, () -> LogWorkshop.append(log, 99));
        assertThrows(StoreFailedException.class, () -> log.appendPromised(new LogWorkshop.Sample(99, 10), WriteAheadLog.promiseFor(10)));
        assertThrows(StoreFailedException.class, () -> log.recycleBefore(1));
        List<ForgetfulDisk.Operation> since = new ArrayList<>();
        disk.tell(since::add);
        assertThrows(StoreFailedException.class, log::switchSegment);
        assertEquals(List.of(), since, "a log that has failed leaves the disk alone");
        assertEquals(syncs + 1, disk.syncs(), "one sync was tried, and no other");
        verify(events, times(1)).failed(any(SyncFailedException.class));
        log.close();
    }

    @Test
    @DisplayName("a failed write: the same, and the cause is the disk's own")
    void failedWrite() {
        WriteAheadLog log = create();
        DiskException[] cause = new DiskException[1];
        disk.failWrites(operation -> operation.kind().equals("write"));
        LogWorkshop.append(log, 1);
        StoreFailedException first = assertThrows(StoreFailedException.class, () -> log.write(log.endLsn()));
        cause[0] = (DiskException) first.getCause();
        disk.failWrites(operation -> false);
        assertSame(cause[0], assertThrows(StoreFailedException.class, () -> log.force(1)).getCause());
        verify(events, times(1)).failed(cause[0]);
        log.close();
    }

    @Test
    @DisplayName("who waits to write while another's write fails is told as well, and writes nothing behind the gap")
    void writingMeanwhile() throws Exception {
        WriteAheadLog log = create();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger writes = new AtomicInteger();
        disk.failWrites(operation -> {
            inside.countDown();
            try {
                goOn.await();
            } catch (InterruptedException unexpected) {
                throw new AssertionError(unexpected);
            }
            return writes.incrementAndGet() == 1;
        });
        long first = LogWorkshop.append(log, 1);
        FutureTask<StoreFailedException> failing = new FutureTask<>(() -> assertThrows(StoreFailedException.class, () -> log.write(first)));
        new Thread(failing).start();
        inside.await();
        long second = LogWorkshop.append(log, 2);
        FutureTask<StoreFailedException> waiting = new FutureTask<>(() -> assertThrows(StoreFailedException.class, () -> log.write(second)));
        Thread waiter = new Thread(waiting);
        waiter.start();
        while (waiter.getState() != Thread.State.WAITING) {
            assertFalse(waiting.isDone());
            Thread.onSpinWait();
        }
        goOn.countDown();
        assertSame(failing.get().getCause(), waiting.get().getCause());
        assertEquals(1, writes.get());
        log.close();
    }

    @Test
    @DisplayName("fsync lies (F2 of the fault model): after a failed sync the process opens the log again, without a reboot; what it then relies on survives the next power loss")
    void reopenedAfterALie() {
        WriteAheadLog log = create();
        LogWorkshop.appendForced(log, 1);
        disk.failSyncs(operation -> true);
        LogWorkshop.append(log, 2);
        assertThrows(StoreFailedException.class, () -> log.force(log.endLsn()));
        log.close();
        disk.failSyncs(operation -> false);
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(List.of(1L, 2L), reading.transactions(), "the cache shows what the sync lost");
        try (WriteAheadLog next = LogWorkshop.begin(disk, reading.end())) {
            LogWorkshop.appendForced(next, 3);
        }
        for (int seed = 0; seed < 20; seed++) {
            ForgetfulDisk after = disk.afterPowerLoss(new SplittableRandom(seed), seed / 20.0, false);
            assertEquals(List.of(1L, 2L, 3L), LogWorkshop.read(after).transactions());
        }
    }

    @Test
    @DisplayName("whichever operation of crossing into the next segment fails, a log that was closed has left no file open")
    void crossingFails() {
        for (int failing = 0; failing < CROSSINGS_TRIED; failing++) {
            ForgetfulDisk crossed = new ForgetfulDisk();
            WriteAheadLog log = LogWorkshop.create(crossed);
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            AtomicInteger operations = failAfter(crossed, failing);
            try {
                LogWorkshop.append(log, next, 1000);
                log.force(log.endLsn());
            } catch (StoreFailedException told) {
                // as it should
            }
            log.close();
            assertEquals(0, crossed.openFiles(), "after operation " + failing + " failed");
            if (operations.get() <= failing) {
                assertTrue(failing > 3, "operations that were tried: " + failing);
                return;
            }
        }
        throw new AssertionError("crossing takes more than " + CROSSINGS_TRIED + " operations");
    }

    @Test
    @DisplayName("whichever operation of opening fails, no file is left open: in a timeline of its own, in an old segment of a full disk, behind an opening cut short")
    void openingFails() {
        openingFails(disk -> { }, LogWorkshop::begin);
        openingFails(disk -> {
            disk.list().stream().filter(name -> SegmentName.spareIndex(name) >= 0).forEach(disk::delete);
            disk.fill();
        }, LogWorkshop::begin);
        openingFails(disk -> disk.list().stream().filter(name -> SegmentName.spareIndex(name) >= 0).forEach(disk::delete),
                (disk, end) -> WriteAheadLog.goOn(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, end, new LogWorkshop.Told()));
    }

    private static void openingFails(Consumer<ForgetfulDisk> before, BiFunction<ForgetfulDisk, LogEnd, WriteAheadLog> opening) {
        for (int failing = 0; failing < CROSSINGS_TRIED; failing++) {
            ForgetfulDisk opened = new ForgetfulDisk();
            try (WriteAheadLog log = LogWorkshop.create(opened)) {
                LogWorkshop.appendForced(log, 1);
            }
            LogEnd end = LogWorkshop.read(opened).end();
            before.accept(opened);
            AtomicInteger operations = failAfter(opened, failing);
            try {
                opening.apply(opened, end).close();
            } catch (DiskException told) {
                // as it should
            }
            assertEquals(0, opened.openFiles(), "after operation " + failing + " failed");
            if (operations.get() <= failing) {
                assertTrue(failing > 1, "operations that were tried: " + failing);
                return;
            }
        }
        throw new AssertionError("opening takes more than " + CROSSINGS_TRIED + " operations");
    }

    /** Of all writes and syncs, those behind that many fail; the answer counts them. */
    private static AtomicInteger failAfter(ForgetfulDisk disk, int count) {
        AtomicInteger operations = new AtomicInteger();
        disk.failWrites(operation -> operations.getAndIncrement() == count);
        disk.failSyncs(operation -> operations.getAndIncrement() == count);
        return operations;
    }

    @Test
    @DisplayName("after the death of the process, what was read is durable before the end is told")
    void tailIsSettled() {
        WriteAheadLog log = create();
        LogWorkshop.appendForced(log, 1);
        log.write(LogWorkshop.append(log, 2));
        ForgetfulDisk killed = disk.afterProcessKill();
        assertEquals(List.of(1L, 2L), LogWorkshop.read(killed).transactions());
        assertEquals(List.of(1L, 2L), LogWorkshop.read(killed.afterPowerLoss(LogWorkshop.random(), 0, false)).transactions());
        ForgetfulDisk lost = disk.afterPowerLoss(LogWorkshop.random(), 0, false);
        assertEquals(List.of(1L), LogWorkshop.read(lost).transactions());
        log.close();
    }

    @Test
    @DisplayName("work behind the appenders syncs what is there, ends with the log, and a failure in it is told like any other")
    void flushBehind() {
        BackgroundTasks tasks = mock(BackgroundTasks.class);
        BackgroundTask task = mock(BackgroundTask.class);
        Runnable[] work = new Runnable[1];
        org.mockito.Mockito.when(tasks.repeat(any(), any(), any())).thenAnswer(call -> {
            assertEquals(Duration.ofMillis(50), call.getArgument(1));
            work[0] = call.getArgument(2);
            return task;
        });
        WriteAheadLog log = create();
        log.flushEvery(tasks, Duration.ofMillis(100));
        long lsn = LogWorkshop.append(log, 1);
        work[0].run();
        assertTrue(log.syncedLsn() > lsn);
        int syncs = disk.syncs();
        work[0].run();
        assertEquals(syncs, disk.syncs(), "nothing to do, nothing done");
        disk.failSyncs(operation -> true);
        LogWorkshop.append(log, 2);
        work[0].run();
        verify(events, times(1)).failed(any(SyncFailedException.class));
        work[0].run();
        log.close();
        verify(task).close();
        assertThrows(StoreFailedException.class, () -> log.force(lsn));
    }

    @Test
    @DisplayName("work behind the appenders gets the next segment ready, and crossing then waits for nothing but the old segment's sync")
    void preparedAhead() {
        BackgroundTasks tasks = mock(BackgroundTasks.class);
        Runnable[] work = new Runnable[1];
        org.mockito.Mockito.when(tasks.repeat(any(), any(), any())).thenAnswer(call -> {
            work[0] = call.getArgument(2);
            return mock(BackgroundTask.class);
        });
        try (WriteAheadLog log = create()) {
            log.flushEvery(tasks, Duration.ofSeconds(1));
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            work[0].run();
            assertTrue(disk.exists(new SegmentName(1, 1).toString()));
            int syncs = disk.syncs();
            LogWorkshop.append(log, next, 1000);
            assertEquals(syncs + 1, disk.syncs());
            ForgetfulDisk after = disk.afterPowerLoss(LogWorkshop.random(), 0, false);
            assertEquals(next - 1, LogWorkshop.read(after).records().size());
        }
    }

    @Test
    @DisplayName("a closed log refuses work, and closing it twice is harmless")
    void closed() {
        WriteAheadLog log = create();
        log.close();
        log.close();
        assertThrows(IllegalStateException.class, () -> LogWorkshop.append(log, 1));
    }
}
