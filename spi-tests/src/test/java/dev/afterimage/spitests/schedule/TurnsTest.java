package dev.afterimage.spitests.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.model.Violation;

@DisplayName("The scheduler of turns")
public class TurnsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** For JUnit. */
    public TurnsTest() {
    }

    private static String interleaving(long seed) {
        Turns turns = new Turns(seed);
        TurnLock lock = new TurnLock();
        TurnLatch latch = new TurnLatch();
        StringBuilder text = new StringBuilder();
        for (int number = 0; number < 3; number++) {
            int me = number;
            turns.add("thread " + number, () -> {
                for (int count = 0; count < 60; count++) {
                    lock.lock();
                    text.append(me);
                    lock.unlock();
                    latch.unlockRead(latch.readLock());
                    text.append((char) ('a' + me));
                    latch.unlockWrite(latch.writeLock());
                }
            });
        }
        turns.run(LIMIT);
        assertEquals(0, turns.hiddenWaits());
        return text.toString();
    }

    /** One seed. */
    @Test
    @DisplayName("The same seed gives the same order, other seeds give others")
    public void ordersFollowFromSeeds() {
        Set<String> orders = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            String order = interleaving(seed);
            assertEquals(order, interleaving(seed));
            orders.add(order);
        }
        assertTrue(orders.size() > 25, () -> "only " + orders.size() + " orders of 50 seeds");
    }

    /** A race. */
    @Test
    @DisplayName("An update that is lost between a read and a write behind two locks is lost for some seed, and kept for another")
    public void racesAreFound() {
        Set<Integer> results = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            int[] count = {0};
            Turns turns = new Turns(seed);
            TurnLock lock = new TurnLock();
            for (int number = 0; number < 2; number++) {
                turns.add("thread " + number, () -> {
                    for (int round = 0; round < 20; round++) {
                        lock.lock();
                        int seen = count[0];
                        lock.unlock();
                        lock.lock();
                        count[0] = seen + 1;
                        lock.unlock();
                    }
                });
            }
            turns.run(LIMIT);
            results.add(count[0]);
        }
        assertTrue(results.contains(40) && results.size() > 1, () -> "found " + results);
    }

    /** A deadlock. */
    @Test
    @DisplayName("Two that wait for each other are told apart from two that are slow")
    public void deadlocksAreNamed() {
        int found = 0;
        for (long seed = 0; seed < 200; seed++) {
            Turns turns = new Turns(seed);
            TurnLock[] locks = {new TurnLock(), new TurnLock()};
            for (int number = 0; number < 2; number++) {
                int mine = number;
                turns.add("thread " + number, () -> {
                    for (int round = 0; round < 30; round++) {
                        locks[mine].lock();
                        locks[1 - mine].lock();
                        locks[1 - mine].unlock();
                        locks[mine].unlock();
                    }
                });
            }
            try {
                turns.run(LIMIT);
            } catch (Violation e) {
                assertTrue(e.getMessage().contains("all wait for each other"), e.getMessage());
                found++;
            }
        }
        assertTrue(found > 0, "no seed led into the deadlock");
    }

    /** A lost wake-up. */
    @Test
    @DisplayName("A wake-up that comes before the wait is lost for some seed; with a permit it is not")
    public void lostWakeups() {
        int lost = 0;
        for (long seed = 0; seed < 200; seed++) {
            boolean[] ready = new boolean[1];
            Turns turns = new Turns(seed);
            TurnLock lock = new TurnLock();
            Condition changed = lock.newCondition();
            turns.add("waiter", () -> {
                lock.lock();
                boolean seen = ready[0];
                lock.unlock();
                lock.lock();
                if (!seen) {
                    changed.awaitUninterruptibly();
                }
                lock.unlock();
            });
            turns.add("waker", () -> {
                lock.lock();
                ready[0] = true;
                changed.signalAll();
                lock.unlock();
            });
            try {
                turns.run(LIMIT);
            } catch (Violation e) {
                lost++;
            }
        }
        assertTrue(lost > 0, "no seed lost the wake-up");
        for (long seed = 0; seed < 100; seed++) {
            Turns turns = new Turns(seed);
            List<Thread> waiter = new ArrayList<>();
            turns.add("waiter", () -> {
                waiter.add(Thread.currentThread());
                Turns.pass();
                TurnParking.park();
            });
            turns.add("waker", () -> {
                while (waiter.isEmpty()) {
                    TurnParking.onSpinWait();
                }
                TurnParking.unpark(waiter.get(0));
            });
            turns.run(LIMIT);
        }
    }

    /** A wait the scheduler cannot see. */
    @Test
    @DisplayName("Whoever waits for what the scheduler cannot see holds nobody up, and is counted")
    public void hiddenWaits() {
        int counted = 0;
        for (long seed = 1; seed <= 10 && counted == 0; seed++) {
            CountDownLatch gate = new CountDownLatch(1);
            Turns turns = new Turns(seed);
            turns.add("waiter", () -> {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            turns.add("other", () -> {
                Turns.pass();
                gate.countDown();
            });
            turns.run(LIMIT);
            counted = turns.hiddenWaits();
        }
        assertEquals(1, counted);
    }

    /** A thread that throws. */
    @Test
    @DisplayName("What a thread throws is thrown by the run")
    public void failuresArePassedOn() {
        Turns turns = new Turns(1);
        turns.add("thread", () -> {
            throw new IllegalStateException("on purpose");
        });
        assertEquals("on purpose", assertThrows(IllegalStateException.class, () -> turns.run(LIMIT)).getMessage());
    }
}
