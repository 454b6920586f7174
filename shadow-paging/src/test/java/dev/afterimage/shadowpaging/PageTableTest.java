package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The page table")
class PageTableTest {
    /** So small that a table of a few pages is deep: four entries in a node. */
    private static final int PAGE_SIZE = 64;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final DiskFile file = disk.create("pages");
    private final TableShape shape = TableShape.of(PAGE_SIZE);
    private final ExpectedChecksums expected = new ExpectedChecksums();
    private final SlotSpace space = new SlotSpace(file, PAGE_SIZE, expected);
    private final FreeSlots free = new FreeSlots();
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 0, 16);
    private final Slots slots = new Slots(file, PAGE_SIZE, free, expected, pool, space);
    private final PageTableUpdate update = new PageTableUpdate(shape, pool, space, expected, slots);
    private final PageTable table = new PageTable(shape, pool, space, expected);
    private final PageMemory scratch = PageMemory.allocate(PAGE_SIZE, 1);
    private final PageTable.Entry entry = new PageTable.Entry();
    private final TreeMap<Long, Long> model = new TreeMap<>();
    private TableRoot root = TableRoot.EMPTY;

    @AfterEach
    void close() {
        scratch.close();
        update.close();
        pool.close();
    }

    /** Applies changes (page to value, null to discard) as one flip does, old slots coming free at once. */
    private void apply(TreeMap<Long, Long> changes) {
        LongList pageIds = new LongList();
        LongList places = new LongList();
        for (Map.Entry<Long, Long> change : changes.entrySet()) {
            pageIds.add(change.getKey());
            if (change.getValue() == null) {
                places.add(PageOverlay.DISCARDED);
                model.remove(change.getKey());
            } else {
                long slot = slots.take();
                scratch.page(0).putLong(8, change.getValue());
                space.write(slot, scratch.page(0));
                places.add(slot);
                model.put(change.getKey(), change.getValue());
            }
        }
        int depth = Math.max(root.depth(), shape.depthFor(changes.lastKey()));
        NodesToWrite nodes = new NodesToWrite(shape);
        int most = nodes.countNew(pageIds, root.depth(), depth);
        nodes.ensureRoom(most);
        nodes.add(pageIds, root.depth(), depth);
        assertEquals(most, nodes.size());
        assertEquals(0, nodes.countNew(pageIds, root.depth(), depth));
        reserve(most);
        root = update.apply(root, pageIds, places);
        assertTrue(update.written().size() <= most, "wrote " + update.written().size() + " nodes, reserved " + most);
        slots.release(most - update.written().size());
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i) >= 0) {
                expected.forget(places.get(i));
            }
        }
        for (int i = 0; i < update.written().size(); i++) {
            expected.forget(update.written().get(i));
        }
        slots.giveAll(update.dropped());
        assertEquals(0, expected.size());
        assertEquals(root.nodes() + root.pages(), free.inUse(), "slots in use are those of the table, no more and no less");
        assertEquals(model.size(), root.pages());
    }

    private void reserve(int count) {
        while (!slots.reserve(count)) {
            slots.makeRoom(count, 0);
        }
    }

    private void check(long pageId) {
        Long value = model.get(pageId);
        assertEquals(value != null, table.find(root, pageId, entry), "page " + pageId);
        if (value != null) {
            Frame frame = table.pin(entry.slot(), entry.checksum());
            assertEquals(value, frame.page().getLong(8));
            frame.unpin();
        }
    }

    @Test
    @DisplayName("answers like a TreeMap under random changes, and a walk finds just its slots")
    void likeATreeMap() {
        Random random = new Random(11);
        for (int round = 0; round < 1500; round++) {
            TreeMap<Long, Long> changes = new TreeMap<>();
            for (int i = random.nextInt(8) + 1; i > 0; i--) {
                // Mostly a dense range that widens, now and then a page far away.
                long page = random.nextInt(100) == 0 ? random.nextLong() >>> 1 + random.nextInt(60) : random.nextInt(20 + round / 4);
                boolean gone = random.nextInt(100) < (round % 300 < 150 ? 30 : 70);
                changes.put(page, gone ? null : random.nextLong());
            }
            apply(changes);
            changes.keySet().forEach(this::check);
            if (round % 100 == 0) {
                walkAndCompare();
                model.keySet().forEach(this::check);
            }
        }
        TreeMap<Long, Long> all = new TreeMap<>();
        model.keySet().forEach(page -> all.put(page, null));
        apply(all);
        assertTrue(root.isEmpty());
        assertEquals(0, free.inUse());
    }

    private static TreeSet<Long> allOf(FreeSlots free) {
        TreeSet<Long> all = new TreeSet<>();
        for (long slot = free.take(); slot != FreeSlots.NONE; slot = free.take()) {
            assertTrue(all.add(slot), "slot " + slot + " was given out twice");
        }
        return all;
    }

    private void walkAndCompare() {
        FreeSlots found = new FreeSlots();
        found.grow(free.slots());
        PageTableWalk walk = new PageTableWalk(shape, space, expected, found, nodes -> {
        });
        walk.run(root);
        assertEquals(root.nodes(), walk.nodes());
        assertEquals(free.inUse(), found.inUse());
        assertEquals(allOf(free), allOf(found));
        // Give back what was taken to compare.
        FreeSlots again = new FreeSlots();
        again.grow(free.slots());
        new PageTableWalk(shape, space, expected, again, nodes -> {
        }).run(root);
        for (long slot = again.take(); slot != FreeSlots.NONE; slot = again.take()) {
            free.give(slot);
        }
    }

    @Test
    @DisplayName("a change of one page writes one node per level and leaves the old table whole")
    void oneChangeCostsAPath() {
        TreeMap<Long, Long> many = new TreeMap<>();
        for (long page = 0; page < 256; page++) {
            many.put(page, page);
        }
        apply(many);
        assertEquals(4, root.depth());
        TableRoot old = root;
        long slot = slots.take();
        scratch.page(0).putLong(8, -5);
        space.write(slot, scratch.page(0));
        LongList pageIds = new LongList();
        pageIds.add(100);
        LongList places = new LongList();
        places.add(slot);
        reserve(4);
        TableRoot next = update.apply(old, pageIds, places);
        assertEquals(4, update.written().size());
        assertEquals(5, update.dropped().size());
        assertTrue(table.find(old, 100, entry));
        assertFalse(entry.slot() == slot);
        assertTrue(table.find(next, 100, entry));
        assertEquals(slot, entry.slot());
        assertTrue(table.find(next, 101, entry));
    }

    @Test
    @DisplayName("a rotten node, a rotten page and swapped slots are damage, whether looked up or walked")
    void damage() {
        TreeMap<Long, Long> some = new TreeMap<>();
        for (long page = 0; page < 10; page++) {
            some.put(page, page);
        }
        apply(some);
        file.sync();
        disk.faults().flipBit("pages", root.slot() * PAGE_SIZE + 3, 4);
        assertTrue(table.find(root, 3, entry), "from memory, where new nodes stay");
        pool.discard(space, root.slot());
        assertThrows(StoreDamagedException.class, () -> table.find(root, 3, entry));
        FreeSlots found = new FreeSlots();
        found.grow(free.slots());
        assertThrows(StoreDamagedException.class, () -> new PageTableWalk(shape, space, expected, found, nodes -> {
        }).run(root));
        disk.faults().flipBit("pages", root.slot() * PAGE_SIZE + 3, 4);
        assertTrue(table.find(root, 3, entry));
        long slot = entry.slot();
        int checksum = entry.checksum();
        disk.faults().flipBit("pages", slot * PAGE_SIZE + 9, 4);
        assertThrows(StoreDamagedException.class, () -> table.pin(slot, checksum));
        assertTrue(table.find(root, 4, entry));
        assertThrows(StoreDamagedException.class, () -> table.pin(entry.slot(), checksum), "another page's slot");
        assertEquals(0, expected.size());
    }

    @Test
    @DisplayName("a table whose counts or slots cannot be is refused by the walk")
    void impossibleTables() {
        TreeMap<Long, Long> some = new TreeMap<>();
        some.put(1L, 1L);
        some.put(2L, 2L);
        apply(some);
        FreeSlots found = new FreeSlots();
        found.grow(free.slots());
        TableRoot wrong = new TableRoot(root.slot(), root.checksum(), root.depth(), root.nodes(), root.pages() + 1);
        assertThrows(StoreDamagedException.class, () -> new PageTableWalk(shape, space, expected, found, nodes -> {
        }).run(wrong));
        FreeSlots tooFew = new FreeSlots();
        tooFew.grow(1);
        assertThrows(StoreDamagedException.class, () -> new PageTableWalk(shape, space, expected, tooFew, nodes -> {
        }).run(root));
    }

    private void isRefused(TableRoot table, long slots) {
        FreeSlots found = new FreeSlots();
        found.grow(slots);
        assertThrows(StoreDamagedException.class, () -> new PageTableWalk(shape, space, expected, found, nodes -> {
        }).run(table));
    }

    /** A table of one node, as it lies in the scratch page, with the checksum it should have. */
    private TableRoot tableOfScratch(long pages) {
        long slot = slots.take();
        space.write(slot, scratch.page(0));
        int checksum = SlotChecksum.bind(expected.of(slot), 1, 0);
        expected.forget(slot);
        return new TableRoot(slot, checksum, 1, 1, pages);
    }

    @Test
    @DisplayName("a node that no flip could have written is refused by the walk, though its checksum is right")
    void impossibleNodes() {
        long page = slots.take();
        OffHeapBytes node = scratch.page(0);
        node.fill(0, PAGE_SIZE, (byte) 0);
        TableNode.put(node, 0, page, 77);
        TableRoot fine = tableOfScratch(1);
        FreeSlots found = new FreeSlots();
        found.grow(free.slots());
        new PageTableWalk(shape, space, expected, found, nodes -> {
        }).run(fine);
        assertEquals(2, found.inUse());
        isRefused(fine, fine.slot());
        node.putInt(12, 1);
        isRefused(tableOfScratch(1), free.slots()); // something in the spare bytes
        TableNode.put(node, 0, page, 77);
        TableNode.put(node, 3, page, 77);
        isRefused(tableOfScratch(2), free.slots()); // one slot for two pages
    }

    @Test
    @DisplayName("has no page whose number asks for more levels than it has")
    void beyond() {
        assertFalse(table.find(TableRoot.EMPTY, 1, entry));
        TreeMap<Long, Long> one = new TreeMap<>();
        one.put(1L, 1L);
        apply(one);
        assertTrue(table.find(root, 1, entry));
        assertFalse(table.find(root, 1 + shape.fanout(), entry));
        assertEquals(TableNode.NONE, entry.slot());
    }

    @Test
    @DisplayName("pages that come and go within one batch have no node written, and none dropped")
    void nothingChanged() {
        TreeMap<Long, Long> some = new TreeMap<>();
        some.put(0L, 1L);
        some.put(300L, 2L);
        apply(some);
        TableRoot before = root;
        TreeMap<Long, Long> gone = new TreeMap<>();
        gone.put(1L, null);
        gone.put(200L, null);
        apply(gone);
        assertEquals(before, root);
        assertEquals(0, update.written().size());
        assertEquals(0, update.dropped().size());
    }
}
