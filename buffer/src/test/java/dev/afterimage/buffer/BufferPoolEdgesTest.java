package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.spi.storage.DiskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What mutants lived on: pages that change hands between two looks at them, and more of them than usual. */
@DisplayName("A buffer pool, at its edges,")
class BufferPoolEdgesTest {
    private static final int PAGE_SIZE = 512;

    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 24, 200, Duration.ofMillis(20));

    @AfterEach
    void close() {
        pool.close();
        assertEquals(0, home.offences.get());
    }

    @Test
    @DisplayName("takes two frames, and no fewer; and says which headers it takes")
    void sizes() {
        try (BufferPool smallest = new BufferPool(PAGE_SIZE, PAGE_SIZE - 1, 2)) {
            assertEquals(2, smallest.frames());
            Frame first = smallest.pin(home, 1);
            smallest.pin(home, 2).unpin();
            smallest.pin(home, 3).unpin();
            assertEquals(1, first.usable().length());
            first.unpin();
        }
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> new BufferPool(PAGE_SIZE, PAGE_SIZE, 2));
        assertTrue(refused.getMessage().contains("0 to 511"), refused.getMessage());
    }

    @Test
    @DisplayName("writes all dirty pages, however many, and none twice")
    void manyDirtyPages() {
        for (int page = 0; page < 150; page++) {
            put(page, 1000 + page, 10 + page);
        }
        List<Long> written = new ArrayList<>();
        home.onWrite = written::add;
        assertEquals(150, pool.writeBackAll(home, left -> true));
        for (int page = 0; page < 150; page++) {
            assertEquals(page, written.get(page));
            assertEquals(1000 + page, home.durable(page));
        }
        assertEquals(Frame.NO_RECOVERY_LSN, pool.oldestDirtyLsn(home));
    }

    @Test
    @DisplayName("counts a hit by pinResident like any other")
    void pinResident() {
        put(1, 1, 1);
        long hits = pool.statistics().hits();
        Frame frame = pool.pinResident(home, 1);
        assertNotNull(frame);
        assertEquals(hits + 1, pool.statistics().hits());
        frame.unpin();
    }

    @Test
    @DisplayName("leaves alone a page that was written by somebody else since it was chosen as old, or as one of all")
    void writtenMeanwhile() {
        put(1, 1, 10);
        put(2, 2, 20);
        assertEquals(1, pool.writeBackOlder(home, 100, left -> {
            pool.writeBack(home, 2);
            return true;
        }));
        put(1, 3, 30);
        put(2, 4, 40);
        assertEquals(1, pool.writeBackAll(home, left -> {
            pool.writeBack(home, 2);
            return true;
        }));
        assertEquals(4, home.writes.get());
    }

    @Test
    @DisplayName("does not write in the background what somebody uses, writes or holds latched, nor what is clean, and leaves it as it was")
    void writeIfUnused() {
        put(1, 11, 10);
        Frame frame = pool.pin(home, 1);
        assertFalse(pool.writeIfUnused(frame), "pinned");
        assertTrue(frame.isPinned() && !frame.isBeingWritten() && !frame.isOwned());
        frame.unpin();
        frame.latchExclusive();
        assertFalse(pool.writeIfUnused(frame), "latched");
        frame.unlatchExclusive();
        AtomicBoolean twice = new AtomicBoolean();
        home.onWrite = number -> twice.set(pool.writeIfUnused(frame));
        assertTrue(pool.writeIfUnused(frame));
        assertFalse(twice.get(), "being written");
        assertEquals(1, home.writes.get());
        assertEquals(11, home.durable(1));
        assertFalse(pool.writeIfUnused(frame), "clean");
        assertEquals(1, home.writes.get());
        assertFalse(frame.isBeingWritten() || frame.isPinned() || frame.isDirty());
        pool.discard(home, 1);
        assertFalse(pool.writeIfUnused(frame), "free");
        assertTrue(frame.isOwned());
    }

    @Test
    @DisplayName("lets go of the latch and of the right to write where a write fails")
    void writeFails() {
        put(1, 11, 10);
        home.onWrite = number -> {
            throw new DiskException("no");
        };
        Frame frame = pool.pin(home, 1);
        assertThrows(DiskException.class, () -> pool.writeBack(home, 1));
        assertThrows(DiskException.class, () -> pool.writeBackOlder(home, 100, left -> true));
        assertFalse(frame.isBeingWritten());
        frame.unpin();
        assertThrows(DiskException.class, () -> pool.writeIfUnused(frame));
        assertFalse(frame.isBeingWritten());
        assertThrows(IllegalStateException.class, frame::unlatchShared);
        home.onWrite = number -> { };
        assertEquals(10, frame.recoveryLsn());
        assertTrue(pool.writeIfUnused(frame));
    }

    @Test
    @DisplayName("makes a page of zeros in a frame that held another page's bytes, dirty for the eyes of eviction")
    void newPageInAnOldFrame() {
        for (int page = 0; page < 400; page++) {
            Frame frame = pool.pin(home, page);
            frame.latchExclusive();
            frame.page().fill(0, PAGE_SIZE, (byte) 0x5A);
            frame.markDirty(1);
            frame.unlatchExclusive();
            frame.unpin();
        }
        for (int page = 1000; page < 1200; page++) {
            Frame frame = pool.pinNew(home, page);
            assertTrue(frame.page().isZero(0, PAGE_SIZE), "bytes of another page");
            assertTrue(frame.isDirty());
            assertEquals(Frame.NO_RECOVERY_LSN, frame.recoveryLsn(), "of the page before it");
            frame.unpin();
        }
        assertTrue(pool.statistics().evictions() >= 400);
    }

    @Test
    @DisplayName("tells which pages of a space are dirty since when: none that is clean, another space's, or unknown to the log")
    void dirtyPages() {
        assertEquals(PAGE_SIZE, pool.pageSize());
        SuspiciousSpace spill = new SuspiciousSpace("spill");
        for (int page = 0; page < 5; page++) {
            put(page, 1, 10 + page);
        }
        put(4, 2, 7);
        Frame other = pool.pin(spill, 9);
        other.latchExclusive();
        other.markDirty(1);
        other.unlatchExclusive();
        other.unpin();
        pool.pinNew(home, 6).unpin();
        pool.writeBack(home, 2);
        Map<Long, Long> told = new TreeMap<>();
        pool.forEachDirty(home, told::put);
        assertEquals(Map.of(0L, 10L, 1L, 11L, 3L, 13L, 4L, 7L), told);
        told.clear();
        pool.forEachDirty(spill, told::put);
        assertEquals(Map.of(9L, 1L), told);
        pool.writeBackAll(home, left -> true);
        told.clear();
        pool.forEachDirty(home, told::put);
        assertEquals(Map.of(), told);
    }

    @Test
    @DisplayName("keeps no latch of a page that it made anew where it was resident")
    void newPageOverAResidentOne() {
        put(1, 11, 10);
        Frame frame = pool.pinNew(home, 1);
        assertTrue(frame.tryLatchShared());
        frame.unlatchShared();
        assertTrue(frame.isDirty());
        assertEquals(10, frame.recoveryLsn());
        frame.unpin();
    }

    private void put(long number, long value, long recoveryLsn) {
        Frame frame = pool.pin(home, number);
        frame.latchExclusive();
        frame.page().putLong(0, value);
        frame.markDirty(recoveryLsn);
        frame.unlatchExclusive();
        frame.unpin();
    }
}
