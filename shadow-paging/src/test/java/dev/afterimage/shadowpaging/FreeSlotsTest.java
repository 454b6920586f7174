package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Free slots")
class FreeSlotsTest {
    private final FreeSlots free = new FreeSlots();

    @Test
    @DisplayName("are taken from the lowest up, in rounds, and given out once")
    void lowestFirst() {
        free.grow(130);
        for (long slot = 0; slot < 130; slot++) {
            assertEquals(slot, free.take());
        }
        assertEquals(FreeSlots.NONE, free.take());
        free.give(128);
        free.give(5);
        assertEquals(5, free.take());
        assertEquals(128, free.take());
    }

    @Test
    @DisplayName("that are reserved are not given to anybody else")
    void reserved() {
        free.grow(3);
        assertFalse(free.reserve(4));
        assertTrue(free.reserve(2));
        assertEquals(0, free.take());
        assertEquals(FreeSlots.NONE, free.take());
        assertEquals(1, free.takeReserved());
        free.release(1);
        assertEquals(2, free.take());
        assertEquals(3, free.inUse());
    }

    @Test
    @DisplayName("behave like a sorted set that is gone through in rounds, under random use")
    void likeASet() {
        Random random = new Random(7);
        TreeSet<Long> model = new TreeSet<>();
        TreeSet<Long> used = new TreeSet<>();
        long slots = 0;
        long next = 0;
        for (int step = 0; step < 200_000; step++) {
            int choice = random.nextInt(100);
            if (choice < 55) {
                long slot = free.take();
                boolean over = used.size() < FreeSlots.ROUNDS_MIN || next >= Math.min(slots, 2 * used.size()) || model.ceiling(next) == null;
                assertEquals(model.isEmpty() ? FreeSlots.NONE : over ? model.first() : model.ceiling(next), slot);
                if (slot != FreeSlots.NONE) {
                    next = slot + 1;
                    model.remove(slot);
                    used.add(slot);
                }
            } else if (choice < 98 && !used.isEmpty()) {
                Long slot = used.ceiling((long) (random.nextDouble() * slots));
                slot = slot == null ? used.first() : slot;
                used.remove(slot);
                model.add(slot);
                free.give(slot);
            } else if (choice == 99 && slots < 20_000) {
                long more = random.nextInt(200);
                for (long i = 0; i < more; i++) {
                    model.add(slots + i);
                }
                next = free.crowded() ? slots : next;
                slots += more;
                free.grow(slots);
            }
            assertEquals(used.size(), free.inUse());
        }
        assertTrue(slots > 4096, "the second level was never used");
    }

    @Test
    @DisplayName("may be cut off behind the highest slot in use, and come back when the file grows again")
    void shrinking() {
        free.grow(10_000);
        assertEquals(0, free.endOfUsed());
        free.markUsed(4_999);
        assertEquals(5_000, free.endOfUsed());
        free.shrink(5_000);
        assertEquals(5_000, free.slots());
        assertEquals(4_999, free.available());
        for (long slot = 0; slot < 4_999; slot++) {
            assertEquals(slot, free.take());
        }
        assertEquals(FreeSlots.NONE, free.take());
        free.grow(5_001);
        assertEquals(5_000, free.take());
        free.give(5_000);
        free.give(4_999);
        assertEquals(4_999, free.endOfUsed());
        for (long slot = 0; slot < 4_999; slot++) {
            free.give(slot);
        }
        assertEquals(0, free.endOfUsed());
        free.shrink(0);
        assertEquals(FreeSlots.NONE, free.take());
        assertEquals(0, free.inUse());
    }

    @Test
    @DisplayName("are for any number of threads: no call keeps the lock")
    void locks() throws InterruptedException {
        free.grow(100);
        List<Runnable> calls = List.of(() -> free.take(), () -> free.reserve(1_000), () -> free.reserve(2), () -> free.takeReserved(), () -> free.release(1), () -> free.give(0),
                () -> free.markUsed(70), () -> free.markUsed(70), () -> free.grow(200), () -> free.shrink(150), () -> free.endOfUsed(), () -> free.slots(), () -> free.available(),
                () -> free.inUse(), () -> free.reserve(0));
        for (Runnable call : calls) {
            assertNull(Call.alone(call));
        }
    }

    @Test
    @DisplayName("of a file of 128 GiB need four mebibytes")
    void many() {
        long slots = 1 << 25;
        free.grow(slots);
        assertTrue(free.markUsed(slots - 1));
        assertEquals(slots, free.endOfUsed());
        assertEquals(slots - 1, free.available());
        assertEquals(0, free.take());
    }

    @Test
    @DisplayName("that recovery marks are marked once")
    void marking() {
        free.grow(100);
        assertTrue(free.markUsed(64));
        assertFalse(free.markUsed(64));
        assertEquals(99, free.available());
    }

    @Test
    @DisplayName("dropped by a flip come back after the next flip, and after every walk that may have seen them")
    void dropped() {
        WalkEpochs epochs = new WalkEpochs();
        DroppedSlots dropped = new DroppedSlots(epochs);
        LongList slots = new LongList();
        slots.add(17);
        int oldWalk = epochs.enter();
        dropped.announce(1);
        dropped.add(slots, 5);
        assertEquals(null, dropped.takeReusable(5), "the older root on the disk still reaches them");
        assertEquals(null, dropped.takeReusable(6), "a walk may still be on its way to them");
        int youngWalk = epochs.enter();
        assertEquals(null, dropped.takeReusable(7), "it still may be");
        epochs.exit(oldWalk);
        assertEquals(17, dropped.takeReusable(6).slots().get(0), "the younger walk cannot have seen them");
        epochs.exit(youngWalk);
        dropped.given(1);
        assertEquals(0, dropped.count());
        assertEquals(null, dropped.takeReusable(7));
    }

    @Test
    @DisplayName("dropped before a walk began do not wait for it")
    void laterWalk() {
        WalkEpochs epochs = new WalkEpochs();
        DroppedSlots dropped = new DroppedSlots(epochs);
        LongList slots = new LongList();
        slots.add(17);
        dropped.add(slots, 5);
        assertTrue(epochs.tryAdvance());
        int walk = epochs.enter();
        assertEquals(17, dropped.takeReusable(6).slots().get(0));
        epochs.exit(walk);
    }
}
