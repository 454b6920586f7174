package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreState;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.UnsupportedTraitException;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.ChangeDetail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
@DisplayName("A read-only snapshot")
class SnapshotTest {
    /** The common pool has a single thread on two cores, and would run what is to wait for each other one after the other. */
    private static final Executor ITS_OWN_THREAD = task -> new Thread(task).start();

    private static final TransactionOptions SNAPSHOT = TransactionOptions.readOnlySnapshot();

    private final TestStores stores = new TestStores(new TestDisk(), ChangeDetail.RANGES);
    private OpenStore store;
    private long page;

    @BeforeEach
    void open() {
        store = stores.open();
        page = store.call(transaction -> {
            try (WritablePage taken = transaction.allocate()) {
                taken.putLong(0, 1);
                return taken.id();
            }
        });
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void write(long value) {
        store.transact(transaction -> {
            try (WritablePage writable = transaction.write(page)) {
                writable.putLong(0, value);
            }
        });
    }

    private static long read(Transaction transaction, long page) {
        try (ReadablePage readable = transaction.read(page)) {
            return readable.getLong(0);
        }
    }

    @Test
    @DisplayName("shows its moment, whatever is written, freed and taken afterwards")
    void moment() {
        try (Transaction snapshot = store.begin(SNAPSHOT)) {
            write(2);
            assertEquals(1, read(snapshot, page));
            store.transact(transaction -> transaction.free(page));
            assertEquals(1, read(snapshot, page));
            long later = store.call(transaction -> {
                List<WritablePage> taken = new ArrayList<>(List.of(transaction.allocate(), transaction.allocate()));
                long last = taken.get(1).id();
                taken.forEach(WritablePage::close);
                return last;
            });
            String refusal = assertThrows(PageNotFoundException.class, () -> read(snapshot, later)).getMessage();
            assertTrue(refusal.contains("not allocated when this snapshot began"), refusal);
            assertThrows(PageNotFoundException.class, () -> read(snapshot, 0));
            assertThrows(PageNotFoundException.class, () -> read(snapshot, 99 * SpaceMap.GROUP_PAGES + 1));
            snapshot.commit();
            assertEquals(TransactionState.DONE, snapshot.state());
        }
    }

    @Test
    @DisplayName("holds no lock and waits for none: beside a writer both go on")
    void locks() {
        try (Transaction writer = store.begin(); WritablePage writable = writer.write(page)) {
            writable.putLong(0, 2);
            int locked = store.locks().lockedPages();
            assertEquals(1L, CompletableFuture.supplyAsync(() -> store.call(SNAPSHOT, snapshot -> read(snapshot, page)), ITS_OWN_THREAD).orTimeout(10, TimeUnit.SECONDS).join());
            assertEquals(locked, store.locks().lockedPages());
        }
        try (Transaction snapshot = store.begin(SNAPSHOT); ReadablePage readable = snapshot.read(page)) {
            assertEquals(0, store.locks().lockedPages());
            CompletableFuture.runAsync(() -> write(3), ITS_OWN_THREAD).orTimeout(10, TimeUnit.SECONDS).join();
            assertEquals(1, readable.getLong(0));
        }
    }

    @Test
    @DisplayName("refuses every write, saying why")
    void writes() {
        try (Transaction snapshot = store.begin(SNAPSHOT)) {
            for (Runnable write : List.<Runnable>of(() -> snapshot.write(page), snapshot::allocate, () -> snapshot.free(page))) {
                String refusal = assertThrows(TransactionStateException.class, write::run).getMessage();
                assertTrue(refusal.contains("read-only snapshot"), refusal);
            }
            assertEquals(1, read(snapshot, page));
        }
    }

    @Test
    @DisplayName("has savepoints like any transaction, and rolls back")
    void savepoints() {
        try (Transaction snapshot = store.begin(SNAPSHOT)) {
            Savepoint savepoint = snapshot.savepoint();
            assertEquals(1, read(snapshot, page));
            snapshot.rollbackTo(savepoint);
            assertEquals(1, read(snapshot, page));
            snapshot.rollback();
            assertThrows(TransactionStateException.class, () -> read(snapshot, page));
        }
        assertEquals(0, stores.provider.latest.activeTransactions.get());
    }

    @Test
    @DisplayName("commits when what it saw is durable, and counts as a read-only commit (D3)")
    void durability() throws Exception {
        store.transact(TransactionOptions.DEFAULT.withDurability(Durability.RELAXED), transaction -> {
            try (WritablePage writable = transaction.write(page)) {
                writable.putLong(0, 2);
            }
        });
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        stores.disk.beforeChange = call -> {
            if (call.equals("sync " + ToyStrategy.JOURNAL)) {
                syncing.countDown();
                try {
                    assertTrue(go.await(10, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        long before = store.statistics().readOnlyCommits();
        CompletableFuture<Long> reader = CompletableFuture.supplyAsync(() -> store.call(SNAPSHOT.withDurability(Durability.POWER_SAFE), snapshot -> read(snapshot, page)), ITS_OWN_THREAD);
        assertTrue(syncing.await(10, TimeUnit.SECONDS), "the reader's commit waits for the sync of what it read");
        assertFalse(reader.isDone());
        go.countDown();
        assertEquals(2, reader.get(10, TimeUnit.SECONDS));
        assertEquals(before + 1, store.statistics().readOnlyCommits());
    }

    @Test
    @DisplayName("still open when the store closes is ended by that")
    void closing() {
        Transaction snapshot = store.begin(SNAPSHOT);
        store.close();
        assertEquals(StoreState.CLOSED, store.state());
        assertEquals(TransactionState.DONE, snapshot.state());
    }

    @Test
    @DisplayName("is refused where the strategy does not declare the trait, by a name that says so (P1)")
    void refused() {
        store.close();
        for (ChangeDetail detail : ChangeDetail.values()) {
            TestStores others = new TestStores(new TestDisk(), detail);
            others.provider.optionalTraits = detail == ChangeDetail.RANGES_WITH_BEFORE;
            try (OpenStore without = others.open()) {
                String refusal = assertThrows(UnsupportedTraitException.class, () -> without.begin(SNAPSHOT)).getMessage();
                assertTrue(refusal.contains("SNAPSHOT_READS") && refusal.contains("toy"), refusal);
                assertThrows(UnsupportedTraitException.class, () -> without.call(SNAPSHOT, Transaction::id));
                without.transact(transaction -> transaction.allocate().close());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new TransactionOptions(false, null, null, true));
    }
}
