package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.SyncFailedException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;

@DisplayName("The doublewrite buffer")
class DoublewriteBufferTest {
    private static final int PAGE_SIZE = 4096;
    private static final int SLOT = 512 + PAGE_SIZE;
    private static final int BATCH = 3;
    private static final int AREA = 2 * BATCH * SLOT;
    private static final long STORE = 99;

    private final PageMemory memory = PageMemory.allocate(PAGE_SIZE, 2);
    private final OffHeapBytes page = memory.page(0);
    private final OffHeapBytes read = memory.page(1);
    private final StrategyEvents engine = mock(StrategyEvents.class);
    private final FailureLatch failure = new FailureLatch(engine);
    private final WriteBarrier log = mock(WriteBarrier.class);
    private final CrashableFile homeFile = spy(new CrashableFile(new byte[16 * PAGE_SIZE]));
    private final CrashableFile areaFile = spy(new CrashableFile(new byte[0]));
    private final HomePages homes = new HomePages(homeFile, PAGE_SIZE, STORE, log);
    private DoublewriteBuffer doublewrite = DoublewriteBuffer.create(areaFile, AREA, PAGE_SIZE, STORE, failure);

    DoublewriteBufferTest() {
        doublewrite.guard(0, homes);
    }

    @AfterEach
    void close() {
        memory.close();
    }

    private void write(long number, long lsn) {
        write(homes, number, lsn);
    }

    private void write(HomePages pages, long number, long lsn) {
        page.fill(0, PAGE_SIZE, (byte) lsn);
        PageHeader.setPageLsn(page, lsn);
        pages.write(number, page);
    }

    /** The LSN of a page, which has to be whole. */
    private long lsnOf(HomePages pages, long number) {
        pages.read(number, read);
        long lsn = PageHeader.pageLsn(read);
        for (int i = PageHeader.BYTES; i < PAGE_SIZE; i++) {
            assertEquals((byte) lsn, read.getByte(i));
        }
        return lsn;
    }

    /** The store after a crash that left these bytes of the two files. */
    private final class Reopened {
        final CrashableFile home;
        final CrashableFile area;
        final HomePages pages;
        final DoublewriteBuffer buffer;

        Reopened(byte[] homeImage, byte[] areaImage) {
            home = spy(new CrashableFile(homeImage));
            area = spy(new CrashableFile(areaImage));
            pages = new HomePages(home, PAGE_SIZE, STORE, WriteBarrier.NONE);
            buffer = DoublewriteBuffer.open(area, PAGE_SIZE, STORE, failure);
            buffer.guard(0, pages);
        }
    }

    private byte[] home() {
        return homeFile.image(false);
    }

    private byte[] area() {
        return areaFile.image(false);
    }

    private static byte[] torn(byte[] image, int sector) {
        byte[] torn = image.clone();
        Arrays.fill(torn, sector * 512, (sector + 1) * 512, (byte) 0xA5);
        return torn;
    }

    private static int sectorOfPage(int number) {
        return number * PAGE_SIZE / 512 + 3;
    }

    private static int sectorOfCopy(int region, int slot) {
        return (region * BATCH + slot) * SLOT / 512 + 4;
    }

    @Test
    @DisplayName("writes the copies, syncs the area, writes the homes, syncs them, and only then uses the slots again (D1, D2)")
    void order() {
        for (int lsn = 1; lsn <= 3 * BATCH; lsn++) {
            write(lsn, lsn);
        }
        homes.sync();
        InOrder order = inOrder(areaFile, homeFile, log);
        for (int batch = 0; batch < 3; batch++) {
            int last = (batch + 1) * BATCH;
            if (batch > 0) {
                order.verify(homeFile).syncData();
            }
            order.verify(log).beforeWrite(last);
            order.verify(areaFile).write(any(), eq((batch + 1) % 2 * (long) BATCH * SLOT));
            order.verify(areaFile).syncData();
            for (int number = last - BATCH + 1; number <= last; number++) {
                order.verify(homeFile).write(any(), eq((long) number * PAGE_SIZE));
            }
        }
        order.verify(homeFile).syncData();
        verify(areaFile, times(3)).syncData();
        verify(homeFile, times(3)).syncData();
        assertEquals(3 * BATCH, doublewrite.pagesWritten());
        assertEquals(3 * BATCH * SLOT, doublewrite.bytesWritten());
    }

    @Test
    @DisplayName("does not touch the disk for a page before a batch is full or somebody syncs, and has the page meanwhile")
    void pagesWait() {
        write(4, 7);
        write(5, 8);
        verify(areaFile, never()).write(any(), anyLong());
        verify(homeFile, never()).write(any(), anyLong());
        assertEquals(7, lsnOf(homes, 4));
        assertTrue(homes.readForRedo(5, read));
        assertEquals(8, PageHeader.pageLsn(read));
        homes.sync();
        verify(homeFile, times(2)).write(any(), anyLong());
        verify(areaFile, times(1)).syncData();
        assertEquals(7, lsnOf(homes, 4));
        assertEquals(7, lsnOf(new HomePages(new CrashableFile(homeFile.image(true)), PAGE_SIZE, STORE, WriteBarrier.NONE), 4));
    }

    @Test
    @DisplayName("takes a page that comes twice once, in its later version, and writes homes in page order")
    void laterVersion() {
        write(9, 1);
        write(2, 2);
        write(9, 3);
        assertEquals(3, lsnOf(homes, 9));
        homes.sync();
        InOrder order = inOrder(log, areaFile, homeFile);
        order.verify(log).beforeWrite(3);
        order.verify(areaFile).syncData();
        order.verify(homeFile).write(any(), eq(2L * PAGE_SIZE));
        order.verify(homeFile).write(any(), eq(9L * PAGE_SIZE));
        verify(homeFile, times(2)).write(any(), anyLong());
        assertEquals(3, lsnOf(homes, 9));
    }

    @Test
    @DisplayName("sends batches of any size one after the other")
    void sizesOfBatches() {
        long lsn = 0;
        for (int pages : new int[] {1, 3, 2, 1, 3, 3, 1}) {
            for (int number = 0; number < pages; number++) {
                write(number, ++lsn);
            }
            homes.sync();
            Reopened after = new Reopened(torn(home(), sectorOfPage(pages - 1)), area());
            assertEquals(1, after.buffer.repair());
            assertEquals(lsn, lsnOf(after.pages, pages - 1));
        }
    }

    @Test
    @DisplayName("tells pages of several home files apart, and syncs each that was written to")
    void severalHomes() {
        CrashableFile otherFile = spy(new CrashableFile(new byte[8 * PAGE_SIZE]));
        HomePages other = new HomePages(otherFile, PAGE_SIZE, STORE, log);
        doublewrite.guard(1, other);
        write(homes, 3, 11);
        write(other, 3, 12);
        assertEquals(11, lsnOf(homes, 3));
        assertEquals(12, lsnOf(other, 3));
        homes.sync();
        assertEquals(12, lsnOf(other, 3));
        verify(homeFile).syncData();
        verify(otherFile, never()).syncData();
        write(homes, 4, 13);
        homes.sync();
        verify(otherFile).syncData();
        Reopened after = new Reopened(home(), area());
        HomePages otherAfter = new HomePages(new CrashableFile(torn(otherFile.image(false), sectorOfPage(3))), PAGE_SIZE, STORE, WriteBarrier.NONE);
        assertThrows(StoreDamagedException.class, after.buffer::repair);
        after.buffer.guard(1, otherAfter);
        assertEquals(1, after.buffer.repair());
        assertEquals(12, lsnOf(otherAfter, 3));
    }

    @Test
    @DisplayName("makes each torn home whole, and says how many")
    void repairs() {
        write(1, 1);
        write(2, 2);
        homes.sync();
        Reopened after = new Reopened(torn(torn(home(), sectorOfPage(1)), sectorOfPage(2)), area());
        assertEquals(2, after.buffer.repair());
        assertEquals(1, lsnOf(after.pages, 1));
        assertEquals(2, lsnOf(after.pages, 2));
        // Synced: a crash that takes all that was not finds them whole.
        HomePages crashed = new HomePages(new CrashableFile(after.home.image(true)), PAGE_SIZE, STORE, WriteBarrier.NONE);
        assertEquals(1, lsnOf(crashed, 1));
        assertEquals(2, lsnOf(crashed, 2));
    }

    @Test
    @DisplayName("makes a home whole that was never written, or lies beyond the end of the file (doublewrite-first-page)")
    void firstPage() {
        write(0, 1);
        write(15, 2);
        homes.sync();
        Reopened after = new Reopened(new byte[PAGE_SIZE], area());
        assertEquals(2, after.buffer.repair());
        assertEquals(1, lsnOf(after.pages, 0));
        assertEquals(2, lsnOf(after.pages, 15));
    }

    @Test
    @DisplayName("never restores a torn copy, nor one that another slot's header, page or store speaks of (D4)")
    void tornCopy() {
        write(1, 1);
        write(2, 2);
        homes.sync();
        byte[] tornHome = torn(torn(home(), sectorOfPage(1)), sectorOfPage(2));
        for (int sector = 0; sector < SLOT / 512; sector++) {
            Reopened after = new Reopened(tornHome, torn(area(), BATCH * SLOT / 512 + sector));
            assertEquals(1, after.buffer.repair(), "sector " + sector);
            assertThrows(StoreDamagedException.class, () -> after.pages.read(1, read));
            assertEquals(2, lsnOf(after.pages, 2));
        }
        byte[] swapped = area();
        System.arraycopy(area(), BATCH * SLOT, swapped, (BATCH + 1) * SLOT, SLOT);
        System.arraycopy(area(), (BATCH + 1) * SLOT, swapped, BATCH * SLOT, SLOT);
        assertEquals(0, new Reopened(tornHome, swapped).buffer.repair());
        byte[] mixed = area();
        System.arraycopy(area(), BATCH * SLOT + 512, mixed, (BATCH + 1) * SLOT + 512, PAGE_SIZE);
        assertEquals(1, new Reopened(tornHome, mixed).buffer.repair());
        DoublewriteBuffer foreign = DoublewriteBuffer.open(new CrashableFile(area()), PAGE_SIZE, STORE + 1, failure);
        foreign.guard(0, new HomePages(new CrashableFile(tornHome), PAGE_SIZE, STORE + 1, WriteBarrier.NONE));
        assertEquals(0, foreign.repair());
    }

    @Test
    @DisplayName("leaves a whole home alone, newer than its copy or older")
    void wholeHome() {
        write(1, 1);
        homes.sync();
        byte[] older = home();
        write(1, 5);
        homes.sync();
        byte[] areaWithCopyOf5 = area();
        Reopened homeOlder = new Reopened(older, areaWithCopyOf5);
        assertEquals(0, homeOlder.buffer.repair());
        assertEquals(1, lsnOf(homeOlder.pages, 1));
        HomePages direct = new HomePages(homeFile, PAGE_SIZE, STORE, WriteBarrier.NONE);
        write(direct, 1, 9);
        Reopened homeNewer = new Reopened(home(), areaWithCopyOf5);
        assertEquals(0, homeNewer.buffer.repair());
        assertEquals(9, lsnOf(homeNewer.pages, 1));
    }

    @Test
    @DisplayName("takes the newer of two copies, and none that a later batch left behind in its region")
    void newestCopy() {
        write(1, 1);
        write(2, 2);
        write(3, 3);
        homes.sync();
        write(1, 11);
        homes.sync();
        byte[] tornHome = torn(home(), sectorOfPage(1));
        Reopened after = new Reopened(tornHome, area());
        assertEquals(1, after.buffer.repair());
        assertEquals(11, lsnOf(after.pages, 1));
        // The next batch takes the first region again, with one page: the copies of pages 2 and 3 behind it may be older than their homes by now.
        write(4, 12);
        homes.sync();
        Reopened stale = new Reopened(torn(home(), sectorOfPage(2)), area());
        assertEquals(0, stale.buffer.repair());
        assertThrows(StoreDamagedException.class, () -> stale.pages.read(2, read));
    }

    @Test
    @DisplayName("keeps the copies of a repair that is cut short until homes are durable: every crash state of it, and of the repair after it, is repaired (D5)")
    void repairCutShort() {
        write(1, 1);
        write(2, 2);
        homes.sync();
        byte[] tornHome = torn(torn(home(), sectorOfPage(1)), sectorOfPage(2));
        int[] looks = {0};
        repairAtEverySync(tornHome, area(), 2, looks);
        assertTrue(looks[0] > 30, looks[0] + " states");
    }

    /** Repairs; at each of its syncs, crashes in a few ways and repairs again. */
    private void repairAtEverySync(byte[] homeImage, byte[] areaImage, int depth, int[] looks) {
        Reopened after = new Reopened(homeImage, areaImage);
        if (depth > 0) {
            after.home.beforeSync(file -> {
                for (byte[] image : somewhatTorn(file)) {
                    looks[0]++;
                    repairAtEverySync(image, after.area.image(true), depth - 1, looks);
                }
            });
            after.area.beforeSync(file -> {
                for (byte[] image : somewhatTorn(file)) {
                    looks[0]++;
                    repairAtEverySync(after.home.image(true), image, depth - 1, looks);
                }
            });
        }
        after.buffer.repair();
        assertEquals(1, lsnOf(after.pages, 1));
        assertEquals(2, lsnOf(after.pages, 2));
    }

    /** Nothing of what was not synced, all of it, and all of it but one sector of every few, which is trash. */
    private static byte[][] somewhatTorn(CrashableFile file) {
        byte[] none = file.image(true);
        byte[] all = file.image(false);
        java.util.List<byte[]> images = new java.util.ArrayList<>(java.util.List.of(none, all));
        for (int sector = 0; sector < all.length / 512; sector += 3) {
            if (!Arrays.equals(none, sector * 512, (sector + 1) * 512, all, sector * 512, (sector + 1) * 512)) {
                images.add(torn(all, sector));
            }
        }
        return images.toArray(byte[][]::new);
    }

    @Test
    @DisplayName("writes homes again that only look whole, with new copies in the other region, before it lets the old ones go (F2)")
    void rewritesWhatOnlyLooksWhole() {
        write(1, 1);
        homes.sync();
        Reopened after = new Reopened(home(), area());
        assertEquals(0, after.buffer.repair());
        InOrder order = inOrder(after.area, after.home);
        order.verify(after.area).write(any(), eq(0L));
        order.verify(after.area).syncData();
        order.verify(after.home).write(any(), eq((long) PAGE_SIZE));
        order.verify(after.home).syncData();
    }

    @Test
    @DisplayName("overwrites no home from where its copy was found, which may be only seen and not durable: the copy goes to the other region, durably, first (D1)")
    void copiesFoundAreOnlySeen() {
        write(1, 1);
        homes.sync();
        for (byte[] homeThen : new byte[][] {torn(home(), sectorOfPage(1)), new byte[PAGE_SIZE]}) {
            Reopened after = new Reopened(homeThen, area());
            assertEquals(1, after.buffer.repair());
            InOrder order = inOrder(after.area, after.home);
            order.verify(after.area).write(any(), eq(0L));
            order.verify(after.area).syncData();
            order.verify(after.home).write(any(), eq((long) PAGE_SIZE));
            order.verify(after.home).syncData();
            verify(after.home, times(1)).write(any(), anyLong());
        }
    }

    @Test
    @DisplayName("goes on numbering batches, and has to be asked for repairs before the first write")
    void numbersGoOn() {
        write(1, 1);
        homes.sync();
        Reopened clean = new Reopened(home(), area());
        write(clean.pages, 1, 2);
        clean.pages.sync();
        verify(clean.area).write(any(), eq(0L));
        assertThrows(IllegalStateException.class, clean.buffer::repair);
        Reopened after = new Reopened(torn(clean.home.image(false), sectorOfPage(1)), clean.area.image(false));
        assertEquals(1, after.buffer.repair());
        assertEquals(2, lsnOf(after.pages, 1));
    }

    @Test
    @DisplayName("stops for good when the area cannot be synced: no home has been touched (F1)")
    void areaSyncFails() {
        write(1, 1);
        areaFile.nextSync = new SyncFailedException("no");
        assertSame(areaFile.nextSync, assertThrows(SyncFailedException.class, homes::sync));
        verify(engine).failed(areaFile.nextSync);
        areaFile.nextSync = null;
        assertThrows(StoreFailedException.class, homes::sync);
        assertThrows(StoreFailedException.class, () -> write(2, 2));
        verify(homeFile, never()).write(any(), anyLong());
        assertEquals(1, lsnOf(homes, 1));
    }

    @Test
    @DisplayName("stops for good when homes cannot be synced: their copies stay (F1, D2)")
    void homeSyncFails() {
        write(1, 1);
        write(2, 2);
        write(3, 3);
        write(4, 4);
        homeFile.nextSync = new SyncFailedException("no");
        write(5, 5);
        write(6, 6);
        assertThrows(SyncFailedException.class, () -> write(7, 7));
        verify(engine).failed(homeFile.nextSync);
        homeFile.nextSync = null;
        assertThrows(StoreFailedException.class, homes::sync);
        verify(areaFile, times(1)).write(any(), anyLong());
    }

    @Test
    @DisplayName("keeps pages that could not be written, and tries again")
    void triesAgain() {
        write(1, 1);
        write(2, 2);
        doThrow(new DiskException("no")).doCallRealMethod().when(homeFile).write(any(), eq(2L * PAGE_SIZE));
        assertThrows(DiskException.class, homes::sync);
        assertEquals(1, lsnOf(homes, 1));
        assertEquals(2, lsnOf(homes, 2));
        write(2, 3);
        assertEquals(3, lsnOf(homes, 2));
        homes.sync();
        verify(areaFile, times(2)).syncData();
        assertEquals(3, lsnOf(homes, 2));
        doThrow(new DiskException("no")).when(log).beforeWrite(9);
        write(3, 9);
        assertThrows(DiskException.class, homes::sync);
        doNothing().when(log).beforeWrite(9);
        homes.sync();
        assertEquals(9, lsnOf(new HomePages(new CrashableFile(homeFile.image(true)), PAGE_SIZE, STORE, WriteBarrier.NONE), 3));
    }

    @Test
    @DisplayName("lets homes out of guard when all is durable")
    void release() {
        write(1, 1);
        doublewrite.release();
        verify(homeFile).syncData();
        write(2, 2);
        verify(homeFile).write(any(), eq(2L * PAGE_SIZE));
        verify(areaFile, times(1)).write(any(), anyLong());
    }

    @Test
    @DisplayName("takes its room when it is made, and refuses an area of less than two pages a batch")
    void room() {
        assertEquals(AREA, areaFile.size());
        assertEquals(BATCH, doublewrite.batchPages());
        assertEquals(4 * SLOT, DoublewriteBuffer.areaBytesMin(PAGE_SIZE));
        assertThrows(IllegalArgumentException.class, () -> DoublewriteBuffer.create(new CrashableFile(new byte[0]), 4 * SLOT - 1, PAGE_SIZE, STORE, failure));
        assertThrows(StoreDamagedException.class, () -> DoublewriteBuffer.open(new CrashableFile(new byte[3 * SLOT]), PAGE_SIZE, STORE, failure));
    }

    @Test
    @DisplayName("forgets its copies only when all homes are durable, and durably: no later repair brings one back")
    void forgetsCopies() {
        write(1, 1);
        homes.sync();
        write(2, 2);
        doublewrite.forgetCopies();
        InOrder order = inOrder(areaFile, homeFile);
        order.verify(homeFile).write(any(), eq(2L * PAGE_SIZE));
        order.verify(homeFile).syncData();
        order.verify(areaFile, times((AREA + PAGE_SIZE - 1) / PAGE_SIZE)).write(any(), anyLong());
        order.verify(areaFile).syncData();
        assertEquals(AREA, areaFile.size());
        assertTrue(java.nio.ByteBuffer.wrap(areaFile.image(true)).equals(java.nio.ByteBuffer.allocate(AREA)), "zeros, durably");
        assertEquals(0, new Reopened(torn(torn(homeFile.image(true), sectorOfPage(1)), sectorOfPage(2)), areaFile.image(true)).buffer.repair());
        write(3, 3);
        homes.sync();
        assertEquals(1, new Reopened(torn(home(), sectorOfPage(3)), area()).buffer.repair(), "and goes on guarding");
        areaFile.nextSync = new SyncFailedException("no");
        assertThrows(SyncFailedException.class, doublewrite::forgetCopies);
        verify(engine).failed(areaFile.nextSync);
    }

    @Test
    @DisplayName("lets several homes out of guard and takes them again, each number once")
    void guardsAgain() {
        CrashableFile otherFile = spy(new CrashableFile(new byte[8 * PAGE_SIZE]));
        HomePages other = new HomePages(otherFile, PAGE_SIZE, STORE, log);
        assertThrows(IllegalArgumentException.class, () -> doublewrite.guard(0, other));
        doublewrite.guard(2, other);
        write(homes, 1, 1);
        write(other, 1, 2);
        doublewrite.release();
        assertEquals(1, lsnOf(new HomePages(new CrashableFile(homeFile.image(true)), PAGE_SIZE, STORE, WriteBarrier.NONE), 1));
        assertEquals(2, lsnOf(new HomePages(new CrashableFile(otherFile.image(true)), PAGE_SIZE, STORE, WriteBarrier.NONE), 1));
        write(other, 2, 3);
        verify(otherFile).write(any(), eq(2L * PAGE_SIZE));
        doublewrite.guard(0, other);
        doublewrite.guard(2, homes);
        write(other, 3, 4);
        verify(otherFile, never()).write(any(), eq(3L * PAGE_SIZE));
        assertEquals(4, lsnOf(other, 3));
    }

    @Test
    @DisplayName("makes its room durable, in an empty file only, and has nothing to repair then")
    void made() {
        CrashableFile file = spy(new CrashableFile(new byte[0]));
        DoublewriteBuffer made = DoublewriteBuffer.create(file, 4 * SLOT, PAGE_SIZE, STORE, failure);
        assertEquals(2, made.batchPages());
        InOrder order = inOrder(file);
        order.verify(file).preallocate(4 * SLOT);
        order.verify(file).sync();
        assertEquals(0, made.repair());
        assertThrows(IllegalArgumentException.class, () -> DoublewriteBuffer.create(file, 4 * SLOT, PAGE_SIZE, STORE, failure));
    }

    @Test
    @DisplayName("does nothing to the area in a sync that has nothing to send")
    void nothingToSend() {
        write(1, 1);
        homes.sync();
        homes.sync();
        verify(areaFile, times(1)).write(any(), anyLong());
        verify(areaFile, times(1)).syncData();
        verify(homeFile, times(2)).syncData();
    }

    @ParameterizedTest(name = "copy {0} torn")
    @ValueSource(ints = {0, 1, 2})
    @DisplayName("takes the region of a batch that did not get there as a whole again, under a number of its own: the copies that are needed stay, and none of the torn batch counts")
    void regionOfATornBatch(int slot) {
        write(1, 1);
        homes.sync();
        write(2, 2);
        write(3, 3);
        write(4, 4);
        homes.sync();
        Reopened after = new Reopened(home(), torn(area(), sectorOfCopy(0, slot)));
        assertEquals(0, after.buffer.repair());
        verify(after.area, times(1)).write(any(), eq(0L));
        verify(after.area, never()).write(any(), eq((long) BATCH * SLOT));
        for (int number = 2; number <= 4; number++) {
            Reopened again = new Reopened(torn(after.home.image(false), sectorOfPage(number)), after.area.image(false));
            assertEquals(0, again.buffer.repair(), "the copy of page " + number + " is one of the torn batch");
        }
        Reopened first = new Reopened(torn(after.home.image(false), sectorOfPage(1)), after.area.image(false));
        assertEquals(1, first.buffer.repair());
    }

    @Test
    @Timeout(60)
    @DisplayName("holds no lock longer than a call")
    void locks() throws InterruptedException {
        Runnable[] calls = {() -> homes.sync(), doublewrite::forgetCopies, doublewrite::repair, doublewrite::release, () -> doublewrite.guard(0, homes), () -> homes.sync()};
        for (int call = 0; call < calls.length; call++) {
            Runnable work = calls[call];
            Thread thread = new Thread(() -> {
                work.run();
                write(1, 1);
                homes.sync();
            });
            if (work == calls[2]) {
                thread = new Thread(() -> assertThrows(IllegalStateException.class, doublewrite::repair));
            }
            thread.setDaemon(true);
            thread.start();
            thread.join(20_000);
            assertFalse(thread.isAlive(), "call " + call);
        }
    }
}
