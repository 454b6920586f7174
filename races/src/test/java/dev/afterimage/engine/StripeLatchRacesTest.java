package dev.afterimage.engine;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link StripeLatch}: plain fields behind it are as if one thread had them. */
@DisplayName("The latch of a stripe, whatever the order of those who take it,")
public class StripeLatchRacesTest {
    private final StripeLatch latch = new StripeLatch() {
    };
    private int first;
    private int second;

    @Test
    @DisplayName("lets one in at a time")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Changes two fields, and returns what they were. */
    @Operation
    public int change() {
        latch.lock();
        try {
            int before = first;
            first = before + 1;
            if (second != before) {
                throw new IllegalStateException("found " + before + " and " + second);
            }
            second = first;
            return before;
        } finally {
            latch.unlock();
        }
    }

    /** Reads them. */
    @Operation
    public int look() {
        latch.lock();
        try {
            return first + second;
        } finally {
            latch.unlock();
        }
    }
}
