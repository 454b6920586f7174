package dev.afterimage.buffer;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** Page table, frames and eviction together: three counters in a pool of two frames. */
@DisplayName("Three pages in a pool of two frames, whatever the order of their users,")
public class BufferPoolRacesTest {
    private final MemorySpace space = new MemorySpace();
    /** An access that Lincheck sees. */
    private volatile int switches;
    private final BufferPool pool = new BufferPool(512, 0, 2);

    /** Two of the three are resident. */
    public BufferPoolRacesTest() {
        pool.pin(space, 1).unpin();
        pool.pin(space, 2).unpin();
    }

    @Test
    @DisplayName("count each change once, in one order that all see")
    void few() {
        Interleavings.few(getClass(), 15);
    }

    @Test
    @Tag("campaign")
    @DisplayName("do so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Adds one to a counter, and says what it is then. */
    @Operation
    public long incrementFirst() {
        return increment(1);
    }

    /** The same for another. */
    @Operation
    public long incrementSecond() {
        return increment(2);
    }

    /** The same for a third. */
    @Operation
    public long incrementThird() {
        return increment(3);
    }

    private long increment(long number) {
        Frame frame = pool.pin(space, number);
        frame.latchExclusive();
        long value = frame.page().getLong(0) + 1;
        switches++;
        frame.page().putLong(0, value);
        frame.markDirty(value);
        frame.unlatchExclusive();
        frame.unpin();
        return value;
    }

    /** Writes one page home. */
    @Operation
    public void writeBack() {
        pool.writeBack(space, 1);
    }

    /** A checkpoint: all that is dirty goes home. */
    @Operation
    public void writeBackAll() {
        pool.writeBackAll(space, left -> true);
    }

    /** All frames can be had. */
    @Validate
    public void noPinIsLeft() {
        Frame first = pool.pin(space, 8);
        Frame second = pool.pin(space, 9);
        second.unpin();
        first.unpin();
    }
}
