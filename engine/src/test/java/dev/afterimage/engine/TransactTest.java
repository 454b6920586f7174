package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import dev.afterimage.api.DeadlockException;
import dev.afterimage.api.LockTimeoutException;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.RetryableTransactionException;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.TransactionState;
import dev.afterimage.api.TransactionStateException;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.ChangeDetail;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class TransactTest {
    private static final TransactionOptions NO_WAIT = TransactionOptions.DEFAULT.withLockTimeout(Duration.ZERO);
    private final TestStores stores = new TestStores();

    @Test
    @DisplayName("what the work throws comes out, and the transaction is rolled back")
    void throwing() {
        try (OpenStore store = stores.open()) {
            IOException mine = new IOException("mine");
            assertSame(mine, assertThrows(IOException.class, () -> store.transact(transaction -> {
                TransactionTest.put(transaction, 0, 1);
                throw mine;
            })));
            assertEquals(0, store.<Long, RuntimeException>call(work -> TransactionTest.get(work, 0)));
        }
    }

    @Test
    @DisplayName("work is done again after a lock time-out, also when it swallows or wraps what it was told, and at most 100 times")
    void retries() {
        try (OpenStore store = stores.open()) {
            for (int kind = 0; kind < 3; kind++) {
                int way = kind;
                Transaction[] blocker = {store.begin()};
                TransactionTest.put(blocker[0], 0, 1);
                AtomicInteger runs = new AtomicInteger();
                store.transact(NO_WAIT, transaction -> {
                    if (runs.incrementAndGet() == 4) {
                        blocker[0].rollback();
                    }
                    try {
                        TransactionTest.put(transaction, 8, 1);
                    } catch (RetryableTransactionException e) {
                        if (way == 0) {
                            throw e;
                        } else if (way == 1) {
                            throw new IllegalArgumentException(e);
                        }
                    }
                });
                assertEquals(4, runs.get());
            }
            Transaction blocker = store.begin();
            TransactionTest.put(blocker, 0, 1);
            AtomicInteger runs = new AtomicInteger();
            assertThrows(LockTimeoutException.class, () -> store.transact(NO_WAIT, transaction -> {
                runs.incrementAndGet();
                TransactionTest.put(transaction, 8, 1);
            }));
            assertEquals(100, runs.get());
            assertEquals(109, store.statistics().lockTimeouts());
        }
    }

    @Test
    @DisplayName("transact in transact, and ending its transaction oneself, are refused; one's own transaction inside is not")
    void misuse() {
        try (OpenStore store = stores.open()) {
            store.transact(transaction -> {
                assertThrows(TransactionStateException.class, () -> store.transact(inner -> { }));
                assertThrows(TransactionStateException.class, transaction::commit);
                assertThrows(TransactionStateException.class, transaction::rollback);
                assertThrows(TransactionStateException.class, transaction::close);
                try (Transaction own = store.begin()) {
                    own.commit();
                }
                TransactionTest.put(transaction, 0, 4);
            });
            assertEquals(4, store.<Long, RuntimeException>call(work -> TransactionTest.get(work, 0)));
            assertThrows(TransactionStateException.class, () -> store.transact(transaction -> transaction.write(1)));
            store.transact(transaction -> TransactionTest.put(transaction, 0, 5));
        }
    }

    @Test
    @DisplayName("of two that wait for each other one is rolled back and told so, the other goes on; transact brings both to their end")
    void deadlock() {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (OpenStore store = stores.open()) {
            long other = store.<Long, RuntimeException>call(transaction -> {
                try (WritablePage page = transaction.allocate()) {
                    return page.id();
                }
            });
            CyclicBarrier bothHold = new CyclicBarrier(2);
            AtomicInteger told = new AtomicInteger();
            List<CompletableFuture<Void>> both = new ArrayList<>();
            for (long[] order : new long[][] {{1, other}, {other, 1}}) {
                AtomicInteger runs = new AtomicInteger();
                both.add(CompletableFuture.runAsync(() -> store.transact(transaction -> {
                    increment(transaction, order[0]);
                    if (runs.incrementAndGet() == 1) {
                        meet(bothHold);
                    }
                    try {
                        increment(transaction, order[1]);
                    } catch (DeadlockException e) {
                        told.incrementAndGet();
                        assertEquals(TransactionState.DONE, transaction.state());
                        throw e;
                    }
                }), threads));
            }
            both.forEach(CompletableFuture::join);
            assertEquals(1, told.get());
            assertEquals(1, store.statistics().deadlocks());
            assertEquals(4, store.<Long, RuntimeException>call(transaction -> sum(transaction, List.of(1L, other))));
        } finally {
            threads.shutdown();
        }
    }

    private static void increment(Transaction transaction, long pageId) {
        try (WritablePage page = transaction.write(pageId)) {
            page.putLong(8, page.getLong(8) + 1);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(ChangeDetail.class)
    @DisplayName("many threads that move money between pages, deadlocking freely, lose none of it")
    void conserved(ChangeDetail detail) throws InterruptedException {
        TestStores any = new TestStores(new TestDisk(), detail);
        int accounts = 6;
        List<Long> pages = new ArrayList<>();
        ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        try (OpenStore store = any.open()) {
            store.transact(transaction -> {
                for (int i = 0; i < accounts; i++) {
                    try (WritablePage page = transaction.allocate()) {
                        page.putLong(8, 1000);
                        pages.add(page.id());
                    }
                }
            });
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                SplittableRandom random = new SplittableRandom(t);
                Thread thread = new Thread(() -> {
                    try {
                        for (int i = 0; i < 120; i++) {
                            long from = pages.get(random.nextInt(accounts));
                            long to = pages.get(random.nextInt(accounts));
                            boolean looks = random.nextInt(8) == 0;
                            store.transact(transaction -> {
                                if (looks) {
                                    assertEquals(accounts * 1000L, sum(transaction, pages));
                                } else {
                                    add(transaction, from, -7);
                                    add(transaction, to, 7);
                                }
                            });
                        }
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
            assertTrue(wrong.isEmpty(), () -> "wrong: " + wrong);
            assertEquals(0, store.locks().lockedPages());
        }
        TestStores after = new TestStores(any.disk.crash(TestDisk.Crash.DROPS_UNSYNCED), detail);
        try (OpenStore store = after.open(); Transaction transaction = store.begin()) {
            assertEquals(accounts * 1000L, sum(transaction, pages));
        }
    }

    private static void add(Transaction transaction, long pageId, long amount) {
        long balance;
        try (ReadablePage page = transaction.read(pageId)) {
            balance = page.getLong(8);
        }
        try (WritablePage page = transaction.write(pageId)) {
            page.putLong(8, balance + amount);
        }
    }

    private static long sum(Transaction transaction, List<Long> pages) {
        long sum = 0;
        for (long pageId : pages) {
            try (ReadablePage page = transaction.read(pageId)) {
                sum += page.getLong(8);
            }
        }
        return sum;
    }
}
