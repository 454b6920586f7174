package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What shadow paging writes")
class FormatsTest {
    private static final int PAGE_SIZE = 4096;
    private static final TableShape SHAPE = TableShape.of(PAGE_SIZE);

    private static ByteBuffer whole() {
        return new FlipRecord(9, new TableRoot(17, 0xCAFE, 2, 3, 1000), 42, true, 1003).encode(PAGE_SIZE);
    }

    private static void isRefused(ByteBuffer root) {
        assertThrows(StoreDamagedException.class, () -> FlipRecord.decode(root, SHAPE));
    }

    @Test
    @DisplayName("of a root, has each field where the format says")
    void rootLayout() {
        ByteBuffer root = whole();
        assertEquals(FlipRecord.BYTES, root.remaining());
        assertEquals(ByteOrder.LITTLE_ENDIAN, root.order());
        assertEquals(1, root.getInt(0));
        assertEquals(PAGE_SIZE, root.getInt(4));
        assertEquals(9, root.getLong(8));
        assertEquals(18, root.getLong(16));
        assertEquals(0xCAFE, root.getInt(24));
        assertEquals(2, root.getInt(28));
        assertEquals(3, root.getLong(32));
        assertEquals(1000, root.getLong(40));
        assertEquals(42, root.getLong(48));
        assertEquals(1, root.getInt(56));
        assertEquals(0, root.getInt(60));
        assertEquals(1003, root.getLong(64));
    }

    @Test
    @DisplayName("of a root, is read up to the last value that can be, and refused from the first that cannot")
    void rootEdges() {
        assertEquals(1, FlipRecord.decode(whole().putLong(8, 1), SHAPE).flip());
        isRefused(whole().putLong(8, 0));
        assertEquals(SHAPE.maxDepth(), FlipRecord.decode(whole().putInt(28, SHAPE.maxDepth()), SHAPE).root().depth());
        isRefused(whole().putInt(28, SHAPE.maxDepth() + 1));
        assertEquals(0, FlipRecord.decode(whole().putLong(48, 0), SHAPE).highestTransactionId());
        isRefused(whole().putLong(48, -1));
        assertFalse(FlipRecord.decode(whole().putInt(56, 0), SHAPE).clean());
        isRefused(whole().putInt(56, -1));
        isRefused(whole().putInt(56, 2));
        isRefused(whole().putInt(60, 1));
        long most = Long.MAX_VALUE / PAGE_SIZE;
        assertEquals(most, FlipRecord.decode(whole().putLong(64, most), SHAPE).slots());
        isRefused(whole().putLong(64, most + 1));
        isRefused(whole().putLong(64, -1));
        isRefused(whole().putLong(64, 1002));
        assertEquals(1002, FlipRecord.decode(whole().putLong(16, 1003), SHAPE).root().slot());
        isRefused(whole().putLong(16, 1004));
        isRefused(whole().putInt(4, 2 * PAGE_SIZE));
        ByteBuffer empty = new FlipRecord(1, TableRoot.EMPTY, 0, false, 0).encode(PAGE_SIZE);
        assertEquals(0, FlipRecord.decode(empty, SHAPE).slots());
        isRefused(empty.putLong(64, -1));
    }

    @Test
    @DisplayName("of a root, is read in whatever order of bytes its buffer has, from wherever it begins")
    void rootBuffers() {
        ByteBuffer later = ByteBuffer.allocate(FlipRecord.BYTES + 5).position(5).put(whole()).position(5).order(ByteOrder.BIG_ENDIAN);
        assertEquals(9, FlipRecord.decode(later, SHAPE).flip());
        assertEquals(5, later.position());
        isRefused(whole().limit(FlipRecord.BYTES - 1));
    }

    @Test
    @DisplayName("of a table without pages has no node, and one with pages has one")
    void tableRoots() {
        assertTrue(TableRoot.EMPTY.isEmpty());
        assertFalse(new TableRoot(0, 0, 1, 1, 1).isEmpty());
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(-2, 0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(0, 0, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(0, 0, 1, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(0, 0, 1, 1, -1));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(0, 0, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(0, 0, 1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(-1, 0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(-1, 0, 1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TableRoot(-1, 7, 1, 0, 0));
    }

    @Test
    @DisplayName("of an entry has sixteen bytes, and leads to a slot of the file or to nothing")
    void entries() {
        try (PageMemory memory = PageMemory.allocate(64, 1)) {
            OffHeapBytes node = memory.page(0);
            node.fill(0, 64, (byte) 0);
            assertEquals(TableNode.NONE, TableNode.slot(node, 1));
            assertTrue(TableNode.isWellFormed(node, 1, 0));
            TableNode.put(node, 1, 0, 0xBEEF);
            assertEquals(1, node.getLong(16));
            assertEquals(0xBEEF, node.getInt(24));
            assertTrue(node.isZero(0, 16));
            assertTrue(node.isZero(28, 36));
            assertTrue(TableNode.isWellFormed(node, 1, 1));
            assertFalse(TableNode.isWellFormed(node, 1, 0));
            TableNode.put(node, 1, 9, 0xBEEF);
            assertTrue(TableNode.isWellFormed(node, 1, 10));
            assertFalse(TableNode.isWellFormed(node, 1, 9));
            node.putInt(28, 1);
            assertFalse(TableNode.isWellFormed(node, 1, 10));
            TableNode.put(node, 1, 9, 0xBEEF);
            assertTrue(TableNode.isWellFormed(node, 1, 10), "the spare bytes are written too");
            node.putLong(16, -5);
            assertFalse(TableNode.isWellFormed(node, 1, 10));
            node.putLong(16, 0);
            assertFalse(TableNode.isWellFormed(node, 1, 10), "a checksum of nothing");
        }
    }

    @Test
    @DisplayName("as checksums stays: these are some of them")
    void checksums() {
        assertEquals(0xE3069283, SlotChecksum.of(ByteBuffer.wrap("123456789".getBytes(StandardCharsets.US_ASCII))));
        assertEquals(0x100B05E5, SlotChecksum.bind(0, 0, 0));
        assertEquals(0x724AC25B, SlotChecksum.bind(0, 1, 0));
        assertEquals(0x89025CC1, SlotChecksum.bind(0, 0, 1));
        assertEquals(0x97128FBA, SlotChecksum.bind(0x12345678, 3, 0x0123456789ABCDEFL));
    }
}
