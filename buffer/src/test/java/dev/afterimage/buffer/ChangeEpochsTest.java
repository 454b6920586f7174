package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Commit epochs")
class ChangeEpochsTest {
    private final ChangeEpochs epochs = new ChangeEpochs();

    @Test
    @DisplayName("make a checkpoint wait for the commits before it, and for none after it")
    void waitsForOlderOnly() throws InterruptedException {
        long older = epochs.enter();
        CountDownLatch done = new CountDownLatch(1);
        Thread checkpoint = new Thread(() -> {
            epochs.openNextAndAwaitOlder();
            done.countDown();
        });
        checkpoint.start();
        long newer = older;
        while (newer == older) { // until the checkpoint has opened the next epoch
            newer = epochs.enter();
            if (newer == older) {
                epochs.leave(newer);
                Thread.onSpinWait();
            }
        }
        assertEquals(1, done.getCount(), "still waits for the older commit");
        epochs.leave(older);
        assertTrue(done.await(10, TimeUnit.SECONDS), "the newer commit does not hold it up");
        epochs.leave(newer);
    }

    @Test
    @DisplayName("let a checkpoint wait through an interrupt, which is still pending afterwards (rule F3)")
    void survivesInterrupts() throws InterruptedException {
        long older = epochs.enter();
        AtomicBoolean pending = new AtomicBoolean();
        AtomicBoolean left = new AtomicBoolean();
        Thread checkpoint = new Thread(() -> {
            Thread.currentThread().interrupt();
            epochs.openNextAndAwaitOlder();
            assertTrue(left.get());
            pending.set(Thread.currentThread().isInterrupted());
        });
        checkpoint.start();
        while (checkpoint.getState() != Thread.State.WAITING && checkpoint.isAlive()) {
            Thread.onSpinWait();
        }
        left.set(true);
        epochs.leave(older);
        checkpoint.join();
        assertTrue(pending.get());
    }

    @Test
    @DisplayName("never let a commit with the old redo point outlive the wait, with three committers and a busy checkpointer")
    void holdsUnderLoad() {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            AtomicLong redoPoint = new AtomicLong();
            AtomicLong checkpointed = new AtomicLong();
            AtomicBoolean broken = new AtomicBoolean();
            AtomicBoolean stop = new AtomicBoolean();
            Thread[] committers = new Thread[3];
            for (int i = 0; i < committers.length; i++) {
                committers[i] = new Thread(() -> {
                    while (!stop.get()) {
                        long epoch = epochs.enter();
                        long seen = redoPoint.get();
                        Thread.onSpinWait();
                        if (checkpointed.get() > seen) {
                            broken.set(true);
                        }
                        epochs.leave(epoch);
                    }
                });
                committers[i].start();
            }
            for (int checkpoint = 1; checkpoint <= 20_000; checkpoint++) {
                redoPoint.set(checkpoint);
                epochs.openNextAndAwaitOlder();
                checkpointed.set(checkpoint);
            }
            stop.set(true);
            for (Thread committer : committers) {
                committer.join();
            }
            assertFalse(broken.get());
        });
    }
}
