package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.memory.PageMemory;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The state word of a frame by itself: who may have it when. */
@DisplayName("A frame")
class FrameTest {
    private static final int PAGE_SIZE = 512;

    private final PageMemory memory = PageMemory.allocate(PAGE_SIZE, 1);
    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final Frame frame = new Frame(3, memory.page(0), 24);

    @AfterEach
    void close() {
        memory.close();
    }

    private void publish(int pins) {
        frame.become(home, 7, 70);
        frame.publish(pins);
    }

    @Test
    @DisplayName("is owned at first, and holds no page")
    void empty() {
        assertTrue(frame.isOwned());
        assertFalse(frame.isPinned() || frame.isBeingWritten() || frame.isDirty() || frame.isResident());
        assertThrows(NullPointerException.class, frame::space);
        assertEquals("frame 3 (empty)", frame.toString());
        assertEquals(3, frame.index());
        publish(0);
        assertEquals("frame 3 (page 7 of home)", frame.toString());
        assertTrue(frame.isResident() && frame.isIn(home) && frame.holds(home, 7));
        assertFalse(frame.holds(home, 8) || frame.holds(new SuspiciousSpace("home"), 7) || frame.isIn(new SuspiciousSpace("home")));
        assertEquals(70, frame.key());
    }

    @Test
    @DisplayName("is pinned by whoever finds the page that he looks for in it, and by nobody while it is owned")
    void pinning() {
        frame.become(home, 7, 70);
        assertEquals(Frame.Pinning.OWNED_BY_SOMEBODY, frame.tryPin(home, 7));
        assertEquals(Frame.Pinning.ANOTHER_PAGE, frame.tryPin(home, 8));
        frame.publish(2);
        assertEquals(Frame.Pinning.PINNED, frame.tryPin(home, 7));
        for (int pins = 3; pins > 0; pins--) {
            assertTrue(frame.isPinned());
            frame.unpin();
        }
        assertFalse(frame.isPinned());
        assertThrows(IllegalStateException.class, frame::unpin);
        assertFalse(frame.isPinned() || frame.isOwned() || frame.isBeingWritten(), "an unpin too many changes nothing");
    }

    @Test
    @DisplayName("refuses the pin that its count has no room for, rather than be owned by it or free")
    void tooManyPins() {
        publish((1 << 20) - 2);
        assertEquals(Frame.Pinning.PINNED, frame.tryPin(home, 7));
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> frame.tryPin(home, 7));
        assertTrue(refused.getMessage().contains("1048575 times"), refused.getMessage());
        assertTrue(frame.isPinned() && !frame.isBeingWritten() && !frame.isOwned());
    }

    @Test
    @DisplayName("is owned or written by one at a time, and owned by nobody while it is pinned or written")
    void owners() {
        publish(0);
        assertTrue(frame.tryOwn());
        refuses(frame::tryOwn, frame::tryStartWriting, frame::tryStartWritingUnpinned);
        frame.ownToWriting();
        assertTrue(frame.isBeingWritten() && !frame.isOwned());
        refuses(frame::tryOwn, frame::tryStartWriting, frame::tryStartWritingUnpinned);
        frame.endWriting();
        assertFalse(frame.isBeingWritten());

        assertEquals(Frame.Pinning.PINNED, frame.tryPin(home, 7));
        refuses(frame::tryOwn, frame::tryStartWritingUnpinned);
        assertTrue(frame.tryStartWriting(), "a pin is no hindrance to a write");
        refuses(frame::tryOwnAfterWriting);
        assertTrue(frame.isBeingWritten() && frame.isPinned(), "on failure it still counts as being written");
        frame.unpin();
        assertTrue(frame.tryOwnAfterWriting());
        assertTrue(frame.isOwned() && !frame.isBeingWritten() && !frame.isPinned());
        frame.publish(0);
        assertTrue(frame.tryStartWritingUnpinned());
        assertTrue(frame.isBeingWritten() && !frame.isOwned());
        frame.endWriting();
    }

    private static void refuses(BooleanSupplier... attempts) {
        for (int i = 0; i < attempts.length; i++) {
            assertFalse(attempts[i].getAsBoolean(), "attempt " + i);
        }
    }

    /** Whoever reads the state and then the identity relies on it: without a turn, the frame may come back in the same state with another page, and that one would be pinned. */
    @Test
    @DisplayName("is never again in the state that it was in before somebody owned it")
    void turns() throws ReflectiveOperationException {
        Field state = Frame.class.getDeclaredField("state");
        state.setAccessible(true);
        publish(0);
        Set<Long> seen = new HashSet<>();
        for (int turn = 0; turn < 100; turn++) {
            assertTrue(seen.add(state.getLong(frame)), "turn " + turn);
            if (turn % 2 == 0) {
                assertTrue(frame.tryOwn());
            } else {
                assertTrue(frame.tryStartWriting());
                assertTrue(frame.tryOwnAfterWriting());
            }
            publish(0);
        }
    }

    @Test
    @DisplayName("says who uses it wrongly: whoever owns it twice, ends a write that is none, or names a page in a frame that is not his")
    void wrongUse() {
        assertThrows(AssertionError.class, frame::tryOwnAfterWriting);
        publish(0);
        assertThrows(AssertionError.class, () -> frame.become(home, 8, 80));
        assertThrows(AssertionError.class, () -> frame.publish(1));
        assertThrows(AssertionError.class, frame::ownToWriting);
        assertThrows(AssertionError.class, frame::tryOwnAfterWriting);
        assertThrows(AssertionError.class, () -> frame.written(0), "not being written");
        assertTrue(frame.tryStartWriting());
        assertThrows(AssertionError.class, () -> frame.written(0), "not latched");
        assertThrows(AssertionError.class, () -> frame.become(home, 8, 80));
        frame.endWriting();
        assertThrows(AssertionError.class, frame::endWriting);
    }

    @Test
    @DisplayName("is dirty until as many changes are written as were made, and keeps the smallest recovery LSN since then; another page begins clean")
    void changes() {
        publish(1);
        frame.latchExclusive();
        frame.markDirty(30);
        frame.markDirty(20);
        frame.markDirty(40);
        frame.unlatchExclusive();
        assertEquals(20, frame.recoveryLsn());
        assertTrue(frame.tryStartWriting());
        frame.latchShared();
        frame.written(frame.changes() - 1);
        assertTrue(frame.isDirty());
        assertEquals(20, frame.recoveryLsn(), "there is a change that has not been written");
        frame.written(frame.changes());
        assertFalse(frame.isDirty());
        assertEquals(Frame.NO_RECOVERY_LSN, frame.recoveryLsn());
        frame.unlatchShared();
        frame.endWriting();
        frame.latchExclusive();
        frame.markDirty(50);
        frame.unlatchExclusive();
        frame.unpin();
        assertThrows(IllegalStateException.class, () -> frame.markDirty(60), "neither pin nor latch");
        frame.latchExclusive();
        assertThrows(IllegalStateException.class, () -> frame.markDirty(60), "no pin");
        frame.unlatchExclusive();
        assertTrue(frame.tryOwn());
        frame.become(null, 0, 0);
        assertFalse(frame.isDirty());
        assertEquals(Frame.NO_RECOVERY_LSN, frame.recoveryLsn());
        assertFalse(frame.isResident());
        assertNull(frame.chained);
    }

    @Test
    @DisplayName("counts a use once per period at most, three at most")
    void uses() {
        publish(1);
        frame.resetTouches(100);
        frame.touch(104, 5);
        assertEquals(0, frame.frequency(), "of the period that it came in");
        frame.touch(105, 5);
        frame.touch(109, 5);
        assertEquals(1, frame.frequency());
        for (int now = 110; now < 200; now += 5) {
            frame.touch(now, 5);
        }
        assertEquals(EvictionQueues.FREQUENCY_MAX, frame.frequency());
        frame.resetTouches(200);
        assertEquals(0, frame.frequency());
        frame.touch(204, 5);
        assertEquals(0, frame.frequency());
    }

    @Test
    @DisplayName("is latched by one exclusively or by many shared")
    void latches() {
        assertTrue(frame.tryLatchShared());
        assertTrue(frame.tryLatchShared());
        frame.unlatchShared();
        frame.unlatchShared();
        frame.latchExclusive();
        assertFalse(frame.tryLatchShared());
        frame.unlatchExclusive();
        assertThrows(IllegalStateException.class, frame::unlatchExclusive);
        assertThrows(IllegalStateException.class, frame::unlatchShared);
    }
}
