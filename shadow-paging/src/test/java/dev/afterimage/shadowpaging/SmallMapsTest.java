package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The small parts of shadow paging")
class SmallMapsTest {
    @Test
    @DisplayName("an overlay answers like a map, and lists its pages in order")
    void overlay() {
        PageOverlay overlay = new PageOverlay();
        Map<Long, Long> model = new HashMap<>();
        Random random = new Random(3);
        for (int i = 0; i < 50_000; i++) {
            long page = random.nextInt(10) == 0 ? Long.MAX_VALUE - random.nextInt(1000) : random.nextInt(10_000);
            long place = random.nextInt(5) == 0 ? PageOverlay.DISCARDED : random.nextInt(1000);
            overlay.ensureRoom(1);
            Long before = model.put(page, place);
            assertEquals(before == null ? PageOverlay.ABSENT : before, overlay.put(page, place));
        }
        model.forEach((page, place) -> assertEquals(place, overlay.get(page)));
        assertEquals(PageOverlay.ABSENT, overlay.get(1L << 40));
        LongList pages = overlay.pageIds();
        assertEquals(model.size(), pages.size());
        for (int i = 1; i < pages.size(); i++) {
            assertTrue(pages.get(i - 1) < pages.get(i));
        }
    }

    @Test
    @DisplayName("expected checksums stay as long as somebody needs them, and no longer")
    void expectedChecksums() {
        ExpectedChecksums expected = new ExpectedChecksums();
        expected.expect(5, 50);
        expected.expect(5, 50);
        expected.release(5);
        assertEquals(50, expected.of(5));
        expected.written(5, 51);
        expected.release(5);
        assertEquals(51, expected.of(5));
        assertTrue(expected.expectWritten(5));
        expected.forget(5);
        assertEquals(51, expected.of(5));
        expected.release(5);
        assertFalse(expected.expectWritten(5));
        assertThrows(IllegalStateException.class, () -> expected.of(5));
        expected.forget(5);
        assertEquals(0, expected.size());
    }

    @Test
    @DisplayName("expected checksums answer like a map under random use")
    void expectedChecksumsModel() {
        ExpectedChecksums expected = new ExpectedChecksums();
        Map<Long, Integer> model = new HashMap<>();
        Random random = new Random(4);
        for (int i = 0; i < 200_000; i++) {
            long slot = random.nextInt(20_000);
            if (random.nextInt(5) < 2) {
                expected.written(slot, i);
                model.put(slot, i);
            } else {
                expected.forget(slot);
                model.remove(slot);
            }
        }
        assertEquals(model.size(), expected.size());
        model.forEach((slot, checksum) -> assertEquals(checksum, expected.of(slot)));
    }

    @Test
    @DisplayName("a page table entry with two checksums is damage")
    void twoChecksums() {
        ExpectedChecksums expected = new ExpectedChecksums();
        expected.expect(1, 10);
        assertThrows(StoreDamagedException.class, () -> expected.expect(1, 11));
    }

    @Test
    @DisplayName("binding a checksum twice to one place frees it, and other places give others")
    void binding() {
        int bound = SlotChecksum.bind(1234, 2, 77);
        assertEquals(1234, SlotChecksum.bind(bound, 2, 77));
        assertFalse(bound == SlotChecksum.bind(1234, 2, 78));
        assertFalse(bound == SlotChecksum.bind(1234, 1, 77));
    }

    @Test
    @DisplayName("a root payload reads back, and a later format or nonsense is told apart")
    void flipRecord() {
        TableShape shape = TableShape.of(8192);
        FlipRecord record = new FlipRecord(9, new TableRoot(17, 0xCAFE, 2, 3, 1000), 42, true, 1003);
        assertEquals(record, FlipRecord.decode(record.encode(8192), shape));
        FlipRecord empty = new FlipRecord(1, TableRoot.EMPTY, 0, false, 16);
        assertEquals(empty, FlipRecord.decode(empty.encode(8192), shape));
        ByteBuffer later = record.encode(8192).putInt(0, 2);
        assertThrows(StoreFormatException.class, () -> FlipRecord.decode(later, shape));
        ByteBuffer deep = record.encode(8192).putInt(28, 99);
        assertThrows(StoreDamagedException.class, () -> FlipRecord.decode(deep, shape));
        ByteBuffer lost = record.encode(8192).putLong(16, 0);
        assertThrows(StoreDamagedException.class, () -> FlipRecord.decode(lost, shape));
        ByteBuffer crowded = record.encode(8192).putLong(64, 1002);
        assertThrows(StoreDamagedException.class, () -> FlipRecord.decode(crowded, shape));
        ByteBuffer short1 = record.encode(8192).limit(40);
        assertThrows(StoreDamagedException.class, () -> FlipRecord.decode(short1, shape));
    }

    @Test
    @DisplayName("the shape of the table has a place for every page number")
    void shape() {
        assertEquals(2, TableShape.of(32).fanout());
        assertThrows(IllegalArgumentException.class, () -> TableShape.of(16));
        assertThrows(IllegalArgumentException.class, () -> TableShape.of(96));
        for (int pageSize = 64; pageSize <= 65536; pageSize *= 2) {
            TableShape shape = TableShape.of(pageSize);
            assertEquals(1, shape.depthFor(shape.fanout() - 1));
            assertEquals(2, shape.depthFor(shape.fanout()));
            assertEquals(shape.maxDepth(), shape.depthFor(Long.MAX_VALUE));
            assertEquals(0, shape.nodeNumber(Long.MAX_VALUE, shape.maxDepth()));
        }
    }

    private static LongList pages(long... numbers) {
        LongList pages = new LongList();
        for (long number : numbers) {
            pages.add(number);
        }
        return pages;
    }

    @Test
    @DisplayName("nodes to write are those on the way to the pages, and over a table that becomes deeper those that lead to the old one")
    void nodesToWrite() {
        TableShape shape = TableShape.of(64); // four entries in a node
        NodesToWrite nodes = new NodesToWrite(shape);
        assertEquals(4, nodes.countNew(pages(100), 4, 4));
        assertEquals(6, nodes.countNew(pages(100), 1, 4), "on levels 2 and 3 another node leads to the old table");
        assertEquals(4, nodes.countNew(pages(0), 1, 4), "the way to page 0 leads by them");
        assertEquals(5, nodes.countNew(pages(0, 1, 4), 4, 4), "two of level 1, the others are shared");
        assertEquals(0, nodes.size(), "counting adds nothing");
        nodes.ensureRoom(6);
        nodes.add(pages(100), 1, 4);
        assertEquals(6, nodes.size());
        assertEquals(1, nodes.countNew(pages(0), 4, 4), "but for that of level 1 all are there");
    }

    @Test
    @DisplayName("nodes to write stay known when room is made for more")
    void nodesToWriteEnlarged() {
        NodesToWrite nodes = new NodesToWrite(TableShape.of(64));
        for (long page = 0; page < 1_000; page++) {
            nodes.ensureRoom(nodes.countNew(pages(page * 64), 20, 20));
            nodes.add(pages(page * 64), 20, 20);
        }
        int size = nodes.size();
        for (long page = 0; page < 1_000; page++) {
            assertEquals(0, nodes.countNew(pages(page * 64), 20, 20), "page " + page * 64);
        }
        nodes.ensureRoom(100_000);
        assertEquals(0, nodes.countNew(pages(0, 64), 20, 20));
        assertEquals(size, nodes.size());
    }

    @Test
    @DisplayName("expected checksums are for any number of threads: no call keeps a lock, one that fails either")
    void expectedChecksumsLocks() throws InterruptedException {
        ExpectedChecksums expected = new ExpectedChecksums();
        List<Runnable> calls = List.of(() -> expected.expectWritten(5), () -> expected.forget(5), () -> assertThrows(IllegalStateException.class, () -> expected.of(5)),
                () -> expected.written(5, 50), () -> expected.expect(5, 50), () -> assertThrows(StoreDamagedException.class, () -> expected.expect(5, 51)), () -> expected.of(5),
                () -> expected.expectWritten(5), () -> expected.release(5), () -> expected.size(), () -> expected.forget(5), () -> expected.size());
        for (Runnable call : calls) {
            assertNull(Call.alone(call));
        }
    }
}
