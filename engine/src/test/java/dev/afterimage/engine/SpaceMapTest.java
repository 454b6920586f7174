package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.storage.DiskFullException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SpaceMapTest {
    private static long allocate(Transaction transaction) {
        try (WritablePage page = transaction.allocate()) {
            return page.id();
        }
    }

    @Test
    @DisplayName("a store grows by groups, never hands out a map page, and finds its groups again when it is opened")
    void grows() {
        TestStores stores = new TestStores();
        Set<Long> pages = new TreeSet<>();
        try (OpenStore store = stores.open(config -> config.pageSize(4096))) {
            store.transact(transaction -> {
                for (int i = 0; i < 3000; i++) {
                    assertTrue(pages.add(allocate(transaction)));
                }
            });
            assertEquals(3, store.space().groups());
        }
        assertFalse(pages.contains(1024L) || pages.contains(2048L));
        assertEquals(3003L, ((TreeSet<Long>) pages).last());
        try (OpenStore store = stores.open()) {
            assertEquals(3, store.space().groups());
            store.transact(transaction -> assertEquals(3004, allocate(transaction)));
        }
    }

    @ParameterizedTest
    @EnumSource(ChangeDetail.class)
    @DisplayName("a rollback gives allocated pages back and takes freed ones back, whole or to a savepoint")
    void rollback(ChangeDetail detail) {
        try (OpenStore store = new TestStores(new TestDisk(), detail).open()) {
            long kept = store.<Long, RuntimeException>call(SpaceMapTest::allocate);
            try (Transaction transaction = store.begin()) {
                Savepoint savepoint = transaction.savepoint();
                assertEquals(3, allocate(transaction));
                transaction.free(kept);
                assertThrows(PageNotFoundException.class, () -> transaction.read(kept));
                transaction.rollbackTo(savepoint);
                transaction.read(kept).close();
                assertThrows(PageNotFoundException.class, () -> transaction.read(3));
                transaction.free(kept);
                assertEquals(kept, allocate(transaction), "the transaction that freed a page may have it again");
                assertEquals(3, allocate(transaction));
            }
            store.transact(transaction -> {
                transaction.read(kept).close();
                assertEquals(3, allocate(transaction));
            });
        }
    }

    @Test
    @DisplayName("a page freed by one transaction is not given to another before the first has committed; allocators do not wait for it")
    void freedNotReusedBeforeCommit() {
        try (OpenStore store = new TestStores().open()) {
            long page = store.<Long, RuntimeException>call(SpaceMapTest::allocate);
            Transaction frees = store.begin();
            frees.free(page);
            Transaction allocates = store.begin(TransactionOptions.DEFAULT.withLockTimeout(java.time.Duration.ZERO));
            assertEquals(1025, allocate(allocates), "the first group is held, so it makes a second");
            Transaction third = store.begin(TransactionOptions.DEFAULT.withLockTimeout(java.time.Duration.ZERO));
            assertEquals(2049, allocate(third));
            allocates.rollback();
            assertEquals(3, store.space().groups(), "groups stay whatever becomes of the transaction that needed one");
            third.commit();
            frees.commit();
            store.transact(transaction -> assertEquals(page, allocate(transaction)));
        }
    }

    @Test
    @DisplayName("a transaction that filled a group and rolled back leaves it free for others")
    void hintsAfterRollback() {
        try (OpenStore store = new TestStores().open()) {
            Transaction fills = store.begin();
            for (int i = 0; i < 1200; i++) {
                allocate(fills);
            }
            fills.rollback();
            store.transact(transaction -> assertEquals(2, allocate(transaction)));
        }
    }

    @Test
    @DisplayName("freeing what is open, free already, or not there is refused, and the transaction goes on")
    void wrongFrees() {
        try (OpenStore store = new TestStores().open(); Transaction transaction = store.begin()) {
            long page = allocate(transaction);
            try (ReadablePage open = transaction.read(page)) {
                String message = assertThrows(TransactionStateException.class, () -> transaction.free(page)).getMessage();
                assertTrue(message.contains("page " + page), message);
                assertEquals(0, open.getLong(0));
            }
            transaction.free(page);
            assertThrows(PageNotFoundException.class, () -> transaction.free(page));
            assertThrows(PageNotFoundException.class, () -> transaction.free(700));
            transaction.commit();
        }
    }

    @Test
    @DisplayName("who found that a page is not there keeps it that way until its end")
    void absenceIsLocked() {
        try (OpenStore store = new TestStores().open(); Transaction looks = store.begin()) {
            assertThrows(PageNotFoundException.class, () -> looks.read(2));
            store.transact(transaction -> assertEquals(3, allocate(transaction)));
            assertThrows(PageNotFoundException.class, () -> looks.read(2));
            looks.commit();
            store.transact(transaction -> assertEquals(2, allocate(transaction)));
        }
    }

    @Test
    @DisplayName("no room for a new page rolls the transaction back, says so, and reads go on")
    void full() {
        TestStores stores = new TestStores();
        try (OpenStore store = stores.open()) {
            Transaction transaction = store.begin();
            allocate(transaction);
            stores.provider.hook = call -> {
                if (call.startsWith("create")) {
                    throw new DiskFullException("0 bytes left");
                }
            };
            String message = assertThrows(StoreFullException.class, transaction::allocate).getMessage();
            assertTrue(message.contains("rolled back") && message.contains("0 bytes left"), message);
            assertEquals(TransactionState.DONE, transaction.state());
            store.transact(again -> TransactionTest.get(again, 0));
            Transaction holds = store.begin();
            stores.provider.hook = call -> { };
            allocate(holds);
            stores.provider.hook = call -> {
                if (call.equals("create 1024")) {
                    throw new DiskFullException("0 bytes left");
                }
            };
            Transaction needsGroup = store.begin();
            assertThrows(StoreFullException.class, needsGroup::allocate);
            assertEquals(1, store.space().groups());
            stores.provider.hook = call -> { };
            holds.commit();
            store.transact(again -> assertEquals(3, allocate(again)));
        }
        assertEquals(0, stores.provider.latest.activeTransactions.get());
    }

    @Test
    @DisplayName("a map page that is no map page is reported, not believed")
    void damagedMap() {
        TestStores stores = new TestStores(new TestDisk(), ChangeDetail.RANGES_WITH_BEFORE);
        try (OpenStore store = stores.open()) {
            var toy = stores.provider.latest.begin(1000);
            try (var access = toy.write(0)) {
                access.bytes().putLong(0, 666);
            }
            toy.commit(dev.afterimage.api.Durability.RELAXED).await();
            Transaction transaction = store.begin();
            assertTrue(assertThrows(StoreDamagedException.class, transaction::allocate).getMessage().contains("page 0"));
            transaction.rollback();
        }
    }

    @Test
    @DisplayName("a page that the map has and the strategy has not is told as damage, to whoever asks: for reading, writing, freeing, with the map's lock or without; the store goes on")
    void lostPage() {
        TestStores stores = new TestStores();
        try (OpenStore store = stores.open()) {
            long lost = store.<Long, RuntimeException>call(SpaceMapTest::allocate);
            var toy = stores.provider.latest.begin(1000);
            toy.discard(lost);
            toy.commit(dev.afterimage.api.Durability.RELAXED).await();
            try (Transaction transaction = store.begin()) {
                assertTrue(assertThrows(StoreDamagedException.class, () -> transaction.read(lost)).getMessage().contains("page " + lost));
                assertThrows(StoreDamagedException.class, () -> transaction.write(lost));
                assertThrows(StoreDamagedException.class, () -> transaction.free(lost));
                assertThrows(StoreDamagedException.class, () -> transaction.read(lost), "under the map's lock");
                assertThrows(PageNotFoundException.class, () -> transaction.read(700));
            }
            try (Transaction holdsMap = store.begin(); Transaction asks = store.begin(TransactionOptions.DEFAULT.withLockTimeout(java.time.Duration.ZERO))) {
                allocate(holdsMap);
                assertThrows(PageNotFoundException.class, () -> asks.read(lost), "nobody waits for the map to be told");
                assertThrows(PageNotFoundException.class, () -> asks.read(700));
                holdsMap.commit();
                assertThrows(StoreDamagedException.class, () -> asks.read(lost));
            }
            store.transact(transaction -> TransactionTest.get(transaction, 0));
        }
        assertEquals(0, stores.provider.latest.activeTransactions.get());
    }

    @Test
    @DisplayName("a map has something of its own in its first sector and in its last, so that no lost sector makes it a page of zeros")
    void mapAtBothEnds() {
        TestStores stores = new TestStores();
        try (OpenStore store = stores.open()) {
            store.transact(transaction -> assertEquals(2, allocate(transaction)));
            var toy = stores.provider.latest.begin(1000);
            try (var access = toy.write(0)) {
                assertEquals(access.bytes().getLong(0), access.bytes().getLong(access.bytes().length() - Long.BYTES));
                access.bytes().putLong(access.bytes().length() - Long.BYTES, 0);
            }
            toy.commit(dev.afterimage.api.Durability.RELAXED).await();
        }
        assertTrue(assertThrows(StoreDamagedException.class, stores::open).getMessage().contains("page 0"));
    }

    @Test
    @DisplayName("threads that allocate and free at random never share a page, and what is allocated in the end is what they hold")
    void storm() throws InterruptedException {
        TestStores stores = new TestStores(new TestDisk(), ChangeDetail.RANGES_WITH_BEFORE);
        Set<Long> held = java.util.concurrent.ConcurrentHashMap.newKeySet();
        ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        long groups;
        try (OpenStore store = stores.open()) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                SplittableRandom random = new SplittableRandom(t);
                Thread thread = new Thread(() -> {
                    try {
                        work(store, random, held);
                    } catch (Throwable e) {
                        wrong.add(e);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            groups = store.space().groups();
        }
        assertTrue(wrong.isEmpty(), () -> "wrong: " + wrong);
        // Each of the other threads holds the maps of at most five groups.
        assertTrue(groups <= 16, "groups: " + groups);
        try (OpenStore store = stores.open(); Transaction transaction = store.begin()) {
            for (long page = 1; page < groups * SpaceMap.GROUP_PAGES; page++) {
                if (SpaceMap.isMapPage(page)) {
                    continue;
                }
                long number = page;
                if (page == 1 || held.contains(page)) {
                    transaction.read(page).close();
                } else {
                    assertThrows(PageNotFoundException.class, () -> transaction.read(number), () -> "page " + number);
                }
            }
        }
    }

    private static void work(OpenStore store, SplittableRandom random, Set<Long> held) {
        Set<Long> mine = new HashSet<>();
        for (int round = 0; round < 300; round++) {
            Set<Long> now = new HashSet<>(mine);
            boolean commits = random.nextInt(3) > 0;
            long seed = random.nextLong();
            try {
                store.transact(transaction -> {
                    now.clear();
                    now.addAll(mine);
                    SplittableRandom choices = new SplittableRandom(seed);
                    for (int step = 0; step < 5; step++) {
                        if (!now.isEmpty() && choices.nextBoolean()) {
                            long page = now.iterator().next();
                            now.remove(page);
                            transaction.free(page);
                        } else {
                            assertTrue(now.add(allocate(transaction)));
                        }
                    }
                    if (!commits) {
                        throw new IllegalStateException("changed my mind");
                    }
                    // Still under the locks: what is freed leaves the set before others can have it.
                    mine.stream().filter(page -> !now.contains(page)).forEach(held::remove);
                    now.stream().filter(page -> !mine.contains(page)).forEach(page -> assertTrue(held.add(page), "page " + page + " is another's"));
                });
                mine.clear();
                mine.addAll(now);
            } catch (IllegalStateException e) {
                // rolled back
            }
        }
    }
}
