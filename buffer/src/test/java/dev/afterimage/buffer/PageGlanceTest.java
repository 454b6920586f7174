package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.afterimage.memory.OffHeapBytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A glance at pages")
class PageGlanceTest {
    private static final int FRAMES = 8;

    private final List<Long> read = new ArrayList<>();
    private final PageSpace space = new PageSpace() {
        @Override
        public String name() {
            return "glanced";
        }

        @Override
        public void read(long number, OffHeapBytes page) {
            read.add(number);
        }

        @Override
        public void write(long number, OffHeapBytes page) {
            throw new AssertionError("nothing is dirty");
        }
    };

    @Test
    @DisplayName("reads no page, keeps none from leaving, is no use of it, and takes any range for what it is: a hint")
    void hint() {
        try (BufferPool pool = new BufferPool(4096, 24, FRAMES)) {
            PageGlance glance = new PageGlance(pool, space);
            glance.add(1, 0, 100);
            glance.look();
            assertEquals(List.of(), read);
            pool.pin(space, 1).unpin();
            BufferStatistics before = pool.statistics();
            int[][] ranges = {{0, 0}, {0, 1}, {0, 4072}, {0, 4073}, {4071, 1}, {4072, 1}, {-1, 5}, {5, -1}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {Integer.MIN_VALUE, 1}, {60, 65_535}};
            for (int round = 0; round < 100; round++) { // more than it takes at once
                for (int[] range : ranges) {
                    glance.add(1, range[0], range[1]);
                }
            }
            glance.add(2, 0, 8);
            glance.look();
            assertEquals(before, pool.statistics());
            assertEquals(List.of(1L), read);
            for (long page = 2; page < 2 + FRAMES; page++) {
                pool.pin(space, page).unpin(); // each finds a frame that is not pinned
            }
            assertNull(pool.pinResident(space, 1), "a glance keeps no page");
            glance.add(1, 0, 8);
            glance.look();
        }
    }
}
