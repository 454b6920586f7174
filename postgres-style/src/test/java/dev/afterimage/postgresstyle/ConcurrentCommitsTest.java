package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;

/** Several committers, a checkpointer and a background writer at once; then every crash state of a selection is recovered. */
@DisplayName("postgres-style with many threads")
class ConcurrentCommitsTest {
    private static final int THREADS = 3;
    private static final int ACCOUNTS = 24;
    private static final int CACHE_PAGES = 20;
    private static final int TRANSFERS = 150;
    private static final int CHECKPOINTS = 4;
    private static final long MONEY = ACCOUNTS * 1000L;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final ReentrantLock[] locks = new ReentrantLock[ACCOUNTS];
    /** For each thread, the disk's sequence number at each answer; its page at ACCOUNTS + thread counts its transfers too. */
    private final List<List<Long>> answers = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger transfers = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final ReentrantLock beginning = new ReentrantLock();

    @RepeatedTest(8)
    @DisplayName("moves money: none is lost or made, and no safe transfer is forgotten, wherever the power goes")
    void transfers() throws InterruptedException {
        SmallStore store = SmallStore.create(disk, CACHE_PAGES);
        for (int account = 0; account < ACCOUNTS; account++) {
            locks[account] = new ReentrantLock();
            store.create(account, 1000);
        }
        for (int thread = 0; thread < THREADS; thread++) {
            store.create(ACCOUNTS + thread, 0);
            answers.add(new CopyOnWriteArrayList<>());
        }
        disk.recording(false); // the making of the store is not the matter here
        disk.recording(true);
        disk.syncTakes(Duration.ofNanos(200_000)); // so that commits meet in the middle of a sync, and of a checkpoint
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            threads.add(start(() -> transferUntilStopped(store, number)));
        }
        threads.add(start(() -> {
            int checkpointed = 0;
            while (!stop.get()) {
                if (transfers.get() >= checkpointed + 25) {
                    checkpointed = transfers.get();
                    store.checkpoint();
                    store.writeHomes();
                } else {
                    Thread.onSpinWait();
                }
            }
        }));
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
        assertTrue(store.strategy.statistics().checkpoints() >= CHECKPOINTS, store.strategy.statistics().toString());
        disk.syncTakes(Duration.ZERO);
        CrashStates.forEach(disk.trace(), EnumerationPlan.GATE.withStatesInAll(150), crash -> check(crash.image(), crash.sequence()));
        check(disk.asIssued(), disk.now());
        store.close();
    }

    private Thread start(Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
                stop.set(true);
            }
        });
        thread.start();
        return thread;
    }

    private void transferUntilStopped(SmallStore store, int thread) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(thread);
        while (!stop.get()) {
            int from = random.nextInt(ACCOUNTS - 1);
            int to = random.nextInt(from + 1, ACCOUNTS);
            locks[from].lock();
            locks[to].lock();
            CommitTicket ticket;
            try {
                SmallStore.Transaction transaction = begin(store);
                transaction.add(from, -1);
                transaction.put(from, 4000, random.nextLong());
                transaction.add(to, 1);
                transaction.add(ACCOUNTS + thread, 1);
                if (random.nextInt(8) == 0) {
                    transaction.rollback();
                    continue;
                }
                ticket = transaction.commit(Durability.POWER_SAFE);
            } finally {
                locks[to].unlock();
                locks[from].unlock();
            }
            ticket.await();
            answers.get(thread).add(disk.now());
            if (transfers.incrementAndGet() >= TRANSFERS && store.strategy.statistics().checkpoints() >= CHECKPOINTS || transfers.get() > 20 * TRANSFERS) {
                stop.set(true);
            }
        }
    }

    private SmallStore.Transaction begin(SmallStore store) {
        beginning.lock(); // SmallStore numbers transactions without care for threads
        try {
            return store.begin();
        } finally {
            beginning.unlock();
        }
    }

    private void check(DiskImage image, long sequence) {
        try (SmallStore recovered = SmallStore.open(new SimulatedDisk(image), CACHE_PAGES)) {
            long sum = 0;
            for (int account = 0; account < ACCOUNTS; account++) {
                sum += recovered.get(account);
            }
            assertEquals(MONEY, sum);
            for (int thread = 0; thread < THREADS; thread++) {
                long safe = answers.get(thread).stream().filter(at -> at <= sequence).count();
                long found = recovered.get(ACCOUNTS + thread);
                assertTrue(found >= safe, "thread " + thread + ": " + safe + " transfers were safe, found " + found);
            }
        }
    }
}
