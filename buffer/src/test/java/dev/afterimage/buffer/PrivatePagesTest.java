package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.spi.storage.DiskFullException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A transaction's private pages")
class PrivatePagesTest {
    private static final int PAGE_SIZE = 256;
    private static final long DISCARDED = Long.MIN_VALUE;

    private final SuspiciousSpace spill = new SuspiciousSpace("spill");
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 0, 16);
    private final CountedSlots slots = new CountedSlots();
    private final PrivatePages pages = new PrivatePages(pool, spill, slots);

    @AfterEach
    void close() {
        pages.clear();
        assertTrue(pages.isEmpty());
        assertEquals(0, slots.taken.size(), "slots not given back");
        for (int i = 0; i < 16; i++) {
            pool.pin(spill, 1_000_000 + i);
        }
        pool.close();
        assertEquals(0, spill.offences.get());
    }

    @Test
    @DisplayName("know nothing at first")
    void empty() {
        assertTrue(pages.isEmpty());
        assertFalse(pages.contains(1));
        assertFalse(pages.isDiscarded(1));
        assertNull(pages.pin(1));
        assertNull(pages.pinForWrite(1));
        assertFalse(pages.inPageOrder().next());
        assertThrows(IllegalStateException.class, () -> pages.attachment(1));
        assertThrows(IllegalStateException.class, () -> pages.inPageOrder().pageId());
    }

    @Test
    @DisplayName("are made at once only where a frame is free; where none is, no slot is taken and nothing has changed")
    void atOnce() {
        List<Frame> pinned = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            pinned.add(pool.pin(spill, 2_000_000 + i));
        }
        Frame frame = pages.addToOverwriteAtOnce(1);
        assertNotNull(frame);
        assertFalse(frame.isDirty());
        frame.page().fill(0, PAGE_SIZE, (byte) 3);
        frame.markChangedByOwner();
        assertNull(pages.addToOverwriteAtOnce(2));
        assertFalse(pages.contains(2));
        assertEquals(1, slots.taken.size());
        assertThrows(IllegalStateException.class, () -> pages.addToOverwriteAtOnce(1));
        frame.unpin();
        assertNull(pages.addToOverwriteAtOnce(2), "a page would have to leave");
        pinned.forEach(Frame::unpin);
        assertSame(frame, pages.pin(1));
        frame.unpin();
    }

    @Test
    @DisplayName("of a slot that is kept go on in the frame they had, which is neither read nor written in between")
    void keptSlot() {
        PrivatePages kept = new PrivatePages(pool, spill, new OneKeptSlot());
        Frame first = kept.addToOverwrite(1, "notes");
        assertEquals("notes", kept.attachment(1));
        first.page().putLong(0, 7);
        first.markChangedByOwner();
        assertTrue(first.isDirty());
        first.unpin();
        kept.clear();
        assertFalse(first.isDirty());
        Frame second = kept.addToOverwrite(2, null);
        assertSame(first, second);
        assertEquals(7, second.page().getLong(0), "anything may be there, and it is what was there");
        second.markChangedByOwner();
        second.unpin();
        assertThrows(IllegalStateException.class, second::markChangedByOwner);
        kept.clear();
        for (int i = 0; i < 16; i++) {
            pool.pin(spill, 2_000_000 + i).unpin();
        }
        assertEquals(0, pool.statistics().pagesWritten(), "what nobody wants is written");
        Frame zeros = kept.add(3);
        assertTrue(zeros.page().isZero(0, PAGE_SIZE));
        zeros.unpin();
        kept.clear();
    }

    /** Keeps the only slot it has. */
    private static final class OneKeptSlot implements SlotSource {
        @Override
        public long take() {
            return 77;
        }

        @Override
        public void give(long slot) {
            throw new AssertionError("given back after it was kept");
        }

        @Override
        public boolean keep(long slot) {
            return slot == 77;
        }
    }

    @Test
    @DisplayName("write a version in place until there is a mark, and a copy after it")
    void copyAfterMark() {
        put(1, 10);
        put(1, 11);
        assertEquals(1, slots.taken.size());
        pages.attach(1, "first");
        long mark = pages.mark();
        put(1, 12);
        put(1, 13);
        assertEquals(2, slots.taken.size());
        assertNull(pages.attachment(1));
        assertEquals("first", pages.olderAttachment(1));
        pages.attach(1, "second");
        assertEquals(13, get(1));
        pages.rollbackTo(mark);
        assertEquals(11, get(1));
        assertEquals("first", pages.attachment(1));
        assertNull(pages.olderAttachment(1));
        assertEquals(1, slots.taken.size());
        put(1, 14);
        assertEquals(2, slots.taken.size(), "the mark stays good, so what was before it must be copied again");
        pages.rollbackTo(mark);
        assertEquals(11, get(1));
    }

    @Test
    @DisplayName("copy all of a page after a mark, not only what is written then")
    void copiesAll() {
        put(1, 10);
        Frame frame = pages.pinForWrite(1);
        frame.latchExclusive();
        frame.page().putLong(PAGE_SIZE - 8, 77);
        frame.markDirty(Frame.NO_RECOVERY_LSN);
        frame.unlatchExclusive();
        frame.unpin();
        assertFalse(pages.isEmpty());
        pages.mark();
        Frame copy = pages.pinForWrite(1);
        assertEquals(10, copy.page().getLong(0));
        assertEquals(77, copy.page().getLong(PAGE_SIZE - 8));
        assertTrue(copy.isDirty());
        copy.unpin();
    }

    @Test
    @DisplayName("give a slot back as soon as its version is discarded or dropped, and let the pool forget it: nothing of it is written any more")
    void slotsAtOnce() {
        put(1, 10);
        put(2, 20);
        pages.discard(1);
        assertEquals(1, slots.taken.size());
        long mark = pages.mark();
        put(2, 21);
        put(3, 30);
        assertThrows(IllegalArgumentException.class, () -> pages.rollbackTo(-1));
        assertThrows(IllegalArgumentException.class, () -> pages.rollbackTo(mark + 3));
        pages.rollbackTo(mark);
        assertEquals(1, slots.taken.size());
        assertEquals(1, pool.writeBackAll(spill, left -> true));
        pages.clear();
        put(4, 40);
        pages.clear();
        assertEquals(0, pool.writeBackAll(spill, left -> true));
        assertEquals(1, spill.writes.get());
    }

    @Test
    @DisplayName("remember discarded pages, and take them back on rollback")
    void discard() {
        put(1, 10);
        pages.discard(2);
        assertTrue(pages.isDiscarded(2) && pages.contains(2));
        assertNull(pages.pin(2));
        assertNull(pages.pinForWrite(2));
        assertThrows(IllegalStateException.class, () -> pages.discard(2));
        assertThrows(IllegalStateException.class, () -> pages.add(1));
        long mark = pages.mark();
        pages.discard(1);
        put(2, 20);
        assertTrue(pages.isDiscarded(1));
        assertEquals(20, get(2));
        pages.discard(2);
        put(2, 21);
        pages.rollbackTo(mark);
        assertEquals(10, get(1));
        assertTrue(pages.isDiscarded(2));
        PrivatePages.Cursor cursor = pages.inPageOrder();
        assertTrue(cursor.next());
        assertEquals(1, cursor.pageId());
        assertTrue(cursor.next());
        assertEquals(-1, cursor.slot());
        assertThrows(IllegalStateException.class, cursor::pin);
        assertFalse(cursor.next());
        assertThrows(IllegalStateException.class, cursor::pageId);
        assertFalse(cursor.next());
        assertThrows(IllegalStateException.class, cursor::pageId);
    }

    @Test
    @DisplayName("leave the slots of the final versions to the caller if asked")
    void keepFinal() {
        put(1, 10);
        put(2, 20);
        pages.mark();
        put(1, 11);
        pages.discard(2);
        PrivatePages.Cursor cursor = pages.inPageOrder();
        assertTrue(cursor.next());
        long kept = cursor.slot();
        pages.clearKeepingFinal();
        assertTrue(pages.isEmpty());
        assertEquals(Set.of(kept), slots.taken);
        Frame frame = pool.pin(spill, kept);
        assertEquals(11, frame.page().getLong(0));
        frame.unpin();
        pool.discard(spill, kept);
        slots.give(kept);
    }

    @Test
    @DisplayName("are as they were when there is no slot for a copy")
    void noSlot() {
        put(1, 10);
        long mark = pages.mark();
        slots.full = true;
        assertThrows(DiskFullException.class, () -> pages.pinForWrite(1));
        assertThrows(DiskFullException.class, () -> pages.add(2));
        assertFalse(pages.contains(2));
        assertEquals(10, get(1));
        pages.discard(1);
        pages.rollbackTo(mark);
        assertEquals(10, get(1));
        slots.full = false;
    }

    @Test
    @DisplayName("give their slot back when the pool has no frame for it")
    void noFrame() {
        for (int i = 0; i < 16; i++) {
            put(i, i);
        }
        spill.onWrite = number -> {
            throw new DiskFullException("full");
        };
        int before = slots.taken.size();
        assertThrows(DiskFullException.class, () -> pages.add(99));
        assertEquals(before, slots.taken.size());
        assertFalse(pages.contains(99));
        pages.rollbackTo(0);
        assertTrue(pages.isEmpty(), "rolling back writes nothing, so a full disk does not matter");
        spill.onWrite = number -> { };
    }

    @Test
    @DisplayName("may be a thousand times more than the pool, and come out in page order (rule L1)")
    void large() {
        int count = 16_000;
        for (int i = 0; i < count; i++) {
            put(i * 7919L % count, i);
        }
        PrivatePages.Cursor cursor = pages.inPageOrder();
        for (int i = 0; i < count; i++) {
            assertTrue(cursor.next());
            assertEquals(i, cursor.pageId());
            Frame frame = cursor.pin();
            assertEquals(i, frame.page().getLong(0) * 7919L % count);
            frame.unpin();
        }
        assertFalse(cursor.next());
        assertEquals(count, pages.size());
    }

    @ParameterizedTest(name = "do what a stack of maps does, with savepoints, discards and spilling (seed {0})")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void likeAModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Long, Long> model = new TreeMap<>();
        List<Long> marks = new ArrayList<>();
        List<TreeMap<Long, Long>> copies = new ArrayList<>();
        for (int step = 0; step < 6000; step++) {
            long page = random.nextLong(60);
            int what = random.nextInt(100);
            if (what < 55) {
                put(page, step + 1);
                pages.attach(page, (long) step + 1);
                model.put(page, (long) step + 1);
            } else if (what < 80) {
                assertEquals(model.getOrDefault(page, 0L), getOrZero(page), "page " + page + ", seed " + seed + ", step " + step);
            } else if (what < 88) {
                if (!pages.isDiscarded(page)) {
                    pages.discard(page);
                    model.put(page, DISCARDED);
                }
            } else if (what < 95) {
                marks.add(pages.mark());
                copies.add(new TreeMap<>(model));
            } else if (what < 99 && !marks.isEmpty()) {
                int to = random.nextInt(marks.size());
                pages.rollbackTo(marks.get(to));
                model = new TreeMap<>(copies.get(to));
                marks.subList(to + 1, marks.size()).clear();
                copies.subList(to + 1, copies.size()).clear();
            } else if (random.nextInt(5) == 0) {
                pages.clear();
                model.clear();
                marks.clear();
                copies.clear();
            }
            if (step % 50 == 0) {
                assertSameAs(model);
            }
        }
        assertSameAs(model);
    }

    private void assertSameAs(TreeMap<Long, Long> model) {
        assertEquals(model.size(), pages.size());
        PrivatePages.Cursor cursor = pages.inPageOrder();
        for (Map.Entry<Long, Long> entry : model.entrySet()) {
            assertTrue(cursor.next());
            assertEquals(entry.getKey(), cursor.pageId());
            assertEquals(entry.getValue() == DISCARDED, cursor.isDiscarded());
            if (entry.getValue() != DISCARDED) {
                Frame frame = cursor.pin();
                assertEquals(entry.getValue(), frame.page().getLong(0));
                frame.unpin();
                assertEquals(entry.getValue(), cursor.attachment());
            }
        }
        assertFalse(cursor.next());
    }

    @Test
    @DisplayName("keep their numbers in a map that forgets as well as a HashMap")
    void map() {
        LongToIntMap map = new LongToIntMap();
        Map<Long, Integer> model = new HashMap<>();
        SplittableRandom random = new SplittableRandom(11);
        for (int step = 0; step < 200_000; step++) {
            // A few keys that are far apart and many that are close, both with long runs of collisions.
            long key = random.nextBoolean() ? random.nextLong(300) : random.nextLong(300) << 40;
            if (random.nextInt(5) < 3) {
                map.put(key, step);
                model.put(key, step);
            } else {
                map.remove(key);
                model.remove(key);
            }
            long asked = random.nextLong(300);
            assertEquals(model.getOrDefault(asked, LongToIntMap.ABSENT), map.get(asked));
            assertEquals(model.size(), map.size());
        }
        model.forEach((key, value) -> assertEquals(value, map.get(key)));
        map.clear();
        assertEquals(0, map.size());
        model.keySet().forEach(key -> assertEquals(LongToIntMap.ABSENT, map.get(key)));
    }

    private void put(long page, long value) {
        Frame frame = pages.pinForWrite(page);
        if (frame == null) {
            frame = pages.add(page);
            assertTrue(frame.page().isZero(0, PAGE_SIZE));
        }
        assertSame(spill, frame.space());
        frame.latchExclusive();
        frame.page().putLong(0, value);
        frame.page().putLong(PAGE_SIZE - 8, value);
        frame.markDirty(Frame.NO_RECOVERY_LSN);
        frame.unlatchExclusive();
        frame.unpin();
    }

    private long get(long page) {
        Frame frame = pages.pin(page);
        assertNotNull(frame);
        long value = frame.page().getLong(0);
        assertEquals(value, frame.page().getLong(PAGE_SIZE - 8));
        frame.unpin();
        return value;
    }

    private long getOrZero(long page) {
        return pages.isDiscarded(page) ? DISCARDED : pages.contains(page) ? get(page) : 0;
    }

    /** Slots that are given out lowest first, and counted. */
    private static final class CountedSlots implements SlotSource {
        private final Set<Long> taken = new HashSet<>();
        private final List<Long> free = new ArrayList<>();
        private long next;
        private boolean full;

        @Override
        public long take() {
            if (full) {
                throw new DiskFullException("full");
            }
            long slot = free.isEmpty() ? next++ : free.remove(free.size() - 1);
            assertTrue(taken.add(slot));
            return slot;
        }

        @Override
        public void give(long slot) {
            assertTrue(taken.remove(slot), "slot " + slot + " was not taken");
            free.add(slot);
        }
    }
}
