package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import java.nio.ByteBuffer;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.WriteAheadLog;

@DisplayName("A checkpoint")
class CheckpointerTest {
    private static final long START = 5000;
    private static final long END = 9000;

    private final WriteAheadLog log = mock(WriteAheadLog.class);
    private final BufferPool pool = mock(BufferPool.class);
    private final HomePages homes = mock(HomePages.class);
    private final HomeSpace homeSpace = new HomeSpace(homes, () -> Long.MAX_VALUE);
    private final AlternatingBlock control = mock(AlternatingBlock.class);
    private final CommitProcess commits = mock(CommitProcess.class);
    private final StrategyEvents events = mock(StrategyEvents.class);
    private final FailureLatch failure = new FailureLatch(events);
    private final RedoPoint redoPoint = new RedoPoint(START);
    private final PostgresStyleOptions options = PostgresStyleOptions.of(StrategyOptions.of("postgres-style", PostgresStyleOptions.ALL, Map.of()));
    private final Checkpointer checkpointer = new Checkpointer(new Checkpointer.Parts(log, pool, homes, homeSpace, control, redoPoint, commits, failure, options, new SteppedTime(),
            new StillTasks()), new ControlState(false, 4096, 1 << 24, 2, START, 0, 10, 7));

    @BeforeEach
    void aCommitHasBeenMade() {
        when(log.start()).thenReturn(new LogAnchor(2, START));
        when(log.endLsn()).thenReturn(END);
        when(log.append(any())).thenReturn(END + 24);
        when(commits.lastCommitLsn()).thenReturn(8000L);
        when(pool.writeBackAll(any(), any())).thenReturn(3L);
        when(pool.pageSize()).thenReturn(4096);
    }

    @Test
    @DisplayName("writes pages, syncs them, makes the log durable, then moves the control file, and only then frees the log (C1, C3)")
    void order() {
        CheckpointReport report = checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12);
        InOrder order = inOrder(log, pool, homes, control);
        order.verify(pool).writeBackAll(any(), any());
        order.verify(homes).sync();
        order.verify(log).append(new CheckpointRecord(END, 12, 8));
        order.verify(log).force(END + 24);
        ArgumentCaptor<ByteBuffer> state = ArgumentCaptor.forClass(ByteBuffer.class);
        order.verify(control).write(state.capture());
        order.verify(log).recycleBefore(END);
        assertEquals(new ControlState(false, 4096, 1 << 24, 2, END, END + 24, 12, 8), ControlState.decode(state.getValue()));
        assertEquals(3, report.pagesWritten());
        assertEquals(3 * 4096, report.bytesWritten());
        assertEquals(END - START, report.debtBeforeBytes());
        assertEquals(END, redoPoint.durableLsn());
        assertEquals(1, checkpointer.completed());
    }

    @Test
    @DisplayName("takes the log's end before it looks for dirty pages")
    void redoPointFirst() {
        when(pool.writeBackAll(any(), any())).thenAnswer(call -> {
            assertEquals(END, redoPoint.lsn(), "commits see the new redo point while pages are written");
            assertEquals(START, redoPoint.durableLsn(), "recovery would still begin at the old one");
            return 0L;
        });
        checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12);
    }

    @Test
    @DisplayName("whose page sync fails never reaches the control file, and fails the store (F3)")
    void failedSync() {
        SyncFailedException cause = new SyncFailedException("pages: the device says no");
        doThrow(cause).when(homes).sync();
        StoreFailedException thrown = assertThrows(StoreFailedException.class, () -> checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12));
        assertSame(cause, thrown.getCause());
        verify(events).failed(cause);
        assertThrows(StoreFailedException.class, () -> checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12));
        verify(control, never()).write(any());
        verify(log, never()).recycleBefore(anyLong());
    }

    @Test
    @DisplayName("whose pages cannot be written leaves the redo point where it was, and can be taken again")
    void failedWrite() {
        when(pool.writeBackAll(any(), any())).thenThrow(new DiskException("pages: the device says no")).thenReturn(1L);
        assertThrows(DiskException.class, () -> checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12));
        assertEquals(START, redoPoint.durableLsn());
        assertFalse(failure.hasFailed());
        verify(control, never()).write(any());
        checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12);
        assertEquals(END, redoPoint.durableLsn());
    }

    @Test
    @DisplayName("does not declare homes complete when a commit could not put its pages there")
    void failedInstallation() {
        failure.failed(new DiskException("spill: the device says no"));
        assertThrows(StoreFailedException.class, () -> checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12));
        verify(control, never()).write(any());
    }

    @Test
    @DisplayName("goes on where the log has no room for its record: it is what frees room (F2)")
    void fullLog() {
        redoPoint.logIsFull();
        when(log.append(any())).thenThrow(new DiskFullException("log"));
        checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12);
        InOrder order = inOrder(log, control);
        order.verify(log).switchSegment();
        order.verify(log).force(END);
        ArgumentCaptor<ByteBuffer> state = ArgumentCaptor.forClass(ByteBuffer.class);
        order.verify(control).write(state.capture());
        order.verify(log).recycleBefore(END);
        assertEquals(0, ControlState.decode(state.getValue()).witnessLsn(), "no record at or after the redo point is known to be durable");
        assertFalse(redoPoint.isLogFull());
    }

    @Test
    @DisplayName("with nothing committed since the last does nothing; but a closing one says that the store is clean, last of all (C7)")
    void nothingToDo() {
        when(commits.lastCommitLsn()).thenReturn(0L);
        assertSame(CheckpointReport.NOTHING, checkpointer.checkpoint(CheckpointPace.IMMEDIATE, 12));
        verifyNoMoreInteractions(pool, homes, control);
        checkpointer.close(12);
        InOrder order = inOrder(log, homes, control);
        order.verify(homes).sync();
        order.verify(log).force(anyLong());
        ArgumentCaptor<ByteBuffer> state = ArgumentCaptor.forClass(ByteBuffer.class);
        order.verify(control).write(state.capture());
        assertTrue(ControlState.decode(state.getValue()).clean());
    }
}
