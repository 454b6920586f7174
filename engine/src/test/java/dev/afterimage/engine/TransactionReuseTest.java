package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import dev.afterimage.api.LockTimeoutException;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreClosedException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.TransactionThreadException;
import dev.afterimage.api.WritablePage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A transaction that is over")
class TransactionReuseTest {
    private final TestStores stores = new TestStores();

    @Test
    @DisplayName("says how it ended and refuses every call, while the next one uses the same memory")
    void kept() {
        try (OpenStore store = stores.open()) {
            Transaction committed = store.begin();
            committed.commit();
            Transaction undone = store.begin();
            undone.rollback();
            try (Transaction next = store.begin(); WritablePage page = next.write(1)) {
                page.putLong(0, 7);
                assertEquals(1, store.active().size());
                for (Transaction over : List.of(committed, undone)) {
                    assertEquals(TransactionState.DONE, over.state());
                    for (Runnable call : List.<Runnable>of(() -> over.read(1), () -> over.write(1), over::allocate, () -> over.free(1), over::savepoint, over::commit, over::rollback)) {
                        TransactionStateException refused = assertThrows(TransactionStateException.class, call::run);
                        assertEquals("transaction " + over.id() + " is over: it was " + (over == committed ? "committed" : "rolled back") + "; begin another", refused.getMessage());
                    }
                    over.close();
                    assertThrows(TransactionThreadException.class, () -> inAnotherThread(() -> over.read(1)));
                    assertThrows(TransactionThreadException.class, () -> inAnotherThread(over::close));
                    assertEquals(TransactionState.DONE, inAnotherThread(over::state));
                }
                assertEquals(TransactionState.ACTIVE, next.state());
                assertEquals(7, page.getLong(0));
                page.close();
                next.commit();
            }
            assertEquals(2, store.statistics().commits() + store.statistics().readOnlyCommits());
        }
    }

    @Test
    @DisplayName("has savepoints that no later one takes for its own")
    void savepoint() {
        try (OpenStore store = stores.open()) {
            Savepoint old;
            try (Transaction first = store.begin()) {
                old = first.savepoint();
                assertEquals(first.id(), old.transactionId());
                first.commit();
            }
            try (Transaction next = store.begin()) {
                next.savepoint();
                assertTrue(assertThrows(TransactionStateException.class, () -> next.rollbackTo(old)).getMessage().contains("belongs to transaction " + old.transactionId()));
            }
        }
    }

    @Test
    @DisplayName("has handles that stay closed in the next one, and say why")
    void handle() {
        try (OpenStore store = stores.open()) {
            ReadablePage kept;
            try (Transaction first = store.begin()) {
                kept = first.read(1);
                kept.close();
                first.commit();
            }
            assertTrue(assertThrows(IllegalStateException.class, () -> kept.getLong(0)).getMessage().contains("was committed"));
            try (Transaction next = store.begin(); ReadablePage page = next.read(1)) {
                assertTrue(page != kept, "a handle was used again at once");
                assertTrue(assertThrows(IllegalStateException.class, () -> kept.getLong(0)).getMessage().endsWith(" is over"));
                kept.close();
                assertEquals(0, page.getLong(0));
            }
        }
    }

    @Test
    @DisplayName("is done without where its end was not its own doing and nobody comes back to it")
    void left() {
        try (OpenStore store = stores.open()) {
            List<Transaction> left = new ArrayList<>();
            try (Transaction holder = store.begin()) {
                holder.write(1).close();
                for (int i = 0; i < 1_000; i++) {
                    Transaction loser = store.begin(TransactionOptions.DEFAULT.withLockTimeout(Duration.ZERO));
                    assertThrows(LockTimeoutException.class, () -> loser.read(1));
                    left.add(loser);
                }
                assertEquals(1, store.active().size());
                holder.commit();
            }
            for (Transaction loser : left) {
                assertEquals(TransactionState.DONE, loser.state());
                assertTrue(assertThrows(TransactionStateException.class, loser::commit).getMessage().contains("lock was not to be had in time"));
                loser.close();
                assertInstanceOf(TransactionStateException.class, assertThrows(RuntimeException.class, loser::commit));
            }
            assertEquals(1_000, store.statistics().rollbacks());
            assertEquals(1, store.statistics().readOnlyCommits());
        }
    }

    @Test
    @DisplayName("makes room for another however many are open at once, and each is counted and closed")
    void many() {
        OpenStore store = stores.open();
        List<Transaction> open = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3_000; i++) {
                Transaction transaction = store.begin();
                transaction.read(1).close();
                open.add(transaction);
            }
            assertEquals(3_000, store.active().size());
            assertEquals(3_000, open.stream().mapToLong(Transaction::id).distinct().count() - 3_000L * round);
            for (int i = 3_000 * round; i < open.size(); i++) {
                open.get(i).commit();
            }
            assertEquals(0, store.active().size());
        }
        assertEquals(6_000, store.statistics().readOnlyCommits());
        Transaction last = store.begin();
        last.write(1).close();
        store.close();
        assertEquals(TransactionState.DONE, last.state());
        assertThrows(StoreClosedException.class, () -> last.read(1));
        last.close();
        assertThrows(StoreClosedException.class, last::commit);
        assertThrows(StoreClosedException.class, () -> open.get(0).read(1));
    }

    private static <T> T inAnotherThread(Supplier<T> call) {
        try {
            return CompletableFuture.supplyAsync(call).join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private static void inAnotherThread(Runnable call) {
        inAnotherThread(() -> {
            call.run();
            return null;
        });
    }
}
