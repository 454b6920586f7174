package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pages are brought ahead")
class PagePrefetchTest {
    /** Notes what is read; one page cannot be. */
    private static final class Noting implements PageSpace {
        final List<Long> read = new ArrayList<>();
        long broken = -1;

        @Override
        public String name() {
            return "noting";
        }

        @Override
        public void read(long number, OffHeapBytes page) {
            if (number == broken) {
                throw new DiskException("page " + number);
            }
            read.add(number);
        }

        @Override
        public void write(long number, OffHeapBytes page) {
            throw new AssertionError("nothing is dirty");
        }
    }

    private static final long[] PAGES = LongStream.iterate(3, page -> page + 7).limit(70).toArray();

    private final Noting space = new Noting();
    private final TestTasks tasks = new TestTasks();

    @Test
    @DisplayName("each once, in the order of the file, and stay")
    void inOrder() {
        try (BufferPool pool = new BufferPool(4096, 24, 100); PagePrefetch prefetch = PagePrefetch.start(tasks, 1, pool, space, PAGES)) {
            tasks.run();
            tasks.run();
            assertEquals(LongStream.of(PAGES).boxed().toList(), space.read);
            Frame frame = pool.pinResident(space, PAGES[69]);
            assertNotNull(frame);
            frame.unpin();
            for (long page : PAGES) {
                pool.discard(space, page); // which refuses a page that somebody has pinned
            }
        }
        assertFalse(tasks.isRunning(), "its task ends with it");
    }

    @Test
    @DisplayName("not at all where they do not fit")
    void tooMany() {
        try (BufferPool pool = new BufferPool(4096, 24, 80); PagePrefetch prefetch = PagePrefetch.start(tasks, 1, pool, space, PAGES)) {
            assertFalse(tasks.isRunning());
        }
    }

    @Test
    @DisplayName("up to one that cannot be read, which is told to who asks for it and to nobody else")
    void broken() {
        space.broken = PAGES[40];
        try (BufferPool pool = new BufferPool(4096, 24, 100); PagePrefetch prefetch = PagePrefetch.start(tasks, 1, pool, space, PAGES)) {
            tasks.run();
            tasks.run();
            assertEquals(40, space.read.size());
            assertNull(pool.pinResident(space, PAGES[40]));
            space.broken = -1;
            pool.pin(space, PAGES[40]).unpin();
            assertTrue(space.read.contains(PAGES[40]));
        }
    }

    @Test
    @DisplayName("not after the end")
    void closed() {
        try (BufferPool pool = new BufferPool(4096, 24, 100)) {
            PagePrefetch prefetch = PagePrefetch.start(tasks, 1, pool, space, PAGES);
            Runnable late = tasks::run;
            prefetch.close();
            late.run();
            assertEquals(List.of(), space.read);
        }
    }
}
