package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pages that are held")
class HeldPagesTest {
    private static final int PAGE_SIZE = 4096;

    private final List<Long> read = new ArrayList<>();
    private final Map<Long, Long> written = new HashMap<>();
    private final PageSpace space = new PageSpace() {
        @Override
        public String name() {
            return "held";
        }

        @Override
        public void read(long number, OffHeapBytes page) {
            if (number == 666) {
                throw new DiskException("in a test");
            }
            read.add(number);
            page.putLong(100, number);
        }

        @Override
        public void write(long number, OffHeapBytes page) {
            written.put(number, page.getLong(100));
        }
    };

    private static boolean isHeld(Frame frame) {
        if (frame.tryLatchShared()) {
            frame.unlatchShared();
            return false;
        }
        return true;
    }

    private Frame resident(BufferPool pool, long number) {
        Frame frame = pool.pinResident(space, number);
        frame.unpin();
        return frame;
    }

    @Test
    @DisplayName("are pinned and latched from the first call until they are let go, and read once")
    void held() {
        try (BufferPool pool = new BufferPool(PAGE_SIZE, 24, 64)) {
            HeldPages pages = new HeldPages(pool, space, 1);
            for (int round = 0; round < 3; round++) {
                for (long number = 50; number > 0; number--) { // enough for the table to grow
                    assertEquals(number, pages.hold(number).getLong(100));
                }
            }
            assertEquals(50, read.size());
            for (long number = 1; number <= 50; number++) {
                assertTrue(isHeld(resident(pool, number)), "page " + number);
                long pinned = number;
                assertThrows(IllegalStateException.class, () -> pool.discard(space, pinned));
            }
            pages.letGo();
            pages.letGo();
            for (long number = 1; number <= 50; number++) {
                assertFalse(isHeld(resident(pool, number)), "page " + number);
                pool.discard(space, number);
            }
        }
    }

    /** Redo marks the first of a page's changes only: a checkpoint later must not begin behind it. */
    @Test
    @DisplayName("are dirty from their first change on, from its LSN, and go home with all changes; those that were only looked at stay clean")
    void dirty() {
        try (BufferPool pool = new BufferPool(PAGE_SIZE, 24, 16)) {
            HeldPages pages = new HeldPages(pool, space, 1);
            pages.hold(1).putLong(100, 11);
            pages.changed(500);
            pages.hold(2);
            pages.hold(3).putLong(100, 33);
            pages.changed(600);
            pages.hold(1).putLong(100, 12);
            pages.changed(700);
            assertEquals(500, resident(pool, 1).recoveryLsn());
            assertEquals(600, resident(pool, 3).recoveryLsn());
            assertFalse(resident(pool, 2).isDirty());
            assertFalse(pool.writeIfUnused(resident(pool, 1)), "nobody writes a page that is held");
            pages.letGo();
            assertEquals(2, pool.writeBackAll(space, left -> true));
            assertEquals(Map.of(1L, 12L, 3L, 33L), written);
            pages.hold(1).putLong(100, 13);
            assertFalse(resident(pool, 1).isDirty(), "a mark from before it was let go counts no more");
            pages.changed(800);
            assertEquals(800, resident(pool, 1).recoveryLsn());
            pages.letGo();
        }
    }

    @Test
    @DisplayName("are no more than their part of the pool: the next one is held in place of all before it")
    void most() {
        try (BufferPool pool = new BufferPool(PAGE_SIZE, 24, 32)) {
            HeldPages[] parts = {new HeldPages(pool, space, 2), new HeldPages(pool, space, 2)};
            for (long number = 1; number <= 14; number++) {
                for (HeldPages part : parts) {
                    part.hold(part == parts[0] ? number : 100 + number).putLong(100, -number);
                    part.changed(number);
                }
            }
            pool.pin(space, 1000).unpin(); // there is room left for others
            Frame first = resident(pool, 1);
            assertTrue(isHeld(first));
            parts[0].hold(15);
            assertFalse(isHeld(first));
            assertTrue(isHeld(resident(pool, 15)));
            assertTrue(isHeld(resident(pool, 101)));
            assertEquals(1, first.recoveryLsn());
            for (HeldPages part : parts) {
                part.letGo();
            }
            assertEquals(28, pool.writeBackAll(space, left -> true));
        }
        try (BufferPool pool = new BufferPool(PAGE_SIZE, 24, 4)) {
            HeldPages one = new HeldPages(pool, space, 8);
            for (long number = 1; number <= 20; number++) {
                assertEquals(number, one.hold(number).getLong(100));
            }
        }
    }

    @Test
    @DisplayName("a page that cannot be read is not held, and those before it still are")
    void unreadable() {
        try (BufferPool pool = new BufferPool(PAGE_SIZE, 24, 16)) {
            HeldPages pages = new HeldPages(pool, space, 1);
            OffHeapBytes first = pages.hold(1);
            assertThrows(DiskException.class, () -> pages.hold(666));
            assertSame(first, pages.hold(1));
            pages.letGo();
            assertFalse(isHeld(resident(pool, 1)));
        }
    }

    @Test
    @DisplayName("are looked at ahead without being read, held, or used by it, and any range is taken for what it is: a hint")
    void hint() {
        try (BufferPool pool = new BufferPool(PAGE_SIZE, 24, 8)) {
            HeldPages pages = new HeldPages(pool, space, 1);
            pages.foresee(1, 0, 100);
            pages.look();
            assertEquals(List.of(), read);
            pages.hold(1);
            BufferStatistics before = pool.statistics();
            int[][] ranges = {{0, 0}, {0, 1}, {0, 4096}, {0, 4097}, {4095, 1}, {4096, 1}, {-1, 5}, {5, -1}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {Integer.MIN_VALUE, 1}, {60, 65_535}, {4000, 96}};
            for (int round = 0; round < 100; round++) { // more than it takes at once
                for (int[] range : ranges) {
                    pages.foresee(1, range[0], range[1]);
                }
            }
            pages.foresee(2, 0, 8);
            pages.look();
            assertEquals(before, pool.statistics());
            assertEquals(List.of(1L), read);
            pages.letGo();
        }
    }
}
