package dev.afterimage.buffer;

import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link RedoPoint} and its {@link ChangeEpochs}: step 2 of the proof behind full-page images. */
@DisplayName("A redo point that moves, whatever the order of commits and checkpoints,")
public class RedoPointRacesTest {
    private final RedoPoint point = new RedoPoint(0);
    /** For each redo point, how many are deciding by it. */
    private final AtomicInteger[] deciding = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger(), new AtomicInteger(), new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
    private final AtomicInteger lastPoint = new AtomicInteger();

    @Test
    @DisplayName("is waited for until nobody decides by an older one, and nobody waits for ever")
    void few() {
        Interleavings.few(getClass(), 250);
    }

    @Test
    @Tag("campaign")
    @DisplayName("is so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** A commit, which decides by the redo point it sees. */
    @Operation
    public void commit() {
        long epoch = point.enter();
        AtomicInteger mine = deciding[(int) point.lsn()];
        mine.getAndIncrement();
        mine.getAndDecrement();
        point.leave(epoch);
    }

    /** A checkpoint. */
    @Operation(nonParallelGroup = "checkpoint")
    public void checkpoint() {
        int next = lastPoint.incrementAndGet();
        point.advanceTo(next);
        for (int older = 0; older < next; older++) {
            if (deciding[older].get() != 0) {
                throw new IllegalStateException("the redo point is " + next + ", and somebody still decides by " + older);
            }
        }
        point.becameDurable(next);
    }

    /** One that only waits for those who came before. */
    @Operation
    public void await() {
        point.awaitEntered();
    }
}
