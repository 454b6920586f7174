package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import dev.afterimage.api.DeadlockException;
import dev.afterimage.api.LockTimeoutException;
import dev.afterimage.spi.TimeSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PageLocksTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(50);
    private PageLocks locks = new PageLocks(TimeSource.system());
    private final AtomicInteger ids = new AtomicInteger();

    /** A transaction with a thread of its own. */
    private final class Actor implements AutoCloseable {
        final LockOwner owner = new LockOwner();
        final int id = ids.incrementAndGet();
        private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
        final Thread thread = new Thread(this::run, "actor-" + id);
        private volatile boolean stop;
        final AtomicReference<Object> result = new AtomicReference<>();

        Actor() {
            thread.start();
            then(() -> owner.begin(thread, id, id)).join();
        }

        private void run() {
            while (!stop) {
                try {
                    work.take().run();
                } catch (InterruptedException e) {
                    // left over from a test of interrupts
                }
            }
        }

        CompletableFuture<Void> then(Runnable task) {
            return CompletableFuture.runAsync(task, work::add);
        }

        /** Asks for a lock in its thread; {@link #result} is the request or what was thrown. */
        CompletableFuture<Void> ask(long page, boolean exclusive) {
            result.set(null);
            return then(() -> {
                try {
                    result.set(locks.acquire(owner, page, exclusive, LONG));
                } catch (RuntimeException e) {
                    result.set(e);
                }
            });
        }

        Actor holds(long page, boolean exclusive) {
            ask(page, exclusive).join();
            assertInstanceOf(LockRequest.class, result.get());
            return this;
        }

        /** Asks, and returns once it waits. */
        CompletableFuture<Void> waits(long page, boolean exclusive) {
            var future = ask(page, exclusive);
            while (owner.waiting == null || thread.getState() != Thread.State.TIMED_WAITING) {
                assertFalse(future.isDone(), "it should wait for page " + page + " but has " + result.get());
                Thread.onSpinWait();
            }
            return future;
        }

        void releaseAll() {
            then(() -> locks.releaseAll(owner)).join();
        }

        @Override
        public void close() {
            releaseAll();
            then(() -> stop = true).join();
        }
    }

    @Test
    @DisplayName("shared locks go together, an exclusive one goes alone, and served is who came first")
    void firstComeFirstServed() {
        try (Actor a = new Actor(); Actor b = new Actor(); Actor c = new Actor(); Actor d = new Actor(); Actor e = new Actor()) {
            a.holds(5, false);
            b.holds(5, false);
            var third = c.waits(5, true);
            // Shared, and compatible with the holders, but the exclusive request was first and must not starve.
            var fourth = d.waits(5, false);
            var fifth = e.waits(5, false);
            a.releaseAll();
            assertFalse(third.isDone());
            b.releaseAll();
            third.join();
            assertFalse(fourth.isDone());
            c.releaseAll();
            fourth.join();
            fifth.join();
            assertEquals(1, locks.lockedPages());
        }
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("a holder that wants more goes before all who wait")
    void upgradeGoesFirst() {
        try (Actor a = new Actor(); Actor b = new Actor(); Actor c = new Actor()) {
            a.holds(5, false);
            b.holds(5, false);
            var waiting = c.waits(5, true);
            var upgrade = a.waits(5, true);
            b.releaseAll();
            upgrade.join();
            assertFalse(waiting.isDone());
            assertTrue(a.owner.find(5).exclusive);
            a.holds(5, false);
            assertTrue(a.owner.find(5).exclusive, "asking for less keeps what is held");
            a.releaseAll();
            waiting.join();
        }
    }

    @Test
    @DisplayName("a circle of three is found by the last to wait, and the youngest is given up")
    void circleOfThree() {
        try (Actor a = new Actor(); Actor b = new Actor(); Actor c = new Actor()) {
            a.holds(1, true);
            b.holds(2, true);
            c.holds(3, true);
            var cWaits = c.waits(1, true);
            var bWaits = b.waits(3, false);
            // The requester is the oldest: the youngest, c, is taken out of its wait.
            var aWaits = a.ask(2, true);
            cWaits.join();
            String message = assertInstanceOf(DeadlockException.class, c.result.get()).getMessage();
            assertTrue(message.contains("transaction " + c.id + " was rolled back") && message.contains("waits for page 2"), message);
            c.releaseAll();
            bWaits.join();
            b.releaseAll();
            aWaits.join();
            assertInstanceOf(LockRequest.class, a.result.get());
        }
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("two holders that both want more are a deadlock; the younger is told so at once")
    void twoUpgrades() {
        try (Actor a = new Actor(); Actor b = new Actor()) {
            a.holds(1, false);
            b.holds(1, false);
            var waits = a.waits(1, true);
            b.ask(1, true).join();
            assertInstanceOf(DeadlockException.class, b.result.get());
            assertFalse(waits.isDone(), "b still holds its shared lock until it rolls back");
            b.releaseAll();
            waits.join();
            assertInstanceOf(LockRequest.class, a.result.get());
        }
    }

    @Test
    @DisplayName("a circle through the order of a queue is found, not only through holders")
    void circleThroughAQueue() {
        try (Actor a = new Actor(); Actor b = new Actor(); Actor c = new Actor()) {
            a.holds(1, false);
            c.holds(2, true);
            var bWaits = b.waits(1, true);    // behind a
            var cWaits = c.waits(1, false);   // behind b only: it would get on with a
            a.ask(2, false);                  // behind c: a -> c -> b -> a
            cWaits.join();
            assertInstanceOf(DeadlockException.class, c.result.get());
            c.releaseAll();
            a.releaseAll();
            bWaits.join();
        }
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("two transactions of one thread can never wait for each other: that is told at once")
    void sameThread() {
        LockOwner first = new LockOwner();
        first.begin(Thread.currentThread(), 101, 101);
        LockOwner second = new LockOwner();
        second.begin(Thread.currentThread(), 102, 102);
        assertNotNull(locks.acquire(first, 9, true, LONG));
        String message = assertThrows(DeadlockException.class, () -> locks.acquire(second, 9, false, LONG)).getMessage();
        assertTrue(message.contains("same thread"), message);
        locks.releaseAll(second);
        locks.releaseAll(first);
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("a wait that takes too long says who holds the page, and lets the next one through")
    void timeout() {
        try (Actor a = new Actor(); Actor b = new Actor(); Actor c = new Actor()) {
            a.holds(5, false);
            LockOwner late = new LockOwner();
            late.begin(Thread.currentThread(), 99, 99);
            String message = assertThrows(LockTimeoutException.class, () -> locks.acquire(late, 5, true, 30_000_000)).getMessage();
            assertTrue(message.contains("page 5") && message.contains("transaction " + a.id) && message.contains("actor-") && message.contains("30 ms"), message);
            b.holds(5, false);
            assertThrows(LockTimeoutException.class, () -> locks.acquire(late, 5, true, 0));
            c.holds(5, false);
            assertNull(locks.tryExclusive(late, 5));
            assertEquals(0, late.held());
        }
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("those behind a request that gave up are served when it goes")
    void timeoutLetsOthersThrough() {
        AtomicLong now = new AtomicLong();
        locks = new PageLocks(new TimeSource() {
            @Override
            public long nanos() {
                return now.get();
            }

            @Override
            public long epochMillis() {
                return 0;
            }
        });
        try (Actor a = new Actor(); Actor b = new Actor(); Actor c = new Actor()) {
            a.holds(5, false);
            var late = b.waits(5, true);
            now.addAndGet(LONG / 2);
            var behind = c.waits(5, false);
            assertFalse(behind.isDone());
            now.addAndGet(LONG / 2);
            LockSupport.unpark(b.thread);
            late.join();
            assertInstanceOf(LockTimeoutException.class, b.result.get());
            behind.join();
            assertInstanceOf(LockRequest.class, c.result.get());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("an interrupt does not end a wait and is still pending afterwards")
    void interrupts() {
        try (Actor a = new Actor()) {
            a.holds(5, true);
            AtomicReference<Boolean> pending = new AtomicReference<>();
            LockOwner patient = new LockOwner();
            Thread waiter = new Thread(() -> {
                patient.begin(Thread.currentThread(), 99, 99);
                locks.acquire(patient, 5, true, LONG);
                pending.set(Thread.interrupted());
                locks.releaseAll(patient);
            });
            waiter.start();
            while (patient.waiting == null || waiter.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            waiter.interrupt();
            while (waiter.isInterrupted() || waiter.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            a.releaseAll();
            join(waiter);
            assertEquals(true, pending.get());
        }
    }

    @Test
    @DisplayName("when the store stops serving, every wait ends, and none begins")
    void cancelled() {
        try (Actor a = new Actor(); Actor b = new Actor(); Actor c = new Actor()) {
            a.holds(5, true);
            var waits = b.waits(5, true);
            locks.cancelWaits();
            waits.join();
            assertNull(b.result.get());
            c.ask(5, false).join();
            assertNull(c.result.get());
            c.holds(6, true);
        }
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("asking again gives the same request; many pages are held and let go of without a trace")
    void manyPages() {
        LockOwner owner = new LockOwner();
        for (int round = 0; round < 3; round++) {
            owner.begin(Thread.currentThread(), round, round);
            for (long page = 0; page < 20_000; page++) {
                LockRequest request = locks.acquire(owner, page * 7, page % 2 == 0, LONG);
                assertSame(request, locks.acquire(owner, page * 7, false, LONG));
            }
            assertEquals(20_000, owner.held());
            assertEquals(20_000, locks.lockedPages());
            locks.releaseAll(owner);
            assertEquals(0, locks.lockedPages());
        }
    }

    @Test
    @DisplayName("many threads on few pages: never two where one is exclusive, everybody comes to an end, every deadlock is found")
    void storm() throws InterruptedException {
        int threads = 8;
        int pages = 6;
        AtomicInteger[] readers = new AtomicInteger[pages];
        AtomicInteger[] writers = new AtomicInteger[pages];
        for (int i = 0; i < pages; i++) {
            readers[i] = new AtomicInteger();
            writers[i] = new AtomicInteger();
        }
        ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        AtomicInteger deadlocks = new AtomicInteger();
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            SplittableRandom random = new SplittableRandom(t);
            Thread thread = new Thread(() -> {
                LockOwner owner = new LockOwner();
                try {
                    for (int round = 0; round < 1500; round++) {
                        owner.begin(Thread.currentThread(), ids.incrementAndGet(), ids.get());
                        boolean[] reads = new boolean[pages];
                        boolean[] writes = new boolean[pages];
                        try {
                            for (int step = 0; step < 4; step++) {
                                int page = random.nextInt(pages);
                                boolean exclusive = random.nextInt(3) == 0;
                                locks.acquire(owner, page, exclusive, LONG);
                                if (exclusive && !writes[page]) {
                                    writes[page] = true;
                                    writers[page].incrementAndGet();
                                }
                                if (!reads[page]) {
                                    reads[page] = true;
                                    readers[page].incrementAndGet();
                                }
                                if (writers[page].get() > 0 && !(writes[page] && writers[page].get() == 1 && readers[page].get() == 1)) {
                                    throw new AssertionError("page " + page + ": " + writers[page] + " writers, " + readers[page] + " readers");
                                }
                                Thread.yield(); // so that they meet on one core too
                            }
                        } catch (DeadlockException e) {
                            deadlocks.incrementAndGet();
                        }
                        for (int page = 0; page < pages; page++) {
                            if (writes[page]) {
                                writers[page].decrementAndGet();
                            }
                            if (reads[page]) {
                                readers[page].decrementAndGet();
                            }
                        }
                        locks.releaseAll(owner);
                    }
                } catch (Throwable e) {
                    wrong.add(e);
                    locks.releaseAll(owner);
                }
            });
            all.add(thread);
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertTrue(wrong.isEmpty(), () -> "wrong: " + wrong);
        assertTrue(deadlocks.get() > 0, "the storm should meet deadlocks");
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("a lock that becomes free is left to whoever runs, while the thread that waits is woken; it is passed so often and no more")
    void passes() {
        try (Actor holder = new Actor(); Actor waiter = new Actor(); LateToWake later = new LateToWake(waiter)) {
            holder.holds(5, true);
            var waiting = waiter.waits(5, true);
            holder.releaseAll();
            LockOwner runs = new LockOwner();
            runs.begin(Thread.currentThread(), 100, 100);
            int passed = 0;
            while (locks.tryExclusive(runs, 5) != null) {
                assertFalse(waiting.isDone());
                passed++;
                locks.releaseAll(runs);
            }
            assertEquals(LockEntry.PASSES_MAX, passed);
            later.close();
            waiting.join();
            assertInstanceOf(LockRequest.class, waiter.result.get(), "it was handed over");
            waiter.releaseAll();
            assertNotNull(locks.tryExclusive(runs, 5), "and is free again, with nobody called");
            locks.releaseAll(runs);
        }
    }

    /** Whoever wakes the actor wakes nobody, until this is closed. */
    private record LateToWake(Actor actor) implements AutoCloseable {
        LateToWake {
            actor.then(() -> {
                actor.owner.thread = new Thread("nobody");
            }).join();
        }

        @Override
        public void close() {
            LockSupport.unpark(actor.thread);
        }
    }

    @Test
    @DisplayName("readers are not called but served, and so is who holds another page: nobody passes them")
    void notCalled() {
        for (boolean reads : new boolean[] {true, false}) {
            try (Actor a = new Actor(); Actor b = new Actor(); LateToWake later = new LateToWake(b)) {
                a.holds(5, true);
                if (!reads) {
                    b.holds(6, true);
                }
                var waiting = b.waits(5, !reads);
                a.releaseAll();
                LockOwner runs = new LockOwner();
                runs.begin(Thread.currentThread(), 100, 100);
                assertNull(locks.tryExclusive(runs, 5), "it is the other's already");
                later.close();
                waiting.join();
            }
        }
    }

    @Test
    @DisplayName("one page that everybody wants: never two at a time, and nobody is left waiting")
    void hotPage() throws InterruptedException {
        int threads = 8;
        int rounds = 20_000;
        long[] counter = new long[1];
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                LockOwner owner = new LockOwner();
                for (int round = 0; round < rounds; round++) {
                    owner.begin(Thread.currentThread(), ids.incrementAndGet(), ids.get());
                    locks.acquire(owner, 5, true, LONG);
                    long before = counter[0];
                    if (round % 64 == 0) {
                        Thread.yield(); // so that others come to wait on one core too
                    }
                    counter[0] = before + 1;
                    locks.releaseAll(owner);
                }
            });
            all.add(thread);
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertEquals((long) threads * rounds, counter[0]);
        assertEquals(0, locks.waiting());
        assertEquals(0, locks.lockedPages());
    }

    @Test
    @DisplayName("one stripe holds any number of pages, each by itself")
    void manyInOneStripe() {
        locks = new PageLocks(TimeSource.system(), 2);
        LockOwner first = new LockOwner();
        LockOwner second = new LockOwner();
        first.begin(Thread.currentThread(), 1, 1);
        second.begin(Thread.currentThread(), 2, 2);
        for (long page = 0; page < 2_000; page++) {
            assertTrue(locks.acquire(first, page, page % 2 == 0, 0).holds);
        }
        assertEquals(2_000, locks.lockedPages());
        for (long page = 0; page < 2_000; page++) {
            long wanted = page;
            if (page % 2 == 0) {
                assertThrows(LockTimeoutException.class, () -> locks.acquire(second, wanted, false, 0));
            } else {
                assertNull(locks.tryExclusive(second, wanted));
                assertTrue(locks.acquire(second, wanted, false, 0).holds);
            }
        }
        locks.releaseAll(first);
        assertEquals(1_000, locks.lockedPages());
        assertNotNull(locks.tryExclusive(second, 1));
        locks.releaseAll(second);
        assertEquals(0, locks.lockedPages());
        assertNotNull(locks.tryExclusive(second, 4_711));
        assertEquals(1, locks.lockedPages());
        locks.releaseAll(second);
    }
}
