package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.spi.storage.DiskException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each test stops a thread at a moment that matters, and looks at what another can and cannot do meanwhile. */
@DisplayName("A buffer pool, used by several threads,")
@Timeout(60)
class BufferPoolThreadsTest {
    private static final int PAGE_SIZE = 512;
    private static final int FRAMES = 16;

    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 0, FRAMES);
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void close() {
        pool.close();
        assertEquals(0, home.offences.get());
    }

    @Test
    @DisplayName("reads a missing page once, however many want it")
    void oneLoader() throws Exception {
        home.putDurable(5, PAGE_SIZE, 50);
        home.onRead = number -> stop();
        List<Running<Frame>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(start(() -> pool.pin(home, 5)));
        }
        inside.await();
        all.forEach(Running::awaitBlocked);
        goOn.countDown();
        Frame frame = all.get(0).get();
        for (Running<Frame> one : all) {
            assertSame(frame, one.get());
            assertEquals(50, one.get().page().getLong(0));
        }
        all.forEach(one -> frame.unpin());
        assertThrows(IllegalStateException.class, frame::unpin);
        assertEquals(1, home.reads.get());
        assertEquals(new BufferStatistics(7, 1, 0, 0), pool.statistics());
    }

    @Test
    @DisplayName("gives a read error to all that wait for the page, and leaves no broken frame")
    void loadFailsForAll() throws Exception {
        home.onRead = number -> {
            stop();
            throw new DiskException("page " + number + " cannot be read");
        };
        List<Running<Frame>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(start(() -> pool.pin(home, 5)));
        }
        inside.await();
        all.forEach(Running::awaitBlocked);
        goOn.countDown();
        for (Running<Frame> one : all) {
            ExecutionException failed = assertThrows(ExecutionException.class, one::get);
            assertEquals("page 5 cannot be read", failed.getCause().getMessage());
        }
        assertEquals(1, home.reads.get());
        assertNull(pool.pinResident(home, 5));
        home.onRead = number -> { };
        pool.pin(home, 5).unpin();
    }

    @Test
    @DisplayName("makes a page anew although somebody else's read of it fails")
    void pinNewAfterFailedLoad() throws Exception {
        home.onRead = number -> {
            stop();
            throw new DiskException("rotten");
        };
        Running<Frame> reader = start(() -> pool.pin(home, 5));
        inside.await();
        Running<Frame> maker = start(() -> pool.pinNew(home, 5));
        maker.awaitBlocked();
        goOn.countDown();
        assertThrows(ExecutionException.class, reader::get);
        maker.get().unpin();
    }

    @Test
    @DisplayName("lets a page be used while eviction writes it, and then lets it stay")
    void usedWhileWritten() throws Exception {
        for (int i = 0; i < FRAMES; i++) {
            put(i, 100 + i);
        }
        home.onWrite = number -> stop();
        Running<Frame> evictor = start(() -> pool.pin(home, 99));
        inside.await();
        long readsBefore = home.reads.get();
        for (int i = 0; i < FRAMES; i++) {
            assertEquals(100 + i, get(i), "the frame's bytes, not the disk's");
        }
        assertEquals(readsBefore, home.reads.get());
        List<Frame> pinned = new ArrayList<>();
        for (int i = 0; i < FRAMES - 1; i++) {
            pinned.add(pool.pin(home, i));
        }
        goOn.countDown();
        Frame loaded = evictor.get();
        for (int i = 0; i < FRAMES - 1; i++) {
            assertTrue(pinned.get(i).holds(home, i), "a pinned page was evicted");
            pinned.get(i).unpin();
        }
        loaded.unpin();
    }

    @Test
    @DisplayName("holds no lock during a write: other pages come and go meanwhile")
    void nothingLockedDuringWrite() throws Exception {
        put(1, 11);
        home.onWrite = number -> {
            if (number == 1) {
                stop();
            }
        };
        Running<Void> writer = start(() -> {
            pool.writeBack(home, 1);
            return null;
        });
        inside.await();
        for (int i = 2; i < 1000; i++) {
            put(i, i);
        }
        for (int i = 2; i < 1000; i++) {
            assertEquals(i, get(i));
        }
        goOn.countDown();
        writer.get();
        assertEquals(11, home.durable(1));
    }

    @Test
    @DisplayName("waits in writeBack for a write that is under way: what it promises is that the page was written")
    void writeBackWaits() throws Exception {
        put(1, 11);
        home.onWrite = number -> stop();
        Running<Void> first = start(() -> {
            pool.writeBack(home, 1);
            return null;
        });
        inside.await();
        Running<Long> second = start(() -> pool.writeBackAll(home, left -> true));
        second.awaitBlocked();
        assertEquals(0, home.durable(1));
        goOn.countDown();
        assertEquals(0, second.get());
        first.get();
        assertEquals(11, home.durable(1));
        assertEquals(1, home.writes.get());
    }

    @Test
    @DisplayName("writes for itself in writeBack when the write that it waited for failed")
    void writeBackAfterFailedWrite() throws Exception {
        put(1, 11);
        home.onWrite = number -> {
            stop();
            home.onWrite = n -> { };
            throw new DiskException("no");
        };
        Running<Void> first = start(() -> {
            pool.writeBack(home, 1);
            return null;
        });
        inside.await();
        Running<Long> second = start(() -> pool.writeBackAll(home, left -> true));
        second.awaitBlocked();
        goOn.countDown();
        assertThrows(ExecutionException.class, first::get);
        assertEquals(1, second.get());
        assertEquals(11, home.durable(1));
    }

    @Test
    @DisplayName("waits in discard for a write that is under way, for the number may be somebody else's afterwards")
    void discardWaits() throws Exception {
        put(1, 11);
        home.onWrite = number -> stop();
        Running<Void> writer = start(() -> {
            pool.writeBack(home, 1);
            return null;
        });
        inside.await();
        Running<Void> discarder = start(() -> {
            pool.discard(home, 1);
            return null;
        });
        discarder.awaitBlocked();
        goOn.countDown();
        writer.get();
        discarder.get();
        assertNull(pool.pinResident(home, 1));
    }

    @Test
    @DisplayName("waits with a write for whoever changes the page, and then writes the change")
    void writeWaitsForLatch() throws Exception {
        put(1, 11);
        Frame frame = pool.pin(home, 1);
        frame.latchExclusive();
        frame.page().putLong(0, 12);
        Running<Void> writer = start(() -> {
            pool.writeBack(home, 1);
            return null;
        });
        writer.awaitBlocked();
        frame.page().putLong(0, 13);
        frame.markDirty(1);
        frame.unlatchExclusive();
        writer.get();
        assertEquals(13, home.durable(1));
        assertFalse(frame.isDirty());
        frame.unpin();
    }

    @Test
    @DisplayName("finds a frame as soon as somebody unpins one")
    void waitsForAFrame() throws Exception {
        List<Frame> pinned = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            pinned.add(pool.pin(home, i));
        }
        Running<Frame> waiter = start(() -> pool.pin(home, 99));
        waiter.awaitBlocked();
        pinned.remove(0).unpin();
        waiter.get().unpin();
        pinned.forEach(Frame::unpin);
    }

    @Test
    @DisplayName("does not end a wait for a page by an interrupt (rule F3)")
    void interruptDoesNotEndAWait() throws Exception {
        home.onRead = number -> stop();
        Running<Frame> loader = start(() -> pool.pin(home, 5));
        inside.await();
        Running<Boolean> waiter = start(() -> {
            pool.pin(home, 5).unpin();
            return Thread.interrupted();
        });
        waiter.awaitBlocked();
        waiter.thread.interrupt();
        goOn.countDown();
        assertTrue(waiter.get(), "the interrupt was swallowed");
        loader.get().unpin();
    }

    private void stop() {
        inside.countDown();
        boolean interrupted = false;
        while (true) {
            try {
                goOn.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(long number, long value) {
        Frame frame = pool.pinNew(home, number);
        frame.latchExclusive();
        frame.page().putLong(0, value);
        frame.markDirty(1);
        frame.unlatchExclusive();
        frame.unpin();
    }

    private long get(long number) {
        Frame frame = pool.pin(home, number);
        long value = frame.page().getLong(0);
        frame.unpin();
        return value;
    }

    private static <T> Running<T> start(Callable<T> work) {
        Running<T> running = new Running<>(work);
        running.thread.setDaemon(true);
        running.thread.start();
        return running;
    }

    private static final class Running<T> {
        private final FutureTask<T> task;
        private final Thread thread;

        Running(Callable<T> work) {
            task = new FutureTask<>(work);
            thread = new Thread(task);
        }

        void awaitBlocked() {
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                assertFalse(task.isDone(), "it should have waited");
                Thread.onSpinWait();
            }
        }

        T get() throws Exception {
            return task.get(30, TimeUnit.SECONDS);
        }
    }
}
