package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoMoreInteractions;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.SimulatedDisk;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

@DisplayName("The order in which the redo log uses its disk")
class RedoOrderTest {
    private static final long HEADER = 16384;

    private final SimulatedDisk simulated = new SimulatedDisk();
    private final List<DiskFile> files = new ArrayList<>();
    private final Disk disk = watched();
    private final MiniTransaction mtr = new MiniTransaction();

    private Disk watched() {
        Disk watched = mock(Disk.class, delegatesTo(simulated));
        doAnswer(call -> watch(simulated.create(call.getArgument(0)))).when(watched).create(anyString());
        doAnswer(call -> watch(simulated.open(call.getArgument(0)))).when(watched).open(anyString());
        return watched;
    }

    private DiskFile watch(DiskFile file) {
        DiskFile watched = mock(DiskFile.class, delegatesTo(file));
        files.add(watched);
        return watched;
    }

    private static long position(long lsn) {
        return HEADER + RedoBlock.numberOf(lsn) * RedoBlock.BYTES;
    }

    @Test
    @DisplayName("to force: the blocks, then a sync; and the block that was written half full is written again by the next")
    void force() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            DiskFile first = files.get(0);
            clearInvocations(first);
            long begin = log.endLsn();
            long end = RedoWorkshop.append(log, mtr, 1, 600);
            log.force(end);
            log.force(RedoWorkshop.append(log, mtr, 2, 10));
            InOrder order = inOrder(first);
            order.verify(first).write(any(), eq(position(begin)));
            order.verify(first).syncData();
            order.verify(first).write(any(), eq(position(end)));
            order.verify(first).syncData();
            verifyNoMoreInteractions(first);
            assertEquals(log.endLsn(), log.syncedLsn());
        }
    }

    @Test
    @DisplayName("to write: no sync")
    void write() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            DiskFile first = files.get(0);
            clearInvocations(first);
            long begin = log.endLsn();
            log.write(RedoWorkshop.append(log, mtr, 1, 10));
            log.write(log.endLsn());
            InOrder order = inOrder(first);
            order.verify(first).write(any(), eq(position(begin)));
            verifyNoMoreInteractions(first);
        }
    }

    @Test
    @DisplayName("for a checkpoint: the log up to there, synced; then both copies of the older checkpoint block, synced; then room")
    void checkpoint() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            DiskFile first = files.get(0);
            clearInvocations(first);
            long begin = log.endLsn();
            long lsn = RedoWorkshop.append(log, mtr, 1, 10);
            List<Long> seen = new ArrayList<>();
            doAnswer(call -> {
                seen.add(log.checkpointLsn());
                return null;
            }).when(first).syncData();
            log.checkpoint(lsn, RedoWorkshop.payload(1));
            log.checkpoint(lsn, RedoWorkshop.payload(1));
            InOrder order = inOrder(first);
            order.verify(first).write(any(), eq(position(begin)));
            order.verify(first).syncData();
            order.verify(first).write(any(), eq(0L)); // the first one went to slot 1
            order.verify(first).write(any(), eq(8192L));
            order.verify(first).syncData();
            order.verify(first).write(any(), eq(4096L));
            order.verify(first).write(any(), eq(12288L));
            order.verify(first).syncData();
            verifyNoMoreInteractions(first);
            assertEquals(List.of(begin, begin, lsn), seen, "the checkpoint moves behind its sync (C3)");
        }
    }

    @Test
    @DisplayName("to go on: the tail as it was read, synced; then the block that begins the epoch, synced; nothing else before")
    void goOn() {
        long begin;
        long end;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            begin = log.endLsn();
            end = RedoWorkshop.append(log, mtr, 1, 10);
            log.write(end);
        }
        files.clear();
        RedoEnd found = RedoWorkshop.read(disk).end();
        DiskFile reading = files.get(0);
        InOrder order = inOrder(reading);
        order.verify(reading).write(any(), eq(position(begin)));
        order.verify(reading).syncData();
        files.clear();
        try (RedoLog log = RedoLog.continueAt(found, disk, RedoWorkshop.SMALL, RedoWorkshop.STORE, new java.util.SplittableRandom(2), RedoWorkshop.QUIET, found.checkpointLsn(),
                RedoWorkshop.payload(0))) {
            DiskFile first = files.get(0);
            InOrder continued = inOrder(first);
            continued.verify(first).write(any(), eq(position(end) + RedoBlock.BYTES));
            continued.verify(first).syncData();
            assertTrue(log.endLsn() > end);
        }
    }

    @Test
    @DisplayName("over the edge of a file: both files are written, both synced")
    void twoFiles() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            DiskFile first = files.get(0);
            DiskFile second = files.get(1);
            long number = 0;
            while (RedoBlock.numberOf(log.endLsn()) < (256 << 10) / RedoBlock.BYTES - 20) {
                RedoWorkshop.append(log, mtr, ++number, 5000);
            }
            log.force(log.endLsn());
            clearInvocations(first, second);
            log.force(RedoWorkshop.append(log, mtr, ++number, 20_000));
            InOrder order = inOrder(first, second);
            order.verify(first).write(any(ByteBuffer.class), anyLong());
            order.verify(second).write(any(ByteBuffer.class), eq(0L));
            order.verify(first).syncData();
            order.verify(second).syncData();
            verifyNoMoreInteractions(first, second);
        }
        assertEquals(RedoWorkshop.read(simulated).end().lsn(), RedoWorkshop.read(new SimulatedDisk(simulated.asSynced())).end().lsn());
    }
}
