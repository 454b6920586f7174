package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Group commit: one leads for all, nobody is forgotten")
class CommitQueueTest {
    /** Brings what is done up to what was asked; counts how often, and that never two lead at once. */
    private static class Counting implements CommitQueue.Duty {
        final AtomicLong asked = new AtomicLong();
        final AtomicInteger leading = new AtomicInteger();
        final AtomicInteger led = new AtomicInteger();
        volatile long done;
        volatile Thread leader = Thread.currentThread();
        volatile boolean failed;

        @Override
        public long done() {
            return done;
        }

        @Override
        public boolean failed() {
            return failed;
        }

        @Override
        public void lead() {
            assertEquals(1, leading.incrementAndGet());
            leader = Thread.currentThread();
            led.incrementAndGet();
            long target = asked.get();
            during();
            done = target;
            leading.decrementAndGet();
        }

        void during() {
            Thread.yield();
        }
    }

    @Test
    @DisplayName("a lone committer leads on its own thread")
    void lone() {
        Counting duty = new Counting();
        CommitQueue queue = new CommitQueue(duty);
        duty.asked.set(5);
        queue.await(5);
        assertSame(Thread.currentThread(), duty.leader);
        assertEquals(1, duty.led.get());
        queue.await(3);
        assertEquals(1, duty.led.get());
    }

    @Test
    @Timeout(60)
    @DisplayName("many committers, many rounds: every one returns, and only when what it asked for is done")
    void nobodyIsForgotten() throws InterruptedException {
        for (int threads : new int[] {2, 3, 8, 32}) {
            Counting duty = new Counting();
            CommitQueue queue = new CommitQueue(duty);
            List<Thread> committers = new ArrayList<>();
            AtomicInteger early = new AtomicInteger();
            for (int i = 0; i < threads; i++) {
                committers.add(new Thread(() -> {
                    for (int round = 0; round < 20_000 / threads; round++) {
                        long target = duty.asked.incrementAndGet();
                        queue.await(target);
                        if (duty.done < target) {
                            early.incrementAndGet();
                        }
                    }
                }));
            }
            committers.forEach(Thread::start);
            for (Thread committer : committers) {
                committer.join();
            }
            assertEquals(0, early.get());
            assertEquals(duty.asked.get(), duty.done);
        }
    }

    @Test
    @Timeout(60)
    @DisplayName("an interrupt ends no wait and is still pending afterwards, for the leader and for a follower")
    void interrupts() throws InterruptedException {
        CountDownLatch leads = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Counting duty = new Counting() {
            @Override
            void during() {
                if (led.get() == 1) {
                    leads.countDown();
                    while (release.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                }
            }
        };
        CommitQueue queue = new CommitQueue(duty);
        AtomicInteger pending = new AtomicInteger();
        Runnable committer = () -> {
            long target = duty.asked.incrementAndGet();
            queue.await(target);
            if (Thread.interrupted() && duty.done >= target) {
                pending.incrementAndGet();
            }
        };
        Thread leader = new Thread(committer);
        leader.start();
        leads.await();
        Thread follower = new Thread(committer);
        follower.start();
        while (follower.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        leader.interrupt();
        for (int i = 0; i < 100; i++) {
            follower.interrupt();
        }
        assertTrue(follower.isAlive());
        release.countDown();
        leader.join();
        follower.join();
        assertEquals(2, pending.get());
        assertEquals(2, duty.led.get(), "the follower came too late for the first sync and led the second");
    }

    /**
     * The one interleaving that a queue without its last rule loses: A has given up the lead and taken the two who wait off the stack; before it puts them back, B leads and
     * serves the first of them. A then wakes that one as the heir, which finds itself served and leaves; it must see to the other.
     */
    @Test
    @Timeout(60)
    @DisplayName("an heir that was served before it woke sees to those who still wait")
    void heirServedMeanwhile() throws InterruptedException {
        List<Thread> followers = new ArrayList<>();
        CountDownLatch wakes = new CountDownLatch(1);
        CountDownLatch served = new CountDownLatch(1);
        CountDownLatch leads = new CountDownLatch(1);
        CountDownLatch followed = new CountDownLatch(1);
        Thread[] first = new Thread[1];
        Counting duty = new Counting() {
            private volatile boolean firstIsWaking;

            @Override
            public long done() {
                long now = done;
                if (firstIsWaking && Thread.currentThread() == first[0]) {
                    firstIsWaking = false;
                    wakes.countDown();
                    join(served);
                }
                return now;
            }

            @Override
            public void lead() {
                int turn = led.incrementAndGet();
                if (turn == 1) {
                    leads.countDown();
                    join(followed);
                    firstIsWaking = true;
                }
                done = turn;
            }
        };
        CommitQueue queue = new CommitQueue(duty);
        first[0] = new Thread(() -> queue.await(1));
        first[0].start();
        leads.await();
        for (long target = 2; target <= 3; target++) {
            long mine = target;
            Thread follower = new Thread(() -> queue.await(mine));
            followers.add(follower);
            follower.start();
            while (follower.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        followed.countDown();
        wakes.await();
        queue.await(2);
        served.countDown();
        first[0].join();
        for (Thread follower : followers) {
            follower.join();
        }
        assertEquals(3, duty.done);
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @Test
    @Timeout(60)
    @DisplayName("when leading fails, all who wait are let go")
    void failure() {
        Counting duty = new Counting() {
            @Override
            public void lead() {
                failed = true;
                throw new IllegalStateException("injected");
            }
        };
        CommitQueue queue = new CommitQueue(duty);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            List<Thread> committers = new ArrayList<>();
            AtomicInteger returned = new AtomicInteger();
            for (int i = 0; i < 16; i++) {
                committers.add(new Thread(() -> {
                    try {
                        queue.await(1);
                    } catch (IllegalStateException injected) {
                        assertTrue(duty.failed);
                    }
                    returned.incrementAndGet();
                }));
            }
            committers.forEach(Thread::start);
            for (Thread committer : committers) {
                committer.join();
            }
            assertEquals(16, returned.get());
        });
    }

    @Test
    @Timeout(60)
    @DisplayName("appending, writing and forcing from many threads: all comes back, in the order of positions, with far fewer syncs than commits")
    void wholeLog() throws InterruptedException {
        ForgetfulDisk disk = new ForgetfulDisk();
        WriteAheadLog log = LogWorkshop.create(disk);
        int threads = 8;
        int rounds = 400;
        List<Thread> committers = new ArrayList<>();
        AtomicInteger violations = new AtomicInteger();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            committers.add(new Thread(() -> {
                for (int round = 0; round < rounds; round++) {
                    long lsn = LogWorkshop.append(log, thread * 1_000_000L + round, (thread * 31 + round * 7) % 3000);
                    if (round % 3 == 0) {
                        log.force(lsn);
                        violations.addAndGet(log.syncedLsn() > lsn ? 0 : 1);
                    } else if (round % 3 == 1) {
                        log.write(lsn);
                        violations.addAndGet(log.writtenLsn() > lsn ? 0 : 1);
                    }
                }
            }));
        }
        committers.forEach(Thread::start);
        for (Thread committer : committers) {
            committer.join();
        }
        log.force(log.endLsn());
        log.close();
        assertEquals(0, violations.get());
        long[] next = new long[threads];
        List<LogWorkshop.Found> records = LogWorkshop.read(disk).records();
        assertEquals(threads * rounds, records.size());
        for (LogWorkshop.Found found : records) {
            int thread = (int) (found.transactionId() / 1_000_000);
            assertEquals(next[thread]++, found.transactionId() % 1_000_000, "each thread's records are in its order");
        }
        assertFalse(log.statistics().syncs() > (long) threads * rounds);
    }
}
