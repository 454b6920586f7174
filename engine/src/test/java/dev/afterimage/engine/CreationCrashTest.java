package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.StoreException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.InOrder;
import org.mockito.Mockito;

class CreationCrashTest {
    @ParameterizedTest
    @EnumSource(TestDisk.Crash.class)
    @DisplayName("the first creation survives a crash at each disk call, and a second crash at each disk call of the opening after it")
    void crashAtEachCall(TestDisk.Crash crash) {
        int points = crashPoints(new TestDisk());
        assertTrue(points > 10, "points: " + points);
        for (int first = 0; first <= points; first++) {
            TestDisk broken = new TestDisk();
            crashAt(broken, first);
            TestDisk found = broken.crash(crash);
            int secondPoints = crashPoints(found.crash(TestDisk.Crash.KEEPS_ALL));
            for (int second = 0; second <= secondPoints; second++) {
                TestDisk again = found.crash(TestDisk.Crash.KEEPS_ALL);
                crashAt(again, second);
                verifyFresh(again.crash(crash));
            }
        }
    }

    private static int crashPoints(TestDisk disk) {
        new TestStores(disk, ChangeDetail.RANGES).open().close();
        return disk.calls.size();
    }

    private static void crashAt(TestDisk disk, int point) {
        int[] left = {point};
        disk.beforeChange = call -> {
            if (left[0]-- <= 0) {
                throw new TestDisk.PowerLost();
            }
        };
        try {
            new TestStores(disk, ChangeDetail.RANGES).open().close();
        } catch (StoreException e) {
            // the power is gone; what was thrown matters to nobody
        }
    }

    private static void verifyFresh(TestDisk disk) {
        TestStores stores = new TestStores(disk, ChangeDetail.RANGES);
        for (int i = 0; i < 2; i++) {
            try (OpenStore store = stores.open(); Transaction transaction = store.begin()) {
                assertEquals(i, TransactionTest.get(transaction, 0));
                TransactionTest.put(transaction, 0, i + 1);
                try (WritablePage page = transaction.allocate()) {
                    assertEquals(2 + i, page.id());
                }
                transaction.commit();
            }
        }
        assertFalse(disk.list().contains(StoreOpening.NEW_HEADER_FILE), "files: " + disk.list());
    }

    @Test
    @DisplayName("a full disk at any write of the creation is told, leaves no lock, and the next opening makes the store")
    void fullDisk() {
        int points = crashPoints(new TestDisk());
        for (int point = 0; point < points; point++) {
            TestDisk disk = new TestDisk();
            int[] left = {point};
            disk.beforeChange = call -> {
                if (left[0]-- == 0 && call.startsWith("write")) {
                    throw new DiskFullException("no room for " + call);
                }
            };
            TestStores stores = new TestStores(disk, ChangeDetail.RANGES);
            try {
                stores.open().close();
            } catch (StoreException e) {
                assertTrue(e.getMessage().contains("no room"), e.toString());
            }
            assertFalse(disk.isLocked());
            disk.beforeChange = call -> { };
            verifyFresh(disk);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDisk.Crash.class)
    @DisplayName("a sync that fails while a store is made leaves nothing that loses commits later, though what was not synced is seen until the crash")
    void failedSync(TestDisk.Crash crash) {
        int points = crashPoints(new TestDisk());
        for (int point = 0; point < points; point++) {
            TestDisk disk = new TestDisk();
            int[] left = {point};
            disk.beforeChange = call -> {
                if (left[0]-- == 0 && call.startsWith("sync")) {
                    throw new SyncFailedException("lost: " + call);
                }
            };
            try {
                new TestStores(disk, ChangeDetail.RANGES).open().close();
            } catch (StoreException e) {
                assertFalse(disk.isLocked(), e.toString());
            }
            disk.beforeChange = call -> { };
            OpenStore store = new TestStores(disk, ChangeDetail.RANGES).open();
            store.transact(transaction -> TransactionTest.put(transaction, 0, 88));
            try (OpenStore again = new TestStores(disk.crash(crash), ChangeDetail.RANGES).open()) {
                assertEquals(88, again.<Long, RuntimeException>call(transaction -> TransactionTest.get(transaction, 0)), "sync lost at call " + point);
            }
        }
    }

    @Test
    @DisplayName("the header says \"being made\" durably before the strategy touches anything, and \"ready\" only after the first pages are durable")
    void headerOrder() {
        TestDisk disk = Mockito.spy(new TestDisk());
        new TestStores(disk, ChangeDetail.RANGES).open();
        InOrder order = Mockito.inOrder(disk);
        order.verify(disk).lock(StoreOpening.LOCK_FILE);
        order.verify(disk).create(StoreOpening.NEW_HEADER_FILE);
        order.verify(disk).rename(StoreOpening.NEW_HEADER_FILE, StoreHeader.FILE);
        order.verify(disk).syncNames();
        order.verify(disk).create(ToyStrategy.JOURNAL);
        order.verify(disk).create(StoreOpening.NEW_HEADER_FILE);
        order.verify(disk).rename(StoreOpening.NEW_HEADER_FILE, StoreHeader.FILE);
        order.verify(disk).syncNames();
        var calls = disk.calls;
        assertTrue(calls.indexOf("sync " + StoreOpening.NEW_HEADER_FILE) < calls.indexOf("rename afterimage.store.new afterimage.store"));
        assertTrue(calls.lastIndexOf("sync toy.journal") < calls.lastIndexOf("create " + StoreOpening.NEW_HEADER_FILE));
        assertTrue(calls.lastIndexOf("sync " + StoreOpening.NEW_HEADER_FILE) < calls.lastIndexOf("rename afterimage.store.new afterimage.store"));
    }

    @Test
    @DisplayName("a making that was cut short may be taken up by another strategy, and the mode OPEN says there is no store")
    void cutShort() {
        TestDisk disk = new TestDisk();
        disk.beforeChange = call -> {
            if (call.equals("create " + ToyStrategy.JOURNAL)) {
                throw new TestDisk.PowerLost();
            }
        };
        assertThrows(StoreException.class, () -> new TestStores(disk, ChangeDetail.RANGES).open());
        TestDisk after = disk.crash(TestDisk.Crash.KEEPS_ALL);
        assertThrows(dev.afterimage.api.StoreMissingException.class,
                () -> new TestStores(after, ChangeDetail.RANGES).open(config -> config.openMode(dev.afterimage.api.StoreConfig.OpenMode.OPEN)));
        after.put("leftover.file", new byte[9]);
        try (OpenStore store = new TestStores(after, new ToyStrategy.Provider("other-toy", ChangeDetail.NONE)).open()) {
            assertEquals("other-toy", store.strategyName());
            assertFalse(after.exists("leftover.file"));
        }
    }
}
