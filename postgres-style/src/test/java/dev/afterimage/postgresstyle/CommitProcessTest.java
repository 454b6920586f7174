package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.buffer.SlotSource;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.WriteAheadLog;

@DisplayName("A commit")
class CommitProcessTest {
    private static final long REDO_POINT = 1000;

    private final WriteAheadLog log = mock(WriteAheadLog.class);
    private final PageInstallation installation = mock(PageInstallation.class);
    private final StrategyEvents events = mock(StrategyEvents.class);
    private final FailureLatch failure = new FailureLatch(events);
    private final RedoPoint redoPoint = new RedoPoint(REDO_POINT);
    private final CommitProcess commits = new CommitProcess(log, installation, redoPoint, failure);
    private final BufferPool pool = new BufferPool(4096, PageHeader.BYTES, 32);
    private final AtomicLong slots = new AtomicLong();
    private final PageSpace spill = mock(PageSpace.class);
    private final WriteSet writes;

    CommitProcessTest() {
        when(spill.name()).thenReturn("spill");
        writes = new WriteSet(pool, spill, new SlotSource() {
        @Override
        public long take() {
            return slots.getAndIncrement();
        }

        @Override
        public void give(long slot) {
            // Slots are plenty here.
        }
        }, new HomePins(0));
    }

    @BeforeEach
    void lsnsCountUp() {
        AtomicLong lsn = new AtomicLong(2000);
        when(log.append(any())).thenAnswer(call -> lsn.getAndAdd(100));
    }

    @AfterEach
    void letGo() {
        writes.clear();
        pool.close();
    }

    /** A private page as a transaction would have made it. */
    private void page(long pageId, long imageLsn, PrivateVersion version) {
        Frame frame = writes.pages.add(pageId);
        frame.latchExclusive();
        PageHeader.setExists(frame.page(), true);
        PageHeader.setPageLsn(frame.page(), imageLsn);
        PageHeader.setImageLsn(frame.page(), imageLsn);
        frame.markDirty(Frame.NO_RECOVERY_LSN);
        frame.unlatchExclusive();
        frame.unpin();
        writes.pages.attach(pageId, version);
    }

    private PrivateVersion changed(int bytes) {
        PrivateVersion version = writes.newVersion();
        version.changed(0, bytes, 2000);
        return version;
    }

    private static LogRecord ofType(int type) {
        return argThat(record -> record != null && record.type() == type);
    }

    @Test
    @DisplayName("logs each page in page order, then the commit record, then installs")
    void order() {
        page(9, REDO_POINT, changed(8));
        page(3, REDO_POINT - 1, changed(8));
        writes.pages.discard(5);
        assertEquals(2300, commits.commit(77, writes));
        InOrder order = inOrder(log, installation);
        order.verify(log).append(ofType(RecordTypes.IMAGE));
        order.verify(log).append(ofType(RecordTypes.GONE));
        order.verify(log).append(ofType(RecordTypes.RANGES));
        order.verify(log).append(ofType(RecordTypes.COMMIT));
        order.verify(installation).install(writes.pages, 2300);
        assertEquals(2300, commits.lastCommitLsn());
        assertTrue(commits.imageBytes() > 0);
    }

    @Test
    @DisplayName("logs an image of a page created, of one changed by more than half, and of one not imaged since the redo point; else ranges")
    void images() {
        page(1, 0, writes.newVersion().created());
        page(2, REDO_POINT, changed(2001));
        page(3, REDO_POINT - 1, changed(8));
        page(4, REDO_POINT, changed(8));
        commits.commit(77, writes);
        verify(log, times(3)).append(ofType(RecordTypes.IMAGE));
        verify(log).append(ofType(RecordTypes.RANGES));
    }

    @Test
    @DisplayName("of pages opened for writing and left as they were logs nothing")
    void untouched() {
        page(1, REDO_POINT - 1, writes.newVersion());
        assertEquals(0, commits.commit(77, writes));
        verify(log, never()).append(any());
        verify(installation, never()).install(any(), anyLong());
    }

    @Test
    @DisplayName("that finds no room in the log has fixed nothing, and asks for a checkpoint")
    void fullLog() {
        page(1, 0, writes.newVersion().created());
        when(log.append(any())).thenReturn(2000L).thenThrow(new DiskFullException("log"));
        assertThrows(DiskFullException.class, () -> commits.commit(77, writes));
        verify(installation, never()).install(any(), anyLong());
        assertEquals(0, commits.lastCommitLsn());
        assertFalse(failure.hasFailed());
        assertTrue(redoPoint.isLogFull());
        redoPoint.advanceTo(5000); // does not wait for ever: the commit has left its epoch
    }

    @Test
    @DisplayName("that fails behind its commit record fails the store before a checkpoint can go on")
    void failedInstallation() {
        page(1, 0, writes.newVersion().created());
        DiskException cause = new DiskException("spill: the device says no");
        doThrow(cause).when(installation).install(any(), anyLong());
        assertSame(cause, assertThrows(StoreFailedException.class, () -> commits.commit(77, writes)).getCause());
        verify(events).failed(cause);
        redoPoint.advanceTo(5000);
        assertThrows(StoreFailedException.class, () -> commits.commit(78, writes));
    }

    @Test
    @DisplayName("is waited for by a checkpoint until its pages are installed (C4)")
    void epoch() {
        page(1, 0, writes.newVersion().created());
        Thread[] checkpoint = new Thread[1];
        boolean[] through = new boolean[1];
        doAnswer(call -> {
            checkpoint[0] = new Thread(() -> {
                redoPoint.advanceTo(5000);
                through[0] = true;
            });
            checkpoint[0].start();
            while (checkpoint[0].getState() != Thread.State.WAITING && checkpoint[0].isAlive()) {
                Thread.onSpinWait();
            }
            assertFalse(through[0]);
            return null;
        }).when(installation).install(any(), anyLong());
        commits.commit(77, writes);
        try {
            checkpoint[0].join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertTrue(through[0]);
    }
}
