package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.StoreClosedException;
import dev.afterimage.memory.PageMemory;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table by itself, of two chains, so that frames can stand still in states that they pass through quickly in a pool. */
@DisplayName("A page table")
@Timeout(60)
class PageTableTest {
    private static final int FRAMES = 100;

    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final SuspiciousSpace spill = new SuspiciousSpace("spill");
    private final PageMemory memory = PageMemory.allocate(64, FRAMES);
    private final PageTable table = new PageTable(2);
    private int used;

    @AfterEach
    void close() {
        memory.close();
    }

    private PageLoad loadOf(PageSpace space, long number) {
        return new PageLoad(PageTable.key(space, number), space, number, false);
    }

    private Frame owned(PageLoad load) {
        Frame frame = new Frame(used, memory.page(used++), 0);
        frame.become(load.space, load.number, load.key);
        return frame;
    }

    /** Makes a page resident, pinned by nobody. */
    private Frame add(PageSpace space, long number) {
        PageLoad load = loadOf(space, number);
        assertNull(table.pinOrBegin(load));
        Frame frame = owned(load);
        table.publish(load, frame);
        frame.unpin();
        return frame;
    }

    private Frame resident(PageSpace space, long number) {
        Frame frame = table.pinResident(PageTable.key(space, number), space, number);
        if (frame != null) {
            frame.unpin();
        }
        return frame;
    }

    private Frame hit(PageSpace space, long number) {
        Frame frame = table.tryPin(PageTable.key(space, number), space, number);
        if (frame != null) {
            frame.unpin();
        }
        return frame;
    }

    @Test
    @DisplayName("finds the pages of one chain, wherever in it others are taken out")
    void chains() {
        Frame[] frames = new Frame[12];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = add(i % 2 == 0 ? home : spill, i / 2);
        }
        for (int gone : new int[] {11, 0, 5, 6, 10, 1}) {
            assertTrue(frames[gone].tryOwn());
            table.remove(frames[gone]);
            PageLoad another = loadOf(home, 1000 + gone);
            frames[gone].become(home, another.number, another.key); // used again at once, in whichever chain
            assertNull(table.pinOrBegin(another));
            table.publish(another, frames[gone]);
            frames[gone].unpin();
            frames[gone] = null;
            for (int i = 0; i < frames.length; i++) {
                assertSame(frames[i], resident(i % 2 == 0 ? home : spill, i / 2), "page " + i + " after " + gone + " has gone");
                assertSame(frames[i], hit(i % 2 == 0 ? home : spill, i / 2), "page " + i + " after " + gone + " has gone");
            }
        }
    }

    @Test
    @DisplayName("ends a walk without a lock where it may have lost its way; under the lock it goes to the end")
    void longChains() {
        for (int i = 0; i < FRAMES - 1; i++) {
            long number = i;
            while ((PageTable.key(home, number) & 1) != 0) {
                number += 1000; // all into one chain
            }
            add(home, number);
        }
        long first = 0;
        while ((PageTable.key(home, first) & 1) != 0) {
            first += 1000;
        }
        assertNotNull(resident(home, first));
        assertNull(hit(home, first), "the first is the last of its chain by now, and 98 steps away");
        long youngest = FRAMES - 2;
        while ((PageTable.key(home, youngest) & 1) != 0) {
            youngest += 1000;
        }
        assertNotNull(hit(home, youngest));
    }

    @Test
    @DisplayName("has the one that wants a page wait while it leaves, and load it then")
    void leaving() throws Exception {
        Frame frame = add(home, 1);
        assertTrue(frame.tryOwn());
        assertNull(resident(home, 1));
        assertNull(hit(home, 1));
        Running<Frame> waiter = new Running<>(() -> table.pinOrBegin(loadOf(home, 1)));
        waiter.awaitBlocked();
        table.remove(frame);
        assertNull(waiter.get());
    }

    @Test
    @DisplayName("has discarding wait for a load, for one that leaves, and for a write")
    void discarding() throws Exception {
        PageLoad load = loadOf(home, 1);
        assertNull(table.pinOrBegin(load));
        Running<Frame> discarder = new Running<>(() -> table.removeUnpinned(load.key, home, 1));
        discarder.awaitBlocked();
        Frame frame = owned(load);
        table.fail(load, new IllegalStateException("no"));
        assertNull(discarder.get());

        frame = add(home, 2);
        assertTrue(frame.tryOwn());
        discarder = new Running<>(() -> table.removeUnpinned(PageTable.key(home, 2), home, 2));
        discarder.awaitBlocked();
        table.remove(frame);
        assertNull(discarder.get());

        Frame written = add(home, 3);
        written.latchExclusive();
        written.noteChange(9);
        written.unlatchExclusive();
        assertSame(written, table.claimDirty(PageTable.key(home, 3), home, 3));
        discarder = new Running<>(() -> table.removeUnpinned(PageTable.key(home, 3), home, 3));
        discarder.awaitBlocked();
        table.endWriting(written);
        assertSame(written, discarder.get());
        assertTrue(written.isOwned());
        assertNull(resident(home, 3));
    }

    @Test
    @DisplayName("gives a dirty page to one writer at a time, and tells the next that it is clean; a clean or absent one to nobody")
    void claiming() throws Exception {
        long key = PageTable.key(home, 1);
        assertNull(table.claimDirty(key, home, 1));
        Frame frame = add(home, 1);
        assertNull(table.claimDirty(key, home, 1));
        frame.noteChange(9);
        assertSame(frame, table.claimDirty(key, home, 1));
        Running<Frame> second = new Running<>(() -> table.claimDirty(key, home, 1));
        second.awaitBlocked();
        frame.latchShared();
        frame.written(frame.changes());
        frame.unlatchShared();
        table.endWriting(frame);
        assertNull(second.get());
        assertFalse(frame.isBeingWritten());

        frame.noteChange(20);
        assertTrue(frame.tryOwn()); // as eviction does, before it sees that the page is dirty
        Running<Frame> third = new Running<>(() -> table.claimDirty(key, home, 1));
        third.awaitBlocked();
        frame.ownToWriting();
        table.endWriting(frame);
        assertSame(frame, third.get());
    }

    @Test
    @DisplayName("keeps several loads of a stripe apart, whichever ends first")
    void loads() throws Exception {
        PageLoad[] loads = new PageLoad[6];
        for (int i = 0; i < loads.length; i++) {
            loads[i] = loadOf(i < 3 ? home : spill, i % 3);
            assertNull(table.pinOrBegin(loads[i]));
        }
        for (int ended : new int[] {2, 5, 0, 1, 4, 3}) {
            PageLoad load = loads[ended];
            Running<Frame> other = new Running<>(() -> table.pinOrBegin(loadOf(load.space, load.number)));
            other.awaitBlocked();
            Frame frame = owned(load);
            table.publish(load, frame);
            assertSame(frame, other.get());
            frame.unpin();
            frame.unpin();
            assertFalse(frame.isPinned());
            assertSame(frame, resident(load.space, load.number));
            assertTrue(frame.tryOwn());
            table.remove(frame);
            PageLoad again = loadOf(load.space, load.number);
            assertNull(table.pinOrBegin(again), "a load that has ended is not waited for");
            table.fail(again, new IllegalStateException("no"));
        }
    }

    @Test
    @DisplayName("tells all that wait for a load what it failed with, even an error; and says that it is closed")
    void failures() {
        for (Throwable failure : new Throwable[] {new IllegalArgumentException("x"), new StackOverflowError()}) {
            PageLoad load = loadOf(home, 1);
            load.failure = failure;
            assertSame(failure, assertThrows(failure.getClass(), load::rethrow));
        }
        PageLoad load = loadOf(home, 1);
        load.failure = new java.io.IOException("checked");
        assertSame(load.failure, assertThrows(IllegalStateException.class, load::rethrow).getCause());
        add(home, 5);
        table.close();
        assertNull(hit(home, 5));
        assertNull(resident(home, 5));
        assertThrows(StoreClosedException.class, () -> table.pinOrBegin(loadOf(home, 5)));
    }

    @Test
    @DisplayName("is asked by a key that is the same in every run, and different for pages and spaces")
    void keys() {
        assertEquals(PageTable.key(home, 7), PageTable.key(new SuspiciousSpace("home"), 7));
        assertFalse(PageTable.key(home, 7) == PageTable.key(spill, 7) || PageTable.key(home, 7) == PageTable.key(home, 8));
    }

    private static final class Running<T> {
        private final FutureTask<T> task;
        private final Thread thread;

        Running(Callable<T> work) {
            task = new FutureTask<>(work);
            thread = new Thread(task);
            thread.setDaemon(true);
            thread.start();
        }

        void awaitBlocked() {
            while (thread.getState() != Thread.State.WAITING) {
                assertFalse(task.isDone(), "it should have waited");
                Thread.onSpinWait();
            }
        }

        T get() throws Exception {
            return task.get(30, TimeUnit.SECONDS);
        }
    }
}
