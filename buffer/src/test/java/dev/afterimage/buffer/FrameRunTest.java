package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.memory.OffHeapBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A run of frames")
class FrameRunTest {
    private final SuspiciousSpace space = new SuspiciousSpace("space");
    private final BufferPool pool = new BufferPool(256, 0, 16);
    private final FrameRun run = new FrameRun(pool);

    @AfterEach
    void close() {
        pool.close();
        assertEquals(0, space.offences.get());
    }

    private Frame dirty(long number) {
        Frame frame = pool.pinNew(space, number);
        frame.unpin();
        assertTrue(frame.isDirty());
        return frame;
    }

    @Test
    @DisplayName("claims dirty pages only; they are clean when it was written, and as dirty as before when not")
    void claims() {
        Frame first = dirty(1);
        Frame second = dirty(2);
        assertNull(run.claim(space, 3), "not resident");
        assertSame(first.page(), run.claim(space, 1));
        assertSame(second.page(), run.claim(space, 2));
        run.end(false);
        assertTrue(first.isDirty() && second.isDirty());
        assertEquals(0, pool.statistics().pagesWritten());
        assertNotNull(run.claim(space, 1));
        run.end(true);
        assertFalse(first.isDirty());
        assertTrue(second.isDirty());
        assertNull(run.claim(space, 1), "clean");
        assertEquals(1, pool.statistics().pagesWritten());
    }

    @Test
    @DisplayName("of more pages than it began with keeps each of them, and what is changed after the claim is dirty after the end")
    void grows() {
        Frame[] frames = new Frame[12];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = dirty(i);
            OffHeapBytes page = run.claim(space, i);
            assertSame(frames[i].page(), page);
        }
        Frame changed = pool.pin(space, 5);
        changed.markChangedByOwner();
        changed.unpin();
        run.end(true);
        for (int i = 0; i < frames.length; i++) {
            assertEquals(i == 5, frames[i].isDirty(), "page " + i);
        }
        pool.discard(space, 5);
    }
}
