package dev.afterimage.buffer;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.memory.PageMemory;
import dev.afterimage.races.Interleavings;

/** The state word of {@link Frame}: no operation returns anything, so all that can go wrong is an exception, which no run of one after the other throws. */
@DisplayName("A frame's state word, whatever the order of its readers, writers and evictors,")
public class FrameRacesTest {
    private static final PageMemory MEMORY = PageMemory.allocate(512, 1);
    private static final PageSpace SPACE = new MemorySpace();

    private static final long LSN = 7;

    private final Frame frame = new Frame(0, MEMORY.page(0), 0);

    /** A frame with page 1, dirty. */
    public FrameRacesTest() {
        frame.become(SPACE, 1, 1);
        frame.publish(1);
        frame.latchExclusive();
        frame.markDirty(LSN);
        frame.unlatchExclusive();
        frame.unpin();
    }

    @Test
    @DisplayName("keeps a pinned page where it is, lets one thread write, and loses no pin")
    void few() {
        Interleavings.few(getClass(), 120);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** A reader. */
    @Operation
    public void useFirst() {
        use(1);
    }

    /** A reader of the page that takes the first one's place. */
    @Operation
    public void useSecond() {
        use(2);
    }

    private void use(long number) {
        if (frame.tryPin(SPACE, number) == Frame.Pinning.PINNED) {
            demand(frame.holds(SPACE, number) && frame.isPinned() && !frame.isOwned(), "pinned page " + number);
            frame.unpin();
        }
    }

    /** One that changes the page, which has just been written home. */
    @Operation
    public void change() {
        writeBack();
        if (frame.tryPin(SPACE, 1) == Frame.Pinning.PINNED) {
            frame.latchExclusive();
            frame.markDirty(LSN);
            demand(frame.isDirty() && frame.recoveryLsn() == LSN, "marked dirty");
            frame.unlatchExclusive();
            frame.unpin();
        }
    }

    /** A checkpoint that asks from where redo would have to begin for this page: whoever sees it dirty sees that. */
    @Operation
    public void ask() {
        long changes = frame.changes();
        boolean none = frame.recoveryLsn() == Frame.NO_RECOVERY_LSN;
        boolean writing = frame.isBeingWritten(); // a write that has come home already takes the LSN away first
        demand(!none || writing || !frame.isDirty() || frame.changes() != changes, "dirty without a recovery LSN");
    }

    /** A checkpoint, which writes pinned pages too. */
    @Operation
    public void writeBack() {
        if (frame.tryStartWriting()) {
            write();
            frame.endWriting();
        }
    }

    /** An evictor that finds the page clean, or claims it for writing instead. */
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
            if (frame.isDirty()) {
                frame.publish(0); // changed between the write and the owning
                return;
            }
        }
        demand(!frame.isPinned() && !frame.isBeingWritten() && !frame.isDirty(), "owned");
        frame.become(SPACE, 3 - frame.number(), 1);
        frame.publish(0);
    }

    private void write() {
        long number = frame.number();
        frame.latchShared();
        long changes = frame.changes();
        demand(frame.isBeingWritten() && !frame.isOwned() && frame.number() == number, "being written");
        frame.written(changes);
        frame.unlatchShared();
    }

    /** At rest nobody has it. */
    @Validate
    public void nobodyHasIt() {
        demand(!frame.isPinned() && !frame.isOwned() && !frame.isBeingWritten(), "at rest");
        demand(frame.isDirty() == (frame.recoveryLsn() == LSN), "dirty without a recovery LSN, or clean with one");
    }

    private void demand(boolean holds, String when) {
        if (!holds) {
            throw new IllegalStateException(when + ": " + frame);
        }
    }
}
