package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Home pages, as the pool sees them,")
class HomeSpaceTest {
    private static final int PAGE_SIZE = 512;

    private final PageMemory memory = PageMemory.allocate(PAGE_SIZE, 2);
    private final OffHeapBytes page = memory.page(0);
    private final OffHeapBytes read = memory.page(1);
    private final CrashableFile file = new CrashableFile(new byte[4 * PAGE_SIZE]);
    private final HomeSpace space = new HomeSpace(new HomePages(file, PAGE_SIZE, 99, WriteBarrier.NONE), () -> 9000);

    @AfterEach
    void close() {
        memory.close();
    }

    private void write(long number, long lsn) {
        page.fill(0, PAGE_SIZE, (byte) 7);
        PageHeader.setPageLsn(page, lsn);
        space.write(number, page);
    }

    private HomeSpace torn(int byteOfPageOne) {
        byte[] image = file.image(false);
        image[PAGE_SIZE + byteOfPageOne] ^= 1;
        return new HomeSpace(new HomePages(new CrashableFile(image), PAGE_SIZE, 99, WriteBarrier.NONE), () -> 9000);
    }

    @Test
    @DisplayName("are marked where they are torn while redo runs, and damage afterwards")
    void torn() {
        write(1, 100);
        HomeSpace torn = torn(300);
        torn.read(1, read);
        assertEquals(HomeSpace.TORN, PageHeader.pageLsn(read));
        assertTrue(read.isZero(8, PAGE_SIZE - 8), "and nothing else is said of them");
        torn.endRedo();
        assertThrows(StoreDamagedException.class, () -> torn.read(1, read));
    }

    @Test
    @DisplayName("come without their checksum, which in memory would tell apart what was read from what was not (N1)")
    void checksum() {
        write(1, 100);
        for (int round = 0; round < 2; round++) {
            read.fill(0, PAGE_SIZE, (byte) 1);
            space.read(1, read);
            assertEquals(100, PageHeader.pageLsn(read));
            assertEquals(0, read.getInt(PageHeader.CHECKSUM_OFFSET));
            assertEquals(7, read.getByte(PAGE_SIZE - 1));
            space.endRedo();
        }
    }

    @Test
    @DisplayName("are not written while they have no LSN, for then the disk knows better")
    void noLsn() {
        write(1, 100);
        write(1, 0);
        space.read(1, read);
        assertEquals(100, PageHeader.pageLsn(read));
    }

    @Test
    @DisplayName("are damage with an LSN below zero, or at the log's end, while redo runs too (L6)")
    void impossible() {
        HomePages pages = new HomePages(file, PAGE_SIZE, 99, WriteBarrier.NONE);
        for (long lsn : new long[] {-1, -5, 9000, 9001}) {
            PageHeader.setPageLsn(page, lsn);
            pages.write(2, page);
            StoreDamagedException damage = assertThrows(StoreDamagedException.class, () -> space.read(2, read), "LSN " + lsn);
            assertTrue(damage.getMessage().startsWith("page 2 of file roots was changed at LSN " + lsn), damage.getMessage());
        }
        assertEquals("roots", space.name());
    }
}
