package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

/**
 * Threads change pages, roll back wholly and in part, and commit, while others take checkpoints and write pages home, with a cache smaller than the pages. Then the power goes, at many moments.
 *
 * <p>The model: of each page, the transactions that committed it, in order. A transaction's number is what it writes. After a crash each page must show the number of one of them; a
 * transaction is there on all of its pages or on none; and none is missing that had been answered. The seed decides what each thread does, not which of them is faster, so a
 * failure may take several runs to show again.
 */
@DisplayName("undo-redo-aries under threads that commit, roll back and take checkpoints at once")
class HammerTest {
    private static final String SEED_PROPERTY = "afterimage.hammer.seed";
    private static final int WORKERS = 4;
    private static final int PAGES = 48;
    private static final int FRAMES = 24;
    private static final int TRANSACTIONS = 120;
    private static final int CRASHES = 60;

    /** A transaction that committed. */
    private record Committed(long number, List<Integer> pages) {
    }

    /** An answer to a commit, and the disk's time at it. */
    private record Answer(Committed transaction, long at) {
    }

    /** One run. */
    private static final class Run {
        private final SimulatedDisk disk = new SimulatedDisk();
        private final long seed;
        private final ReentrantLock[] locks = new ReentrantLock[PAGES];
        /** By page, under its lock: the numbers of those that committed it. */
        private final List<List<Long>> history = new ArrayList<>();
        private final Queue<Committed> committed = new ConcurrentLinkedQueue<>();
        private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
        private final AtomicLong numbers = new AtomicLong(1000);
        private final AtomicInteger working = new AtomicInteger(WORKERS);
        private final AtomicInteger rolledBack = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final ReentrantLock beginning = new ReentrantLock();
        private final Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES, Map.of("max-wal-size", "1MiB"));

        Run(long seed) {
            this.seed = seed;
            for (int page = 0; page < PAGES; page++) {
                locks[page] = new ReentrantLock();
                history.add(new ArrayList<>(List.of((long) page)));
            }
            disk.recording(false); // the making of the store is not the matter here
            disk.recording(true);
            disk.syncTakes(Duration.ofNanos(100_000)); // so that others work in the middle of a sync
        }

        void hammer() throws Throwable {
            List<Thread> threads = new ArrayList<>();
            for (int worker = 0; worker < WORKERS; worker++) {
                SplittableRandom random = new SplittableRandom(seed * WORKERS + worker);
                threads.add(start(() -> work(random)));
            }
            threads.add(start(() -> {
                for (int round = 0; working.get() > 0 && failure.get() == null; round++) {
                    if (round % 3 == 0) {
                        store.checkpoint();
                    }
                    store.writeHomes();
                    Thread.yield();
                }
            }));
            for (Thread thread : threads) {
                thread.join();
            }
            if (failure.get() != null) {
                throw failure.get();
            }
            assertEquals(0, store.failures());
            assertTrue(rolledBack.get() > TRANSACTIONS / 10 && committed.size() > TRANSACTIONS / 2, rolledBack + " rolled back, " + committed.size() + " committed");
            assertTrue(store.strategy().statistics().checkpoints() > 3 && store.strategy().statistics().evictions() > 0, store.strategy().statistics()::toString);
            disk.syncTakes(Duration.ZERO);
            CrashStates.forEach(disk.trace(), EnumerationPlan.GATE.withStatesInAll(CRASHES), crash -> check(crash.image(), crash.sequence()));
            check(disk.asIssued(), disk.now());
            store.close();
            check(disk.asSynced(), disk.now());
        }

        private Thread start(Runnable work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                }
            });
            thread.start();
            return thread;
        }

        private void work(SplittableRandom random) {
            try {
                for (int count = 0; count < TRANSACTIONS && failure.get() == null; count++) {
                    List<Integer> pages = random.ints(1 + random.nextInt(4), 0, PAGES).distinct().sorted().boxed().toList();
                    pages.forEach(page -> locks[page].lock());
                    CommitTicket ticket;
                    Committed transaction;
                    try {
                        Workbench.Work work = begin();
                        transaction = new Committed(numbers.incrementAndGet(), pages);
                        ticket = change(work, transaction, random) ? commit(work, transaction) : null;
                    } finally {
                        pages.forEach(page -> locks[page].unlock());
                    }
                    if (ticket != null && random.nextInt(3) > 0) {
                        ticket.await();
                        answers.add(new Answer(transaction, disk.now()));
                    }
                }
            } finally {
                working.decrementAndGet();
            }
        }

        private Workbench.Work begin() {
            beginning.lock(); // the workbench numbers transactions without care for threads
            try {
                return store.begin();
            } finally {
                beginning.unlock();
            }
        }

        /** Writes the transaction's number into all of its pages, with detours; false if it was rolled back in the end. */
        private boolean change(Workbench.Work work, Committed transaction, SplittableRandom random) {
            for (int page : transaction.pages) {
                long before = work.get(page);
                List<Long> of = history.get(page);
                assertEquals(of.get(of.size() - 1), before, "page " + page + " before transaction " + transaction);
                if (random.nextInt(3) == 0) {
                    work.put(page, -transaction.number);
                }
                if (random.nextInt(3) == 0) {
                    long mark = work.inner().mark();
                    transaction.pages.forEach(any -> work.put(any, -2 * transaction.number));
                    work.fill(page, random.nextInt(100));
                    work.inner().rollbackTo(mark);
                }
                work.put(page, transaction.number);
            }
            if (random.nextInt(4) > 0) {
                return true;
            }
            rolledBack.incrementAndGet();
            work.rollback();
            return false;
        }

        private CommitTicket commit(Workbench.Work work, Committed transaction) {
            CommitTicket ticket = work.inner().commit(Durability.POWER_SAFE);
            // The order is fixed, and the pages are still locked.
            transaction.pages.forEach(page -> history.get(page).add(transaction.number));
            committed.add(transaction);
            return ticket;
        }

        private void check(DiskImage image, long sequence) {
            try (Workbench recovered = SmallLog.SETUP.open(new SimulatedDisk(image), FRAMES)) {
                int[] versions = new int[PAGES];
                for (int page = 0; page < PAGES; page++) {
                    long found = recovered.get(page);
                    versions[page] = history.get(page).indexOf(found);
                    assertTrue(versions[page] >= 0, "page " + page + ": expected one of " + history.get(page) + ", found " + found);
                }
                for (Committed transaction : committed) {
                    long there = transaction.pages.stream().filter(page -> isThere(transaction, page, versions)).count();
                    assertTrue(there == 0 || there == transaction.pages.size(), transaction + " is there on " + there + " of its pages");
                }
                for (Answer answer : answers) {
                    if (answer.at <= sequence) {
                        assertTrue(isThere(answer.transaction, answer.transaction.pages.get(0), versions), answer.transaction + " was answered and is gone");
                    }
                }
            }
        }

        private boolean isThere(Committed transaction, int page, int[] versions) {
            return versions[page] >= history.get(page).indexOf(transaction.number);
        }
    }

    @TestFactory
    @DisplayName("no transaction is half there, none comes back that was rolled back, none is lost that was answered")
    Stream<DynamicTest> hammer() {
        String given = System.getProperty(SEED_PROPERTY);
        Stream<Long> seeds = given != null ? Stream.of(Long.valueOf(given)) : Stream.of(1L, 2L, 3L);
        return seeds.map(seed -> DynamicTest.dynamicTest("seed " + seed, () -> {
            try {
                new Run(seed).hammer();
            } catch (Throwable t) {
                throw new AssertionError("replay: mvn -q -pl undo-redo-aries -am test -Dtest=HammerTest -Dsurefire.failIfNoSpecifiedTests=false -D" + SEED_PROPERTY + "=" + seed, t);
            }
        }));
    }
}
