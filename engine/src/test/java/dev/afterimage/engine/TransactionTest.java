package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.TransactionThreadException;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.storage.DiskException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransactionTest {
    @ParameterizedTest
    @EnumSource(ChangeDetail.class)
    @DisplayName("what a transaction wrote is there after commit and after reopening, whatever the strategy wants to know of changes")
    void writeCommitReopen(ChangeDetail detail) {
        TestStores stores = new TestStores(new TestDisk(), detail);
        long page;
        try (OpenStore store = stores.open()) {
            try (Transaction transaction = store.begin()) {
                try (WritablePage handle = transaction.allocate()) {
                    page = handle.id();
                    handle.putLong(0, 42);
                    handle.putBytes(100, ByteBuffer.wrap(new byte[] {1, 2, 3}));
                    handle.fill(4000, 80, (byte) 9);
                }
                try (ReadablePage handle = transaction.read(page)) {
                    assertEquals(42, handle.getLong(0));
                }
                transaction.commit();
                assertEquals(TransactionState.DONE, transaction.state());
            }
        }
        try (OpenStore store = stores.open(); Transaction transaction = store.begin(TransactionOptions.READ_ONLY); ReadablePage handle = transaction.read(page)) {
            assertEquals(42, handle.getLong(0));
            assertEquals(3, handle.getByte(102));
            assertEquals(9, handle.getByte(4079));
            handle.close();
            transaction.commit();
        }
    }

    @ParameterizedTest
    @EnumSource(ChangeDetail.class)
    @DisplayName("a rollback leaves no trace, even of a page that was still open")
    void rollbackLeavesNoTrace(ChangeDetail detail) {
        TestStores stores = new TestStores(new TestDisk(), detail);
        try (OpenStore store = stores.open()) {
            var before = stores.provider.latest.contents();
            Transaction transaction = store.begin();
            try (WritablePage handle = transaction.write(store.rootPageId())) {
                handle.putLong(0, 1);
            }
            transaction.allocate().putLong(8, 2);
            WritablePage open = transaction.write(store.rootPageId());
            open.putLong(64, 3);
            transaction.rollback();
            assertEquals(before, stores.provider.latest.contents());
            assertEquals(0, stores.provider.latest.openAccesses.get());
            assertTrue(assertThrows(IllegalStateException.class, () -> open.getLong(0)).getMessage().contains("rolled back"));
            assertThrows(TransactionStateException.class, () -> transaction.read(1));
            transaction.close();
            assertEquals(0, store.locks().lockedPages());
        }
    }

    @ParameterizedTest
    @EnumSource(ChangeDetail.class)
    @DisplayName("savepoints nest: rolling back to one keeps what came before it, and stays possible")
    void savepointsNest(ChangeDetail detail) {
        TestStores stores = new TestStores(new TestDisk(), detail);
        try (OpenStore store = stores.open(); Transaction transaction = store.begin()) {
            put(transaction, 0, 1);
            Savepoint first = transaction.savepoint();
            put(transaction, 8, 2);
            Savepoint second = transaction.savepoint();
            put(transaction, 16, 3);
            transaction.rollbackTo(second);
            assertEquals(2, get(transaction, 8));
            assertEquals(0, get(transaction, 16));
            put(transaction, 16, 4);
            transaction.rollbackTo(second);
            assertEquals(0, get(transaction, 16));
            transaction.rollbackTo(first);
            assertEquals(0, get(transaction, 8));
            assertEquals(1, get(transaction, 0));
            assertThrows(TransactionStateException.class, () -> transaction.rollbackTo(second));
            transaction.rollbackTo(first);
            put(transaction, 24, 5);
            transaction.commit();
        }
        try (OpenStore store = stores.open(); Transaction transaction = store.begin()) {
            assertEquals(1, get(transaction, 0));
            assertEquals(0, get(transaction, 8));
            assertEquals(5, get(transaction, 24));
        }
    }

    static void put(Transaction transaction, int offset, long value) {
        try (WritablePage page = transaction.write(1)) {
            page.putLong(offset, value);
        }
    }

    static long get(Transaction transaction, int offset) {
        try (ReadablePage page = transaction.read(1)) {
            return page.getLong(offset);
        }
    }

    @Test
    @DisplayName("another thread's call names both threads and harms nothing")
    void wrongThread() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin(); WritablePage page = transaction.write(1)) {
            String own = Thread.currentThread().getName();
            for (Runnable call : new Runnable[] {() -> transaction.read(1), transaction::commit, transaction::rollback, transaction::close,
                    () -> page.putLong(0, 1), () -> page.getLong(0), page::close, transaction::savepoint, transaction::allocate, () -> transaction.free(1)}) {
                Throwable thrown = CompletableFuture.supplyAsync(() -> {
                    Thread.currentThread().setName("stranger");
                    return assertThrows(TransactionThreadException.class, call::run);
                }).join();
                assertTrue(thrown.getMessage().contains(own) && thrown.getMessage().contains("stranger"), thrown.getMessage());
            }
            page.putLong(0, 7);
            page.close();
            transaction.commit();
        }
    }

    @Test
    @DisplayName("commit, savepoint and rollbackTo with pages open name the pages and lose nothing")
    void pagesOpen() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin()) {
            Savepoint savepoint = transaction.savepoint();
            WritablePage page = transaction.write(1);
            page.putLong(0, 5);
            for (Runnable call : new Runnable[] {transaction::commit, transaction::savepoint, () -> transaction.rollbackTo(savepoint)}) {
                String message = assertThrows(TransactionStateException.class, call::run).getMessage();
                assertTrue(message.contains("page 1 for writing"), message);
            }
            assertEquals(TransactionState.ACTIVE, transaction.state());
            page.close();
            transaction.commit();
            assertEquals(5, store.<Long, RuntimeException>call(again -> get(again, 0)));
        }
    }

    @Test
    @DisplayName("offsets outside the page are refused by name, and the page is unharmed")
    void offsets() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin(); WritablePage page = transaction.write(1)) {
            assertEquals(4080, page.size());
            for (Runnable call : new Runnable[] {() -> page.getLong(4073), () -> page.getByte(-1), () -> page.putInt(4077, 1), () -> page.fill(0, 4081, (byte) 1),
                    () -> page.putBytes(4079, new byte[2], 0, 2), () -> page.getBytes(Integer.MAX_VALUE, new byte[8], 0, 8),
                    () -> page.putBytes(0, new byte[4], 2, 3), () -> page.getBytes(0, new byte[4], -1, 2), () -> page.putBytes(0, ByteBuffer.allocate(5000))}) {
                String message = assertThrows(IndexOutOfBoundsException.class, call::run).getMessage();
                assertTrue(message.contains("page 1"), message);
            }
            for (int i = 0; i < page.size(); i++) {
                assertEquals(0, page.getByte(i));
            }
        }
    }

    @Test
    @DisplayName("numbers that are no page's are refused with the range, and the store's own pages are not shown")
    void pageNumbers() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin()) {
            for (long number : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, 1024, 2, 1023, 5000, SpaceMap.PAGE_MAX, SpaceMap.PAGE_MAX + 1}) {
                for (Runnable call : new Runnable[] {() -> transaction.read(number), () -> transaction.write(number), () -> transaction.free(number)}) {
                    String message = assertThrows(PageNotFoundException.class, call::run).getMessage();
                    assertTrue(message.contains("page " + number) && message.contains("1 to 1023"), message);
                }
            }
            assertTrue(assertThrows(IllegalArgumentException.class, () -> transaction.free(1)).getMessage().contains("root page"));
            put(transaction, 0, 1);
            transaction.commit();
        }
    }

    @Test
    @DisplayName("a page is open for writing once; readers of it see what is written at once")
    void readersSeeWrites() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin()) {
            ReadablePage before = transaction.read(1);
            WritablePage page = transaction.write(1);
            assertThrows(TransactionStateException.class, () -> transaction.write(1));
            page.putLong(0, 77);
            assertEquals(77, before.getLong(0));
            try (ReadablePage during = transaction.read(1)) {
                assertEquals(77, during.getLong(0));
            }
            page.close();
            page.close();
            assertThrows(IllegalStateException.class, () -> page.putLong(0, 1));
            assertEquals(77, before.getLong(0));
            before.close();
            transaction.commit();
        }
    }

    @Test
    @DisplayName("a read-only transaction refuses to write, allocate and free")
    void readOnly() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
            assertThrows(TransactionStateException.class, () -> transaction.write(1));
            assertThrows(TransactionStateException.class, transaction::allocate);
            assertThrows(TransactionStateException.class, () -> transaction.free(5));
            get(transaction, 0);
            transaction.commit();
            assertEquals(1, store.statistics().readOnlyCommits());
            assertEquals(0, store.statistics().commits());
        }
    }

    @Test
    @DisplayName("handles are reused: many page accesses make no more than a few of them")
    void handlesAreReused() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin()) {
            var handles = new java.util.IdentityHashMap<Object, Object>();
            for (int i = 0; i < 1000; i++) {
                try (ReadablePage page = transaction.read(1)) {
                    handles.put(page, page);
                }
                try (WritablePage page = transaction.write(1)) {
                    handles.put(page, page);
                }
            }
            assertTrue(handles.size() <= 20, "handles: " + handles.size());
        }
    }

    @Test
    @DisplayName("a page the disk cannot read fails the call and nothing else")
    void readError() {
        TestStores stores = new TestStores();
        try (OpenStore store = stores.open(); Transaction transaction = store.begin()) {
            put(transaction, 0, 3);
            DiskException broken = new DiskException("sector unreadable");
            stores.provider.hook = call -> {
                if (call.startsWith("read")) {
                    throw broken;
                }
            };
            StoreException thrown = assertThrows(StoreException.class, () -> transaction.read(1));
            assertSame(broken, thrown.getCause());
            stores.provider.hook = call -> { };
            assertEquals(3, get(transaction, 0));
            transaction.commit();
        }
    }
}
