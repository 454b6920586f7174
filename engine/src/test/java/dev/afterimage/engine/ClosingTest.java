package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreClosedException;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.StoreState;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.storage.SyncFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosingTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final TestStores stores = new TestStores(new TestDisk(), ChangeDetail.RANGES_WITH_BEFORE);

    @AfterEach
    void noThreads() {
        threads.shutdown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("closing rolls back what is active, with pages open too; later calls say that the store is closed")
    void rollsBack() {
        OpenStore store = stores.open();
        store.transact(transaction -> TransactionTest.put(transaction, 0, 1));
        Transaction transaction = store.begin();
        TransactionTest.put(transaction, 0, 2);
        WritablePage page = transaction.write(1);
        page.putLong(8, 3);
        store.close();
        store.close();
        assertEquals(StoreState.CLOSED, store.state());
        assertEquals(TransactionState.DONE, transaction.state());
        for (Runnable call : new Runnable[] {store::begin, store::checkpoint, () -> transaction.read(1), transaction::commit, transaction::rollback,
                () -> store.transact(work -> { })}) {
            assertThrows(StoreClosedException.class, call::run);
        }
        assertTrue(assertThrows(IllegalStateException.class, () -> page.getLong(0)).getMessage().contains("the store was closed"));
        page.close();
        transaction.close();
        assertEquals(1, store.statistics().commits());
        assertFalse(stores.disk.isLocked());
        try (OpenStore again = stores.open()) {
            assertEquals(1, again.<Long, RuntimeException>call(work -> TransactionTest.get(work, 0)));
        }
    }

    @Test
    @DisplayName("what was committed without waiting is durable when close returns")
    void makesDurable() {
        OpenStore store = stores.open();
        Transaction transaction = store.begin();
        TransactionTest.put(transaction, 0, 9);
        transaction.commit(Durability.RELAXED);
        store.close();
        TestStores after = new TestStores(stores.disk.crash(TestDisk.Crash.DROPS_UNSYNCED), ChangeDetail.RANGES);
        try (OpenStore again = after.open()) {
            assertEquals(9, again.<Long, RuntimeException>call(work -> TransactionTest.get(work, 0)));
        }
    }

    @Test
    @DisplayName("another thread's wait for a page lock ends, its transaction is rolled back, and a call of it under way is waited for")
    void otherThreads() {
        OpenStore store = stores.open();
        Transaction holder = store.begin();
        TransactionTest.put(holder, 0, 1);
        CountDownLatch begun = new CountDownLatch(1);
        var waiter = CompletableFuture.supplyAsync(() -> {
            try (Transaction transaction = store.begin()) {
                begun.countDown();
                return assertThrows(StoreClosedException.class, () -> transaction.write(1));
            }
        }, threads);
        CountDownLatch inCall = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        stores.provider.hook = call -> {
            if (call.equals("create 2")) {
                inCall.countDown();
                await(goOn);
            }
        };
        var slow = CompletableFuture.supplyAsync(() -> {
            Transaction transaction = store.begin();
            transaction.allocate().close();
            return transaction;
        }, threads);
        await(inCall);
        await(begun);
        var closing = CompletableFuture.runAsync(store::close, threads);
        while (store.state() != StoreState.CLOSED) {
            Thread.onSpinWait();
        }
        assertFalse(stores.provider.latest.closed);
        goOn.countDown();
        waiter.join();
        assertThrows(StoreClosedException.class, () -> holder.read(1));
        closing.join();
        assertEquals(TransactionState.DONE, slow.join().state());
        assertTrue(stores.provider.latest.closed);
    }

    @Test
    @DisplayName("a dead thread's transaction is rolled back, though it left a page open")
    void deadThread() throws InterruptedException {
        OpenStore store = stores.open();
        AtomicReference<Transaction> left = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            left.set(store.begin());
            left.get().write(1).putLong(0, 5);
        });
        thread.start();
        thread.join();
        store.close();
        assertEquals(TransactionState.DONE, left.get().state());
        assertEquals(0, stores.provider.latest.openAccesses.get());
    }

    @Test
    @DisplayName("memory is not freed under a page that a living thread keeps open: the store lets go as a crash would, and says so")
    void keptOpen() {
        OpenStore store = stores.open();
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        var keeper = CompletableFuture.supplyAsync(() -> {
            Transaction transaction = store.begin();
            WritablePage page = transaction.write(1);
            opened.countDown();
            await(end);
            page.putLong(0, 6);
            page.close();
            return assertThrows(StoreClosedException.class, transaction::commit);
        }, threads);
        await(opened);
        String message = assertThrows(TransactionStateException.class, () -> store.closing().close(20)).getMessage();
        assertTrue(message.contains("kept a page open"), message);
        assertFalse(stores.provider.latest.closed);
        assertFalse(stores.disk.isLocked());
        assertEquals(StoreState.CLOSED, store.state());
        store.close();
        end.countDown();
        keeper.join();
        try (OpenStore again = stores.open()) {
            assertEquals(0, again.<Long, RuntimeException>call(work -> TransactionTest.get(work, 0)));
        }
    }

    @Test
    @DisplayName("each part is closed even if the one before it threw, and what was thrown is a store exception")
    void closesEverything() {
        OpenStore store = stores.open();
        stores.provider.hook = call -> {
            if (call.equals("close")) {
                throw new SyncFailedException("no sync");
            }
        };
        assertInstanceOf(SyncFailedException.class, assertThrows(StoreFailedException.class, store::close).getCause());
        assertFalse(stores.disk.isLocked());
        store.close();
        assertEquals(StoreState.CLOSED, store.state());
        stores.provider.hook = call -> { };
        stores.open().close();
    }

    @Test
    @DisplayName("a listener that closes the store inside a call is refused, for the close would wait for itself")
    void insideACall() {
        AtomicReference<OpenStore> store = new AtomicReference<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        store.set(stores.open(config -> config.listener(new StoreListener() {
            @Override
            public void failed(Throwable cause) {
                thrown.set(assertThrows(TransactionStateException.class, () -> store.get().close()));
            }
        })));
        Transaction transaction = store.get().begin();
        TransactionTest.put(transaction, 0, 1);
        stores.provider.hook = call -> {
            if (call.equals("await")) {
                throw new StoreFailedException("broken");
            }
        };
        assertThrows(StoreException.class, transaction::commit);
        assertTrue(thrown.get().getMessage().contains("inside a call"));
        stores.provider.hook = call -> { };
        store.get().close();
    }
}
