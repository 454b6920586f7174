package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each thread has pages of its own, as page locks would give them to it; what all of them share are the nodes of the table, the slots, the frames and the flips. */
@Timeout(120)
@DisplayName("Shadow paging under many threads")
class ShadowPagingThreadsTest {
    private static final int THREADS = 6;
    private static final int PAGES_EACH = 60;
    private static final int TRANSACTIONS_EACH = 400;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final ConcurrentLinkedQueue<Throwable> problems = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName("every thread always reads what it committed last, while the others replace the nodes on its way")
    void neighbours() throws InterruptedException {
        long[][] values = new long[THREADS][PAGES_EACH];
        try (TestStore store = new TestStore(disk, true, 40)) {
            AtomicBoolean done = new AtomicBoolean();
            Thread background = start(() -> {
                while (!done.get()) {
                    store.tasks.run("shadow-paging flip");
                    Thread.onSpinWait();
                }
            });
            List<Thread> threads = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int self = thread;
                threads.add(start(() -> work(store, self, values[self])));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            done.set(true);
            background.join();
            assertTrue(problems.isEmpty(), () -> problems.toString());
            assertNoSlotLost(store);
        }
        try (TestStore store = TestStore.open(new SimulatedDisk(disk.asIssued()))) {
            for (int thread = 0; thread < THREADS; thread++) {
                for (int i = 0; i < PAGES_EACH; i++) {
                    assertEquals(values[thread][i], store.read(pageId(thread, i)));
                }
            }
        }
    }

    /** With nobody at work, the slots in use are those of the table, and those that the last flip dropped. (How far the file grew meanwhile says little: it grows while a walk is interrupted.) */
    private static void assertNoSlotLost(TestStore store) {
        for (int i = 0; i < 2; i++) {
            StrategyTransaction last = store.begin();
            TestStore.create(last, 5 + THREADS * 1_000_000_000L + i, i);
            TestStore.commit(last);
        }
        ShadowPagingStrategy strategy = (ShadowPagingStrategy) store.strategy;
        TableRoot root = strategy.flips().durable().root();
        long extra = strategy.parts().free().inUse() - root.nodes() - root.pages();
        assertTrue(extra >= 0 && extra <= root.depth(), extra + " slots are in use that the table does not reach");
        assertEquals(0, strategy.parts().expected().size(), "checksums expected by nobody");
    }

    /** Neighbouring numbers belong to different threads, so that all share every node. */
    private static long pageId(int thread, int i) {
        return (long) i * i * 37 * THREADS + thread;
    }

    private void work(TestStore store, int self, long[] mine) {
        Random random = new Random(self);
        Arrays.fill(mine, -1);
        for (int n = 0; n < TRANSACTIONS_EACH; n++) {
            StrategyTransaction transaction = store.begin();
            long[] next = mine.clone();
            for (int access = random.nextInt(8); access >= 0; access--) {
                int i = random.nextInt(PAGES_EACH);
                long found = TestStore.read(transaction, pageId(self, i));
                if (found != next[i]) {
                    throw new AssertionError("thread " + self + ", transaction " + n + ": page " + pageId(self, i) + " holds " + found + ", committed was " + next[i]);
                }
                if (random.nextInt(3) == 0) {
                    next[i] = 1000L * n + access;
                    if (found < 0) {
                        TestStore.create(transaction, pageId(self, i), next[i]);
                    } else {
                        TestStore.write(transaction, pageId(self, i), next[i]);
                    }
                } else if (found >= 0 && random.nextInt(10) == 0) {
                    transaction.discard(pageId(self, i));
                    next[i] = -1;
                }
            }
            if (random.nextInt(8) == 0) {
                transaction.rollback();
            } else {
                transaction.commit(random.nextBoolean() ? Durability.RELAXED : Durability.POWER_SAFE).await();
                System.arraycopy(next, 0, mine, 0, next.length);
            }
        }
    }

    private Thread start(Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable problem) {
                problems.add(problem);
            }
        });
        thread.start();
        return thread;
    }
}
