package dev.afterimage.buffer;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.memory.PageMemory;
import dev.afterimage.races.Interleavings;

/** {@link Frame#markChangedByOwner}: a private page changes without the latch, beside those that write it and would have it leave. */
@DisplayName("A private page's frame, whatever the order of its owner and those who write it,")
public class PrivateFrameRacesTest {
    private static final PageMemory MEMORY = PageMemory.allocate(512, 1);
    private static final PageSpace SPACE = new MemorySpace();

    private final Frame frame = new Frame(0, MEMORY.page(0), 0);
    // The page, in two halves, and what was written of it; off-heap bytes are out of Lincheck's sight.
    private int left;
    private int right;
    private volatile int leftWritten;
    private volatile int rightWritten;
    private volatile boolean wanted = true;

    /** A frame with page 1. */
    public PrivateFrameRacesTest() {
        frame.become(SPACE, 1, 1);
        frame.publish(0);
    }

    @Test
    @DisplayName("is never clean while what was written is not what it holds")
    void few() {
        Interleavings.few(getClass(), 120);
    }

    @Test
    @Tag("campaign")
    @DisplayName("is so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** The owner changes it. */
    @Operation(nonParallelGroup = "owner")
    public void change() {
        if (frame.tryPin(SPACE, 1) == Frame.Pinning.PINNED) {
            wanted = true;
            left++;
            right++;
            frame.markChangedByOwner();
            frame.unpin();
        }
    }

    /** The owner changes it, and then wants none of it, and then changes it again. */
    @Operation(nonParallelGroup = "owner")
    public void changeLetBeAndChange() {
        change();
        if (frame.tryPin(SPACE, 1) == Frame.Pinning.PINNED) {
            wanted = false;
            frame.forgetChanges();
            frame.unpin();
        }
        change();
    }

    /** The background writer. */
    @Operation
    public void writeBehind() {
        if (frame.tryStartWritingUnpinned()) {
            write();
            frame.endWriting();
        }
    }

    /** An evictor. */
    @Operation
    public void evict() {
        if (!frame.tryOwn()) {
            return;
        }
        if (frame.isDirty()) {
            frame.ownToWriting();
            write();
            if (!frame.tryOwnAfterWriting()) {
                frame.endWriting();
                return;
            }
        }
        if (!frame.isDirty()) {
            demandWritten("leaves");
        }
        frame.publish(0);
    }

    private void write() {
        frame.latchShared();
        long changes = frame.changes();
        leftWritten = left;
        rightWritten = right;
        frame.written(changes);
        frame.unlatchShared();
    }

    private void demandWritten(String when) {
        if (wanted && (leftWritten != left || rightWritten != right)) {
            throw new IllegalStateException(when + " with " + left + " and " + right + ", written " + leftWritten + " and " + rightWritten);
        }
    }

    /** At rest. */
    @Validate
    public void cleanIsWritten() {
        if (!frame.isDirty()) {
            demandWritten("is clean");
        }
    }
}
