package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.afterimage.api.CommitOutcomeUnknownException;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.StoreState;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.InOrder;
import org.mockito.Mockito;

class CommitTest {
    private final TestStores stores = new TestStores(new TestDisk(), ChangeDetail.RANGES_WITH_BEFORE);

    private void when(String call, RuntimeException thrown) {
        stores.provider.hook = seen -> {
            if (seen.startsWith(call)) {
                throw thrown;
            }
        };
    }

    @Test
    @DisplayName("the order is fixed first, then the locks go, and only then the commit waits; its state says so")
    void earlyLockRelease() {
        @SuppressWarnings("unchecked")
        Consumer<String> hook = Mockito.mock(Consumer.class);
        AtomicReference<Transaction> current = new AtomicReference<>();
        try (OpenStore store = stores.open()) {
            Transaction transaction = store.begin();
            current.set(transaction);
            TransactionTest.put(transaction, 0, 5);
            Mockito.doAnswer(invocation -> {
                assertEquals(TransactionState.PARTIALLY_COMMITTED, current.get().state());
                assertEquals(0, store.locks().lockedPages());
                try (Transaction other = store.begin(TransactionOptions.READ_ONLY)) {
                    assertEquals(5, TransactionTest.get(other, 0));
                }
                return null;
            }).when(hook).accept("await");
            Mockito.doAnswer(invocation -> {
                assertEquals(TransactionState.ACTIVE, current.get().state());
                assertEquals(1, store.locks().lockedPages());
                return null;
            }).when(hook).accept("commit");
            stores.provider.hook = hook;
            transaction.commit();
            assertEquals(TransactionState.DONE, transaction.state());
            InOrder order = Mockito.inOrder(hook);
            order.verify(hook).accept("commit");
            order.verify(hook).accept("await");
            order.verify(hook).accept("read 1");
        }
    }

    @Test
    @DisplayName("a failed sync leaves the outcome unknown, fails the store, and every later call names the first cause")
    void failedSync() {
        StoreListener listener = Mockito.mock(StoreListener.class);
        OpenStore store = stores.open(config -> config.listener(listener));
        Transaction reader = store.begin(TransactionOptions.READ_ONLY);
        Transaction transaction = store.begin();
        TransactionTest.put(transaction, 0, 5);
        SyncFailedException cause = new SyncFailedException("sync of toy.journal failed");
        stores.disk.beforeChange = call -> {
            if (call.startsWith("sync")) {
                throw cause;
            }
        };
        CommitOutcomeUnknownException unknown = assertThrows(CommitOutcomeUnknownException.class, transaction::commit);
        assertSame(cause, unknown.getCause());
        assertEquals(TransactionState.UNKNOWN, transaction.state());
        assertEquals(StoreState.FAILED, store.state());
        transaction.close();
        assertEquals(TransactionState.UNKNOWN, transaction.state());
        stores.disk.beforeChange = call -> { };
        for (Runnable call : new Runnable[] {store::begin, () -> store.transact(work -> { }), store::checkpoint, () -> reader.read(1), reader::commit,
                transaction::commit, () -> transaction.read(1), reader::rollback}) {
            StoreFailedException thrown = assertThrows(StoreFailedException.class, call::run);
            assertSame(cause, thrown.getCause());
            assertFalse(thrown instanceof CommitOutcomeUnknownException);
        }
        assertEquals(TransactionState.DONE, reader.state());
        store.statistics();
        store.close();
        store.close();
        assertEquals(StoreState.CLOSED, store.state());
        assertFalse(stores.disk.isLocked());
        Mockito.verify(listener).failed(cause);
        try (PageStore again = stores.open()) {
            again.transact(work -> TransactionTest.get(work, 0));
        }
    }

    @Test
    @DisplayName("no room before the order is fixed rolls back and says so; the store goes on")
    void fullDisk() {
        try (OpenStore store = stores.open()) {
            Transaction transaction = store.begin();
            TransactionTest.put(transaction, 0, 5);
            DiskFullException cause = new DiskFullException("0 bytes left");
            when("commit", cause);
            assertSame(cause, assertThrows(StoreFullException.class, transaction::commit).getCause());
            stores.provider.hook = call -> { };
            assertEquals(TransactionState.DONE, transaction.state());
            assertEquals(0, store.<Long, RuntimeException>call(again -> TransactionTest.get(again, 0)));
            assertEquals(1, store.statistics().rollbacks());
            assertEquals(StoreState.OPEN, store.state());
        }
    }

    @Test
    @DisplayName("a disk error before the order is fixed rolls back; an error the contract does not know is an unknown outcome")
    void otherErrors() {
        OpenStore store = stores.open();
        Transaction first = store.begin();
        TransactionTest.put(first, 0, 5);
        when("commit", new DiskException("cable pulled"));
        assertEquals(StoreException.class, assertThrows(StoreException.class, first::commit).getClass());
        stores.provider.hook = call -> { };
        assertEquals(0, store.<Long, RuntimeException>call(again -> TransactionTest.get(again, 0)));
        Transaction second = store.begin();
        TransactionTest.put(second, 0, 5);
        when("commit", new ArithmeticException("a bug"));
        assertThrows(CommitOutcomeUnknownException.class, second::commit);
        assertEquals(StoreState.FAILED, store.state());
        stores.provider.hook = call -> { };
    }

    @Test
    @DisplayName("a read-only transaction waits through its ticket too, and does not report success if that fails")
    void readOnlyWaits() {
        OpenStore store = stores.open();
        Transaction reader = store.begin(TransactionOptions.READ_ONLY);
        TransactionTest.get(reader, 0);
        when("await", new StoreFailedException("log broken"));
        assertThrows(CommitOutcomeUnknownException.class, reader::commit);
        assertEquals(TransactionState.UNKNOWN, reader.state());
    }

    @ParameterizedTest
    @EnumSource(ChangeDetail.class)
    @DisplayName("if the strategy refuses a change, the bytes are put back, the access is closed, and the transaction is rolled back")
    void changeRefused(ChangeDetail detail) {
        TestStores any = new TestStores(new TestDisk(), detail);
        try (OpenStore store = any.open()) {
            store.transact(transaction -> TransactionTest.put(transaction, 0, 1));
            var before = any.provider.latest.contents();
            for (RuntimeException thrown : new RuntimeException[] {new DiskFullException("0 bytes left"), new DiskException("cable pulled"),
                    new IllegalStateException("a bug")}) {
                Transaction transaction = store.begin();
                TransactionTest.put(transaction, 8, 2);
                WritablePage page = transaction.write(1);
                page.putLong(0, 3);
                any.provider.hook = call -> {
                    if (call.startsWith("changed")) {
                        throw thrown;
                    }
                };
                RuntimeException seen = assertThrows(RuntimeException.class, page::close);
                assertTrue(thrown instanceof DiskFullException ? seen instanceof StoreFullException
                        : thrown instanceof DiskException ? seen instanceof StoreException : seen == thrown, seen.toString());
                any.provider.hook = call -> { };
                page.close();
                assertEquals(TransactionState.DONE, transaction.state());
                assertThrows(TransactionStateException.class, transaction::commit);
                assertEquals(before, any.provider.latest.contents());
                assertEquals(0, any.provider.latest.openAccesses.get());
                assertEquals(0, store.locks().lockedPages());
            }
        }
    }

    @Test
    @DisplayName("a rollback that fails fails the store, for nobody may see what is half undone")
    void rollbackFails() {
        OpenStore store = stores.open();
        Transaction transaction = store.begin();
        TransactionTest.put(transaction, 0, 5);
        when("rollback", new DiskException("cable pulled"));
        assertThrows(StoreFailedException.class, transaction::rollback);
        assertEquals(StoreState.FAILED, store.state());
        assertEquals(TransactionState.DONE, transaction.state());
        stores.provider.hook = call -> { };
    }

    @Test
    @DisplayName("numbers of transactions go on above those of the life before")
    void idsContinue() {
        long last;
        try (OpenStore store = stores.open()) {
            Transaction transaction = store.begin();
            last = transaction.id();
            TransactionTest.put(transaction, 0, 5);
            transaction.commit(Durability.RELAXED);
        }
        try (OpenStore store = stores.open()) {
            assertTrue(store.recoveryReport().highestTransactionId() >= last);
            assertTrue(store.begin().id() > store.recoveryReport().highestTransactionId());
        }
    }
}
