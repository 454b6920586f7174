package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of the slots that flips drop,")
class PinnedRootsTest {
    private final PinnedRoots pinned = new PinnedRoots();

    private PinnedRoots.Pin pin(long flip) {
        return pinned.pin(() -> new FlipRecord(flip, TableRoot.EMPTY, 0, false, 16));
    }

    private static LongList of(long slot) {
        LongList list = new LongList();
        list.add(slot);
        return list;
    }

    private static List<Long> list(LongList slots) {
        List<Long> list = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            list.add(slots.get(i));
        }
        return list;
    }

    @Test
    @DisplayName("a pinned root keeps those that it reaches: born by its flip or before, dropped after it")
    void exactly() {
        assertEquals(List.of(9L), list(pinned.dropped(4, of(9))), "nothing is pinned");
        PinnedRoots.Pin five = pin(5);
        pinned.born(6, of(1));
        assertEquals(List.of(1L), list(pinned.dropped(7, of(1))), "born after it");
        assertEquals(List.of(5L), list(pinned.dropped(5, of(5))), "dropped by its own flip");
        assertEquals(List.of(), list(pinned.dropped(6, of(2))));
        PinnedRoots.Pin eight = pin(8);
        assertEquals(List.of(), list(pinned.dropped(8, of(3))), "only the older one reaches it");
        assertEquals(List.of(), list(pinned.dropped(9, of(4))), "both reach it");
        assertEquals(3, pinned.count());
        assertEquals(List.of(2L, 3L), list(pinned.unpin(five)));
        assertEquals(List.of(4L), list(pinned.unpin(eight)));
        assertEquals(0, pinned.count());
    }

    @Test
    @DisplayName("what a newer root lets go of passes to the older that reaches it too")
    void passedOn() {
        PinnedRoots.Pin five = pin(5);
        pinned.born(7, of(1));
        PinnedRoots.Pin eight = pin(8);
        LongList both = of(1);
        both.add(2);
        assertEquals(List.of(), list(pinned.dropped(9, both)));
        assertEquals(List.of(1L), list(pinned.unpin(eight)), "born between the two");
        assertEquals(List.of(2L), list(pinned.unpin(five)));
    }

    @Test
    @DisplayName("those of one root are kept until its last reader ends")
    void shared() {
        PinnedRoots.Pin one = pin(5);
        PinnedRoots.Pin other = pin(5);
        assertEquals(List.of(), list(pinned.dropped(6, of(1))));
        assertEquals(List.of(), list(pinned.unpin(one)));
        assertEquals(List.of(1L), list(pinned.unpin(other)));
    }

    @Test
    @DisplayName("one born by the very flip that is pinned is kept, and births are known for as long as any root is pinned")
    void edges() {
        PinnedRoots.Pin five = pin(5);
        LongList eleven = new LongList();
        for (long slot = 0; slot < 11; slot++) {
            eleven.add(slot);
        }
        for (int slot = 0; slot < eleven.size(); slot++) {
            pinned.born(8, of(eleven.get(slot)));
        }
        PinnedRoots.Pin eight = pin(8);
        assertEquals(List.of(), list(pinned.dropped(9, of(10))), "the root of flip 8 reaches it");
        assertEquals(1, pinned.count());
        assertEquals(List.of(10L), list(pinned.unpin(eight)), "that of flip 5 does not");
        assertEquals(list(eleven), list(pinned.dropped(9, eleven)));
        assertEquals(List.of(), list(pinned.unpin(five)));
    }

    @Test
    @DisplayName("no call keeps the lock")
    void locks() throws InterruptedException {
        AtomicReference<PinnedRoots.Pin> pin = new AtomicReference<>();
        List<Runnable> calls = List.of(() -> pinned.born(4, of(1)), () -> pin.set(pin(5)), () -> pin(5), () -> pinned.born(6, of(1)), () -> pinned.dropped(7, of(1)), () -> pinned.count(),
                () -> pinned.unpin(pin.get()), () -> pinned.unpin(pin.get()), () -> pinned.count());
        for (Runnable call : calls) {
            assertNull(Call.alone(call));
        }
    }
}
