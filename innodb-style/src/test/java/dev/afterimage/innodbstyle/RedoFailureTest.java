package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.SyncFailedException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A redo log whose disk fails")
@Timeout(120)
class RedoFailureTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final StrategyEvents events = mock(StrategyEvents.class);
    private final MiniTransaction mtr = new MiniTransaction();
    private RedoLog log;
    private long forced;

    @BeforeEach
    void create() {
        log = RedoLog.create(disk, RedoWorkshop.SMALL, RedoWorkshop.STORE, new SplittableRandom(1), events, RedoWorkshop.payload(0));
        forced = RedoWorkshop.append(log, mtr, 1, 100);
        log.force(forced);
    }

    private void expectFailed(Class<? extends Throwable> cause) {
        verify(events, times(1)).failed(any(cause));
        assertThrows(StoreFailedException.class, () -> log.force(forced));
        assertThrows(StoreFailedException.class, () -> log.write(forced));
        assertThrows(StoreFailedException.class, () -> log.reserve(mtr, 10));
        assertThrows(StoreFailedException.class, () -> log.checkpoint(forced, RedoWorkshop.payload(0)));
        assertEquals(forced, log.syncedLsn());
        verify(events, times(1)).failed(any());
        log.close();
        assertTrue(RedoWorkshop.read(new SimulatedDisk(disk.asSynced())).last() >= 1, "what was promised before is there");
        assertTrue(RedoWorkshop.read(new SimulatedDisk(disk.asIssued())).last() >= 1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("is failed for good by a sync that fails: nobody is told that it worked, a second sync is not tried (F1, F2, F5)")
    void syncFails(SyncFailure failure) {
        disk.faults().failNextSync(name -> name.equals("redo-0"), failure);
        long lsn = RedoWorkshop.append(log, mtr, 2, 100);
        assertThrows(StoreFailedException.class, () -> log.force(lsn));
        expectFailed(SyncFailedException.class);
    }

    @Test
    @DisplayName("is failed for good by a write that fails halfway")
    void writeFails() {
        disk.faults().failWrite(name -> name.equals("redo-0"), 0, 1);
        long lsn = RedoWorkshop.append(log, mtr, 2, 3000);
        assertThrows(StoreFailedException.class, () -> log.write(lsn));
        expectFailed(DiskException.class);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("is failed by a checkpoint block that cannot be written; the room before it stays taken")
    void checkpointFails(SyncFailure failure) {
        disk.faults().failNextSync(name -> name.equals("redo-0"), failure);
        long before = log.checkpointLsn();
        assertThrows(StoreFailedException.class, () -> log.checkpoint(forced, RedoWorkshop.payload(1)));
        assertEquals(before, log.checkpointLsn());
        expectFailed(SyncFailedException.class);
    }

    @Test
    @DisplayName("cancels a mini-transaction that is committed after the failure")
    void commitAfterFailure() {
        log.reserve(mtr, 100);
        mtr.writeLong(0, 2, 0, 2);
        disk.faults().failNextSync(name -> true, SyncFailure.CLEAN_NEW);
        MiniTransaction other = new MiniTransaction();
        long lsn = RedoWorkshop.append(log, other, 2, 10);
        assertThrows(StoreFailedException.class, () -> log.force(lsn));
        assertThrows(StoreFailedException.class, () -> log.commit(mtr));
        assertEquals(0, mtr.reserved());
        expectFailed(SyncFailedException.class);
    }

    @Test
    @DisplayName("tells those who wait for somebody else's sync")
    void followersAreTold() throws InterruptedException {
        AtomicReference<Throwable> told = new AtomicReference<>();
        Thread follower = new Thread(() -> {
            try {
                log.force(RedoWorkshop.append(log, new MiniTransaction(), 3, 10));
            } catch (Throwable t) {
                told.set(t);
            }
        });
        long lsn = RedoWorkshop.append(log, mtr, 2, 10);
        disk.faults().duringNextSync(name -> true, () -> {
            follower.start();
            while (follower.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        });
        disk.faults().failNextSync(name -> true, SyncFailure.CLEAN_OLD);
        assertThrows(StoreFailedException.class, () -> log.force(lsn));
        follower.join();
        assertSame(StoreFailedException.class, told.get().getClass());
        expectFailed(SyncFailedException.class);
    }

    @Test
    @DisplayName("does not sync once more behind a checkpoint's sync that has failed: the device tells of it once, and not to whoever comes next (F2)")
    void errorToldToSomebodyElse() throws InterruptedException {
        AtomicReference<Throwable> told = new AtomicReference<>();
        Thread committer = new Thread(() -> {
            try {
                log.force(RedoWorkshop.append(log, new MiniTransaction(), 2, 10));
            } catch (Throwable t) {
                told.set(t);
            }
        });
        disk.faults().duringNextSync(name -> true, () -> {
            committer.start();
            while (committer.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        });
        disk.faults().failNextSync(name -> true, SyncFailure.CLEAN_NEW);
        assertThrows(StoreFailedException.class, () -> log.checkpoint(forced, RedoWorkshop.payload(1)));
        committer.join();
        assertSame(StoreFailedException.class, told.get().getClass());
        expectFailed(SyncFailedException.class);
    }

    @Test
    @DisplayName("keeps an interrupt pending, and finishes what it was at (F3)")
    void interrupts() {
        Thread.currentThread().interrupt();
        long lsn = RedoWorkshop.append(log, mtr, 2, 10);
        log.force(lsn);
        assertTrue(Thread.interrupted());
        assertEquals(lsn, log.syncedLsn());
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
