package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.InOrder;

@DisplayName("Home pages")
class HomePagesTest {
    private static final int PAGE_SIZE = 4096;

    private final PageMemory memory = PageMemory.allocate(PAGE_SIZE, 2);
    private final OffHeapBytes page = memory.page(0);
    private final OffHeapBytes read = memory.page(1);
    private final CrashableFile file = new CrashableFile(new byte[8 * PAGE_SIZE]);
    private final HomePages pages = new HomePages(file, PAGE_SIZE, 99, WriteBarrier.NONE);

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    @DisplayName("are refused with an LSN at which the log has no record: beyond its end, or between what was recovered and what came after (L6)")
    void newerThanTheLog() {
        HomeSpace space = new HomeSpace(pages, () -> 9000);
        space.endRedo();
        space.logGoesOn(5000, 8000);
        for (long lsn : new long[] {4999, 8000, 8999}) {
            PageHeader.setPageLsn(page, lsn);
            space.write(1, page);
            space.read(1, read);
            assertEquals(lsn, PageHeader.pageLsn(read));
        }
        for (long lsn : new long[] {5000, 7999, 9000}) {
            PageHeader.setPageLsn(page, lsn);
            space.write(1, page);
            assertThrows(StoreDamagedException.class, () -> space.read(1, read), () -> "LSN " + lsn);
        }
    }

    @Test
    @DisplayName("come back as they were written, whatever the checksum field held in memory (P6)")
    void roundTrip() {
        page.fill(0, PAGE_SIZE, (byte) 3);
        PageHeader.setPageLsn(page, 1234);
        PageHeader.setImageLsn(page, 1000);
        PageHeader.setExists(page, true);
        pages.write(5, page);
        PageHeader.setPageLsn(page, 5678);
        pages.write(5, page);
        pages.read(5, read);
        assertEquals(5678, PageHeader.pageLsn(read));
        assertEquals(1000, PageHeader.imageLsn(read));
        assertTrue(PageHeader.exists(read));
        for (int i = PageHeader.BYTES; i < PAGE_SIZE; i++) {
            assertEquals(3, read.getByte(i));
        }
        PageHeader.setExists(read, false);
        assertFalse(PageHeader.exists(read));
    }

    @Test
    @DisplayName("that were never written are zeros and do not exist, also beyond the end of the file (P8)")
    void absent() {
        for (long number : new long[] {0, 7, 8, 1_000_000}) {
            read.fill(0, PAGE_SIZE, (byte) 1);
            pages.read(number, read);
            assertTrue(read.isZero(0, PAGE_SIZE));
            assertFalse(PageHeader.exists(read));
            assertTrue(pages.readForRedo(number, read));
        }
    }

    @Test
    @DisplayName("with any bit wrong are refused with page, file and both checksums, and called torn in redo (P5)")
    void rot() {
        write(5, 1);
        file.sync();
        byte[] image = file.image(true);
        for (int bit = 0; bit < PAGE_SIZE * 8; bit += 37) {
            byte[] rotten = image.clone();
            rotten[5 * PAGE_SIZE + bit / 8] ^= (byte) (1 << bit % 8);
            HomePages again = new HomePages(new CrashableFile(rotten), PAGE_SIZE, 99, WriteBarrier.NONE);
            StoreDamagedException damaged = assertThrows(StoreDamagedException.class, () -> again.read(5, read));
            assertTrue(damaged.getMessage().matches("page 5 of file roots is damaged: expected checksum [0-9a-f]{8}, found [0-9a-f]{8}; .*"), damaged.getMessage());
            read.fill(0, PAGE_SIZE, (byte) 1);
            assertFalse(again.readForRedo(5, read));
            assertTrue(read.isZero(0, PAGE_SIZE));
        }
    }

    @Test
    @DisplayName("that a crash tore in the middle are noticed, every mixture of sectors that is not all old or all new")
    void torn() {
        write(5, 1);
        file.sync();
        byte[] old = file.image(true);
        write(5, 2);
        file.sync();
        byte[] next = file.image(true);
        for (int sectors = 0; sectors < 256; sectors++) {
            byte[] mixture = old.clone();
            for (int s = 0; s < 8; s++) {
                if ((sectors >> s & 1) != 0) {
                    System.arraycopy(next, 5 * PAGE_SIZE + s * 512, mixture, 5 * PAGE_SIZE + s * 512, 512);
                }
            }
            HomePages again = new HomePages(new CrashableFile(mixture), PAGE_SIZE, 99, WriteBarrier.NONE);
            assertEquals(sectors == 0 || sectors == 255, again.readForRedo(5, read), "mixture " + sectors);
        }
    }

    @Test
    @DisplayName("written to another page's place, or left there by another store, are refused (P9)")
    void misdirected() {
        write(5, 1);
        file.sync();
        byte[] image = file.image(true);
        byte[] misdirected = image.clone();
        System.arraycopy(image, 5 * PAGE_SIZE, misdirected, 6 * PAGE_SIZE, PAGE_SIZE);
        HomePages again = new HomePages(new CrashableFile(misdirected), PAGE_SIZE, 99, WriteBarrier.NONE);
        again.read(5, read);
        assertThrows(StoreDamagedException.class, () -> again.read(6, read));
        HomePages otherStore = new HomePages(new CrashableFile(image), PAGE_SIZE, 100, WriteBarrier.NONE);
        assertThrows(StoreDamagedException.class, () -> otherStore.read(5, read));
    }

    @Test
    @DisplayName("wait for the barrier at their page LSN before they are written (W2), and stay unwritten if it fails")
    void barrierFirst() {
        DiskFile disk = mock(DiskFile.class);
        WriteBarrier barrier = mock(WriteBarrier.class);
        HomePages mocked = new HomePages(disk, PAGE_SIZE, barrier);
        PageHeader.setPageLsn(page, 77);
        mocked.write(3, page);
        InOrder order = inOrder(barrier, disk);
        order.verify(barrier).beforeWrite(77);
        order.verify(disk).write(any(), eq(3L * PAGE_SIZE));
        doThrow(new StoreFailedException("the log has failed")).when(barrier).beforeWrite(anyLong());
        assertThrows(StoreFailedException.class, () -> mocked.write(4, page));
        verify(disk, never()).write(any(), eq(4L * PAGE_SIZE));
    }

    @Test
    @DisplayName("pass a read error on, in redo as well: it is no torn page")
    void readError() {
        DiskFile disk = mock(DiskFile.class);
        HomePages mocked = new HomePages(disk, PAGE_SIZE, WriteBarrier.NONE);
        DiskException broken = new DiskException("input/output error");
        when(disk.read(any(), anyLong())).thenThrow(broken);
        assertSame(broken, assertThrows(DiskException.class, () -> mocked.read(1, read)));
        assertSame(broken, assertThrows(DiskException.class, () -> mocked.readForRedo(1, read)));
    }

    @Test
    @DisplayName("sync once, and after a failed sync neither write nor sync again (F2, F3)")
    void failedSync() {
        DiskFile disk = mock(DiskFile.class);
        HomePages mocked = new HomePages(disk, PAGE_SIZE, WriteBarrier.NONE);
        mocked.sync();
        verify(disk).syncData();
        doThrow(new SyncFailedException("no")).when(disk).syncData();
        assertThrows(SyncFailedException.class, mocked::sync);
        StoreFailedException failed = assertThrows(StoreFailedException.class, mocked::sync);
        assertTrue(failed.getCause() instanceof SyncFailedException);
        assertThrows(StoreFailedException.class, () -> mocked.write(1, page));
        verify(disk, times(2)).syncData();
        verify(disk, never()).write(any(), anyLong());
        mocked.close();
        verify(disk).close();
    }

    @Test
    @DisplayName("reserve room in big steps, in small ones where the disk is nearly full, and report a full one")
    void reserve() {
        DiskFile disk = mock(DiskFile.class);
        HomePages mocked = new HomePages(disk, PAGE_SIZE, WriteBarrier.NONE);
        mocked.reserve(0);
        mocked.reserve(1);
        mocked.reserve(255);
        verify(disk, times(1)).preallocate(anyLong());
        verify(disk).preallocate(1 << 20);
        mocked.reserve(1000);
        verify(disk).preallocate(1001L * PAGE_SIZE);
        doThrow(new DiskFullException("full")).when(disk).preallocate(anyLong());
        assertThrows(DiskFullException.class, () -> mocked.reserve(1001));
        // There is room for one page, not for a step.
        doThrow(new DiskFullException("full")).doNothing().when(disk).preallocate(anyLong());
        mocked.reserve(1001);
        verify(disk, times(2)).preallocate(1002L * PAGE_SIZE);
        mocked.reserve(1001);
        verify(disk, times(2)).preallocate(1002L * PAGE_SIZE);
        verify(disk, times(6)).preallocate(anyLong());
        assertThrows(IllegalArgumentException.class, () -> mocked.reserve(-1));
        assertThrows(IllegalArgumentException.class, () -> mocked.reserve(Long.MAX_VALUE));
    }

    @Test
    @DisplayName("reserve room in steps of an eighth of what there is, 64 MiB at most, in whole pages")
    void reserveSteps() {
        long mebibyte = 1 << 20;
        for (long[] sizes : new long[][] {{4 * mebibyte, 5 * mebibyte}, {80 * mebibyte, 90 * mebibyte}, {1024 * mebibyte, 1088 * mebibyte}, {mebibyte + 512, 2 * mebibyte + PAGE_SIZE}}) {
            DiskFile disk = mock(DiskFile.class);
            when(disk.size()).thenReturn(sizes[0]);
            HomePages mocked = new HomePages(disk, PAGE_SIZE, WriteBarrier.NONE);
            mocked.reserve(sizes[0] / PAGE_SIZE - 1);
            verify(disk, never()).preallocate(anyLong());
            mocked.reserve((sizes[0] + PAGE_SIZE - 1) / PAGE_SIZE);
            verify(disk).preallocate(sizes[1]);
        }
    }

    @Test
    @Timeout(60)
    @DisplayName("can be reserved by one thread after the other")
    void reserveLock() throws InterruptedException {
        pages.reserve(1000);
        Thread other = new Thread(() -> pages.reserve(2000));
        other.setDaemon(true);
        other.start();
        other.join(20_000);
        assertFalse(other.isAlive());
    }

    @Test
    @DisplayName("are larger than their header, have the file's name, and numbers whose positions a file can have")
    void ranges() {
        assertThrows(IllegalArgumentException.class, () -> new HomePages(file, PageHeader.BYTES, WriteBarrier.NONE));
        assertThrows(IllegalArgumentException.class, () -> new HomePages(file, 8, WriteBarrier.NONE));
        new HomePages(file, PageHeader.BYTES + 8, WriteBarrier.NONE);
        assertEquals("roots", pages.name());
        HomePages mocked = new HomePages(mock(DiskFile.class), PAGE_SIZE, WriteBarrier.NONE);
        mocked.read(Long.MAX_VALUE / PAGE_SIZE - 1, read);
        assertTrue(read.isZero(0, PAGE_SIZE));
        for (long number : new long[] {-1, Long.MAX_VALUE / PAGE_SIZE, Long.MAX_VALUE / PAGE_SIZE + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> mocked.read(number, read), "page " + number);
        }
    }

    @Test
    @DisplayName("whose checksum is kept elsewhere are covered whole")
    void wholePageChecksum() {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(64);
        int sum = PageChecksum.ofWholePage(bytes, 1, 2);
        int withHeader = PageChecksum.ofPageWithHeader(bytes, 1, 2);
        bytes.putInt(PageHeader.CHECKSUM_OFFSET, 5);
        assertEquals(withHeader, PageChecksum.ofPageWithHeader(bytes, 1, 2));
        int[] others = {PageChecksum.ofWholePage(bytes, 1, 2),
                PageChecksum.ofWholePage(bytes.putInt(PageHeader.CHECKSUM_OFFSET, 0), 2, 2), PageChecksum.ofWholePage(bytes, 1, 3)};
        assertTrue(Arrays.stream(others).noneMatch(other -> other == sum));
        assertEquals(0, bytes.position());
        assertEquals(64, bytes.limit());
    }

    private void write(long number, int value) {
        page.fill(PageHeader.BYTES, PAGE_SIZE - PageHeader.BYTES, (byte) value);
        PageHeader.setPageLsn(page, value);
        PageHeader.setExists(page, true);
        pages.write(number, page);
    }
}
