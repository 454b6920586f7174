package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.CacheExhaustedException;
import dev.afterimage.api.StoreClosedException;
import dev.afterimage.memory.MemoryLeaks;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A buffer pool, used by one thread,")
class BufferPoolTest {
    private static final int PAGE_SIZE = 512;
    private static final int FRAMES = 16;

    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final SuspiciousSpace spill = new SuspiciousSpace("spill");
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 24, FRAMES, Duration.ofMillis(20));

    @AfterEach
    void close() {
        pool.close();
        assertEquals(0, home.offences.get() + spill.offences.get());
    }

    @Test
    @DisplayName("reads a page once and finds it afterwards")
    void hit() {
        home.putDurable(7, PAGE_SIZE, 42);
        Frame first = pool.pin(home, 7);
        assertEquals(42, first.page().getLong(0));
        assertSame(home, first.space());
        assertEquals(7, first.number());
        first.unpin();
        Frame second = pool.pin(home, 7);
        assertSame(first, second);
        second.unpin();
        assertEquals(new BufferStatistics(1, 1, 0, 0), pool.statistics());
        assertEquals(1, home.reads.get());
    }

    @Test
    @DisplayName("keeps pages of the same number in different spaces apart")
    void spaces() {
        home.putDurable(7, PAGE_SIZE, 1);
        spill.putDurable(7, PAGE_SIZE, 2);
        assertEquals(1, first(home, 7));
        assertEquals(2, first(spill, 7));
        assertEquals(1, first(home, 7));
    }

    @Test
    @DisplayName("shows the usable part behind the header, over the same bytes")
    void usable() {
        Frame frame = pool.pinNew(home, 1);
        frame.page().putLong(24, 99);
        assertEquals(99, frame.usable().getLong(0));
        assertEquals(PAGE_SIZE - 24, frame.usable().length());
        assertSame(frame.usable(), frame.usable());
        frame.unpin();
    }

    @Test
    @DisplayName("makes a new page without reading, zeroed and dirty, even over a resident one")
    void pinNew() {
        put(home, 3, 77, 5);
        pool.writeBack(home, 3);
        Frame again = pool.pinNew(home, 3);
        assertTrue(again.isDirty());
        assertTrue(again.page().isZero(0, PAGE_SIZE));
        again.unpin();
        Frame other = pool.pinNew(home, 4);
        assertTrue(other.isDirty());
        assertTrue(other.page().isZero(0, PAGE_SIZE));
        other.unpin();
        assertEquals(1, home.reads.get(), "only the first put read its page");
    }

    @Test
    @DisplayName("finds a page with pinResident only if it is there")
    void pinResident() {
        assertNull(pool.pinResident(home, 1));
        first(home, 1);
        Frame frame = pool.pinResident(home, 1);
        assertNotNull(frame);
        frame.unpin();
        assertEquals(1, home.reads.get());
    }

    @Test
    @DisplayName("writes a dirty page before it leaves, and reads it back as it was")
    void evictionWrites() {
        for (int i = 0; i < 100; i++) {
            put(home, i, 1000 + i, i + 1);
        }
        for (int i = 0; i < 100; i++) {
            assertEquals(1000 + i, first(home, i));
        }
        assertTrue(pool.statistics().evictions() >= 184);
        assertTrue(pool.statistics().pagesWritten() >= 84);
    }

    @Test
    @DisplayName("never evicts a pinned page, and says how many frames there are when all are pinned")
    void exhausted() {
        List<Frame> pinned = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            pinned.add(pool.pin(home, i));
        }
        CacheExhaustedException exhausted = assertThrows(CacheExhaustedException.class, () -> pool.pin(home, 99));
        assertTrue(exhausted.getMessage().contains("all 16 frames"), exhausted.getMessage());
        pinned.remove(3).unpin();
        pool.pin(home, 99).unpin();
        assertEquals(0, first(home, 0));
        pinned.forEach(Frame::unpin);
    }

    @Test
    @DisplayName("waits its full time for a frame with an interrupt pending, and keeps the interrupt (rule F3)")
    void exhaustedInterrupted() {
        List<Frame> pinned = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            pinned.add(pool.pin(home, i));
        }
        Thread.currentThread().interrupt();
        long start = System.nanoTime();
        assertThrows(CacheExhaustedException.class, () -> pool.pin(home, 99));
        assertTrue(System.nanoTime() - start >= 15_000_000, "gave up at once");
        assertTrue(Thread.interrupted(), "the interrupt was swallowed");
        pinned.forEach(Frame::unpin);
    }

    @Test
    @DisplayName("passes a read error on and is as before: the next pin reads again")
    void readFails() {
        home.putDurable(5, PAGE_SIZE, 50);
        home.onRead = number -> {
            throw new DiskException("the arm is broken");
        };
        for (int i = 0; i < FRAMES * 3; i++) {
            assertThrows(DiskException.class, () -> pool.pin(home, 5));
        }
        home.onRead = number -> { };
        assertEquals(50, first(home, 5));
        for (int i = 0; i < FRAMES; i++) {
            pool.pin(home, i);
        }
        assertThrows(CacheExhaustedException.class, () -> pool.pin(home, 99), "no frame was lost or gained");
    }

    @Test
    @DisplayName("keeps a page that could not be written dirty and resident, and passes the error on")
    void writeBackFails() {
        put(home, 5, 55, 9);
        home.onWrite = number -> {
            throw new DiskException("no");
        };
        assertThrows(DiskException.class, () -> pool.writeBack(home, 5));
        assertThrows(DiskException.class, () -> pool.writeBackAll(home, left -> true));
        assertEquals(9, pool.oldestDirtyLsn(home));
        assertEquals(0, home.durable(5));
        Frame frame = pool.pinResident(home, 5);
        assertNotNull(frame);
        assertTrue(frame.isDirty());
        assertEquals(55, frame.page().getLong(0));
        frame.unpin();
        home.onWrite = number -> { };
        assertEquals(1, pool.writeBackAll(home, left -> true));
        assertEquals(55, home.durable(5));
        assertEquals(Frame.NO_RECOVERY_LSN, pool.oldestDirtyLsn(home));
    }

    @Test
    @DisplayName("passes the error of a write on to whoever needs the frame, and loses nothing")
    void evictionFails() {
        for (int i = 0; i < FRAMES; i++) {
            put(home, i, 100 + i, 1);
        }
        home.onWrite = number -> {
            throw new DiskException("no");
        };
        assertThrows(DiskException.class, () -> pool.pin(home, 99));
        for (int i = 0; i < FRAMES; i++) {
            assertEquals(100 + i, first(home, i));
        }
        home.onWrite = number -> { };
        pool.pin(home, 99).unpin();
        for (int i = 0; i < FRAMES; i++) {
            assertEquals(100 + i, first(home, i));
        }
    }

    @Test
    @DisplayName("goes on reading on a full disk as long as one clean page can leave (rule F2)")
    void fullDisk() {
        for (int i = 0; i < FRAMES - 1; i++) {
            put(spill, i, 100 + i, Frame.NO_RECOVERY_LSN);
        }
        spill.onWrite = number -> {
            throw new DiskFullException("full");
        };
        for (int i = 0; i < 50; i++) {
            assertEquals(0, first(home, i));
        }
        put(home, 50, 1, 1);
        home.onWrite = spill.onWrite;
        assertThrows(DiskFullException.class, () -> pool.pin(home, 51));
        spill.onWrite = number -> { };
        for (int i = 0; i < FRAMES - 1; i++) {
            assertEquals(100 + i, first(spill, i));
        }
    }

    @Test
    @DisplayName("keeps the smallest recovery LSN since the last completed write")
    void recoveryLsn() {
        put(home, 1, 1, 30);
        put(home, 1, 2, 20);
        put(home, 1, 3, 40);
        put(home, 2, 1, 25);
        put(spill, 1, 1, 5);
        assertEquals(20, pool.oldestDirtyLsn(home));
        assertEquals(5, pool.oldestDirtyLsn(spill));
        pool.writeBack(home, 1);
        assertEquals(25, pool.oldestDirtyLsn(home));
        put(home, 1, 4, 60);
        pool.writeBack(home, 2);
        assertEquals(60, pool.oldestDirtyLsn(home));
    }

    @Test
    @DisplayName("refuses to mark a page dirty without a pin and the latch")
    void markDirty() {
        Frame frame = pool.pin(home, 1);
        assertThrows(IllegalStateException.class, () -> frame.markDirty(1));
        frame.latchShared();
        assertThrows(IllegalStateException.class, () -> frame.markDirty(1));
        frame.unlatchShared();
        frame.unpin();
        assertThrows(IllegalStateException.class, frame::unpin);
        assertThrows(IllegalStateException.class, frame::unlatchExclusive);
        assertThrows(IllegalStateException.class, frame::unlatchShared);
        assertEquals(0, first(home, 1));
    }

    @Test
    @DisplayName("writes all dirty pages of one space in page order, pinned ones too, and nothing else")
    void writeBackAll() {
        long[] numbers = {9, 2, 7, 4, 1};
        for (long number : numbers) {
            put(home, number, number, 1);
        }
        put(spill, 3, 3, 1);
        first(home, 5);
        Frame pinned = pool.pin(home, 7);
        List<Long> order = new ArrayList<>();
        List<Long> left = new ArrayList<>();
        home.onWrite = order::add;
        assertEquals(5, pool.writeBackAll(home, pagesLeft -> {
            left.add(pagesLeft);
            return true;
        }));
        pinned.unpin();
        assertEquals(List.of(1L, 2L, 4L, 7L, 9L), order);
        assertEquals(List.of(5L, 4L, 3L, 2L, 1L), left);
        assertEquals(0, spill.writes.get());
        assertEquals(0, pool.writeBackAll(home, pagesLeft -> true));
    }

    @Test
    @DisplayName("stops writing all pages when told to")
    void writeBackAllStops() {
        for (int i = 0; i < 5; i++) {
            put(home, i, i, 1);
        }
        assertEquals(2, pool.writeBackAll(home, left -> left > 3));
        assertEquals(2, home.writes.get());
        assertEquals(3, pool.writeBackAll(home, left -> true));
    }

    @Test
    @DisplayName("forgets a discarded page unwritten, and gives its frame to others")
    void discard() {
        home.putDurable(1, PAGE_SIZE, 10);
        put(home, 1, 11, 1);
        pool.discard(home, 1);
        pool.discard(home, 1);
        assertEquals(0, home.writes.get());
        assertEquals(Frame.NO_RECOVERY_LSN, pool.oldestDirtyLsn(home));
        assertEquals(10, first(home, 1));
        Frame pinned = pool.pin(home, 1);
        assertThrows(IllegalStateException.class, () -> pool.discard(home, 1));
        pinned.unpin();
        for (int round = 0; round < 10 * FRAMES; round++) {
            put(spill, round, round, 1);
            pool.discard(spill, round);
        }
        assertEquals(0, pool.statistics().evictions(), "discarded frames are taken first");
    }

    @Test
    @DisplayName("writes dirty pages near their eviction in the background, so that who needs a frame need not")
    void writeBehind() {
        TestTasks tasks = new TestTasks();
        pool.writeBehind(tasks);
        assertThrows(IllegalStateException.class, () -> pool.writeBehind(tasks));
        tasks.run();
        for (int i = 0; i < FRAMES; i++) {
            put(home, i, i, 1);
        }
        assertEquals(0, home.writes.get());
        tasks.run();
        long behind = home.writes.get();
        assertTrue(behind > 0 && behind < FRAMES, behind + " pages");
        first(home, 100);
        assertEquals(behind, home.writes.get(), "a clean page could leave");
        for (int i = 0; i < FRAMES; i++) {
            first(home, 200 + i);
        }
        assertTrue(tasks.wakes > 0, "who had to write for itself wakes the writer");
    }

    @Test
    @DisplayName("leaves a page dirty that the background writer could not write, and reports it to whoever needs it")
    void writeBehindFails() {
        TestTasks tasks = new TestTasks();
        pool.writeBehind(tasks);
        for (int i = 0; i < FRAMES; i++) {
            put(home, i, 1 + i, 1);
        }
        home.onWrite = number -> {
            throw new DiskException("no");
        };
        tasks.run();
        assertThrows(DiskException.class, () -> pool.writeBackAll(home, left -> true));
        home.onWrite = number -> { };
        assertEquals(FRAMES, pool.writeBackAll(home, left -> true));
    }

    @Test
    @DisplayName("lets go of its memory when closed, writes nothing, and says so to later callers")
    void closing() {
        MemoryLeaks.startTracing();
        TestTasks tasks = new TestTasks();
        BufferPool other = new BufferPool(PAGE_SIZE, 0, 64);
        other.writeBehind(tasks);
        Frame frame = other.pin(home, 1);
        frame.latchExclusive();
        frame.page().putLong(0, 1);
        frame.markDirty(1);
        frame.unlatchExclusive();
        home.onWrite = number -> {
            throw new DiskException("the store has failed");
        };
        other.close();
        other.close();
        MemoryLeaks.assertNone();
        assertFalse(tasks.isRunning());
        assertEquals(0, home.writes.get());
        assertThrows(StoreClosedException.class, () -> other.pin(home, 1));
        assertThrows(StoreClosedException.class, () -> other.pinNew(home, 2));
        assertThrows(IllegalStateException.class, () -> frame.page().getLong(0));
        frame.unpin();
    }

    @Test
    @DisplayName("refuses sizes that make no sense")
    void sizes() {
        assertThrows(IllegalArgumentException.class, () -> new BufferPool(PAGE_SIZE, PAGE_SIZE, 16));
        assertThrows(IllegalArgumentException.class, () -> new BufferPool(PAGE_SIZE, -1, 16));
        assertThrows(IllegalArgumentException.class, () -> new BufferPool(PAGE_SIZE, 0, 1));
    }

    @Test
    @DisplayName("copies pages byte for byte through eviction")
    void bytesSurvive() {
        byte[] expected = new byte[PAGE_SIZE];
        new java.util.Random(1).nextBytes(expected);
        Frame frame = pool.pinNew(home, 77);
        frame.latchExclusive();
        frame.page().put(0, expected, 0, PAGE_SIZE);
        frame.markDirty(1);
        frame.unlatchExclusive();
        frame.unpin();
        for (int i = 0; i < 50; i++) {
            first(spill, i);
        }
        assertNull(pool.pinResident(home, 77));
        byte[] found = new byte[PAGE_SIZE];
        Frame again = pool.pin(home, 77);
        again.page().get(0, found, 0, PAGE_SIZE);
        again.unpin();
        assertArrayEquals(expected, found);
    }

    private long first(PageSpace space, long number) {
        Frame frame = pool.pin(space, number);
        try {
            OffHeapBytes page = frame.page();
            return page.getLong(0);
        } finally {
            frame.unpin();
        }
    }

    private void put(PageSpace space, long number, long value, long recoveryLsn) {
        Frame frame = pool.pin(space, number);
        frame.latchExclusive();
        frame.page().putLong(0, value);
        frame.markDirty(recoveryLsn);
        frame.unlatchExclusive();
        frame.unpin();
    }
}
