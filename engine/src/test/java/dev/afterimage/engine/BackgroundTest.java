package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.StoreState;
import dev.afterimage.api.StoreStatistics;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.storage.DiskFullException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.Mockito;

@Timeout(60)
class BackgroundTest {
    private final TestStores stores = new TestStores(new TestDisk(), ChangeDetail.RANGES);

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Tasks that run when the test says so. */
    private static class ByHand implements BackgroundTasks {
        Runnable work;
        int woken;
        boolean closed;

        @Override
        public BackgroundTask repeat(String name, Duration period, Runnable task) {
            work = task;
            return new BackgroundTask() {
                @Override
                public void wake() {
                    woken++;
                }

                @Override
                public void close() {
                    closed = true;
                }
            };
        }

        @Override
        public void pause(Duration duration) {
        }
    }

    @Test
    @DisplayName("when recovery would have too much to read, a commit wakes the checkpoint, which spreads its writes; asked for, it is immediate")
    void debt() {
        List<String> paces = new ArrayList<>();
        stores.provider.debtLimitBytes = 20_000;
        stores.provider.hook = call -> {
            if (call.startsWith("checkpoint")) {
                paces.add(call);
            }
        };
        StoreListener listener = Mockito.mock(StoreListener.class);
        ByHand tasks = new ByHand();
        try (OpenStore store = stores.open(config -> config.listener(listener), tasks)) {
            store.transact(transaction -> TransactionTest.put(transaction, 0, 1));
            tasks.work.run();
            assertEquals(0, tasks.woken);
            assertTrue(paces.isEmpty());
            for (int i = 0; i < 10; i++) {
                store.transact(transaction -> TransactionTest.put(transaction, 0, 1));
            }
            assertEquals(1, tasks.woken, "once, however many commits find that a checkpoint is owed");
            tasks.work.run();
            tasks.work.run();
            assertEquals(List.of("checkpoint SPREAD"), paces);
            for (int i = 0; i < 10; i++) {
                store.transact(transaction -> TransactionTest.put(transaction, 0, 1));
            }
            assertEquals(2, tasks.woken, "and again when another is");
            tasks.work.run();
            assertEquals(2, paces.size());
            paces.remove(1);
            Mockito.clearInvocations(listener);
            CheckpointReport report = store.checkpoint();
            assertEquals(List.of("checkpoint SPREAD", "checkpoint IMMEDIATE"), paces);
            Mockito.verify(listener).checkpointed(report);
            Mockito.verify(listener).checkpointed(Mockito.any());
        }
        assertTrue(tasks.closed);
    }

    @Test
    @DisplayName("a checkpoint without room is told to who asked for it, tried again later in the background, and fails nothing; a bug in it fails the store")
    void checkpointFails() {
        stores.provider.debtLimitBytes = 1;
        ByHand tasks = new ByHand();
        AtomicInteger tries = new AtomicInteger();
        AtomicReference<RuntimeException> thrown = new AtomicReference<>(new DiskFullException("0 bytes left"));
        stores.provider.hook = call -> {
            if (call.startsWith("checkpoint")) {
                tries.incrementAndGet();
                throw thrown.get();
            }
        };
        OpenStore store = stores.open(config -> config, tasks);
        assertThrows(StoreFullException.class, store::checkpoint);
        tasks.work.run();
        tasks.work.run();
        assertEquals(2, tries.get(), "one that failed rests for a while");
        assertEquals(StoreState.OPEN, store.state());
        thrown.set(new IllegalStateException("a bug"));
        assertThrows(dev.afterimage.api.StoreFailedException.class, store::checkpoint);
        assertEquals(StoreState.FAILED, store.state());
        stores.provider.hook = call -> { };
        store.close();
    }

    @Test
    @DisplayName("a checkpoint asked for makes one that pauses hurry")
    void hurries() {
        AtomicInteger pauses = new AtomicInteger();
        AtomicReference<PacedTasks> paced = new AtomicReference<>();
        CountDownLatch asked = new CountDownLatch(1);
        BackgroundTasks slow = new ByHand() {
            @Override
            public void pause(Duration duration) {
                pauses.incrementAndGet();
                asked.countDown();
                Thread.onSpinWait();
            }
        };
        PacedTasks tasks = new PacedTasks(slow);
        paced.set(tasks);
        var spreading = CompletableFuture.runAsync(() -> {
            tasks.beginSpreading();
            tasks.pause(Duration.ofDays(10_000));
            tasks.endSpreading();
        });
        await(asked);
        tasks.beginHurry();
        spreading.join();
        tasks.pause(Duration.ofMillis(1));
        assertTrue(pauses.get() > 1);
    }

    @Test
    @DisplayName("a real task runs when woken and when its period is over, never twice at once, in a daemon thread of its name, and not after close")
    void daemon() throws InterruptedException {
        try (DaemonTasks tasks = new DaemonTasks(e -> { })) {
            LinkedBlockingQueue<Thread> runs = new LinkedBlockingQueue<>();
            BackgroundTask task = tasks.repeat("sweeper", Duration.ofHours(1), () -> runs.add(Thread.currentThread()));
            task.wake();
            Thread thread = runs.poll(30, TimeUnit.SECONDS);
            assertEquals("afterimage-sweeper", thread.getName());
            assertTrue(thread.isDaemon());
            thread.interrupt();
            task.wake();
            assertSame(thread, runs.poll(30, TimeUnit.SECONDS));
            task.close();
            task.wake();
            assertFalse(thread.isAlive());
            task.close();
            BackgroundTask quick = tasks.repeat("ticker", Duration.ofMillis(1), () -> runs.add(Thread.currentThread()));
            runs.clear();
            assertTrue(runs.poll(30, TimeUnit.SECONDS) != null && runs.poll(30, TimeUnit.SECONDS) != null);
            quick.close();
        }
    }

    @Test
    @DisplayName("closing a task ends its pause; a task may close itself; one that throws says so")
    void daemonEnds() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch failed = new CountDownLatch(1);
        DaemonTasks tasks = new DaemonTasks(e -> {
            failure.set(e);
            failed.countDown();
        });
        CountDownLatch pausing = new CountDownLatch(1);
        BackgroundTask sleeper = tasks.repeat("sleeper", Duration.ZERO, () -> {
            pausing.countDown();
            tasks.pause(Duration.ofHours(1));
        });
        await(pausing);
        sleeper.close();
        AtomicReference<BackgroundTask> self = new AtomicReference<>();
        CountDownLatch closedItself = new CountDownLatch(1);
        self.set(tasks.repeat("suicidal", Duration.ofHours(1), () -> {
            self.get().close();
            closedItself.countDown();
        }));
        self.get().wake();
        await(closedItself);
        IllegalStateException bug = new IllegalStateException("a bug");
        tasks.repeat("buggy", Duration.ZERO, () -> {
            throw bug;
        });
        await(failed);
        assertSame(bug, failure.get());
        tasks.close();
    }

    @Test
    @DisplayName("with real tasks a store checkpoints by itself and closes cleanly")
    void realTasks() {
        stores.provider.debtLimitBytes = 20_000;
        CountDownLatch checkpointed = new CountDownLatch(1);
        StoreListener listener = new StoreListener() {
            @Override
            public void checkpointed(CheckpointReport report) {
                checkpointed.countDown();
            }
        };
        try (OpenStore store = stores.open(config -> config.listener(listener), null)) {
            for (int i = 0; i < 10; i++) {
                store.transact(transaction -> TransactionTest.put(transaction, 0, 1));
            }
            await(checkpointed);
        }
        try (OpenStore store = stores.open()) {
            assertEquals(1, store.<Long, RuntimeException>call(work -> TransactionTest.get(work, 0)));
        }
    }

    @Test
    @DisplayName("statistics count syncs and bytes where they reach the disk, and changed bytes by range, the space map's own not among them")
    void statistics() {
        try (OpenStore store = stores.open()) {
            StoreStatistics before = store.statistics();
            store.transact(transaction -> {
                TransactionTest.put(transaction, 0, 1);
                TransactionTest.put(transaction, 4, 1);
                try (var page = transaction.allocate()) {
                    page.fill(100, 50, (byte) 1);
                }
            });
            store.transact(transaction -> TransactionTest.get(transaction, 0));
            StoreStatistics after = store.statistics();
            assertEquals(1, after.syncs() - before.syncs());
            assertEquals(8 + 8 + 50, after.bytesChanged() - before.bytesChanged());
            assertEquals(1, after.commits() - before.commits());
            assertEquals(1, after.readOnlyCommits() - before.readOnlyCommits());
            assertTrue(after.bytesWritten() - before.bytesWritten() > 3 * 4080);
            assertTrue(before.bytesWritten() > 0 && after.logBytes() > before.logBytes());
        }
    }
}
