package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads of these tests stand still at known places, so that what they do is the same each time. */
@Timeout(60)
@DisplayName("Of the threads that want to flip, one leads at a time:")
class FlipLeadersTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final CountDownLatch inSync = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private static Flips flips(TestStore store) {
        return ((ShadowPagingStrategy) store.strategy).flips();
    }

    /** By a thread of its own: where a test fails because somebody leads for ever, closing would wait for ever. */
    private static void close(TestStore store) throws InterruptedException {
        assertNull(Call.alone(store::close));
    }

    private static void commit(TestStore store, long page, Durability level) {
        StrategyTransaction transaction = store.begin();
        TestStore.create(transaction, page, page);
        transaction.commit(level).await();
    }

    /** Commits a page; its flip stands still in the sync of the pages until it may go on. */
    private Call flipStandsStill(TestStore store) throws InterruptedException {
        nextSyncStandsStill(inSync, goOn);
        Call leader = new Call(() -> commit(store, 1, Durability.POWER_SAFE));
        inSync.await();
        return leader;
    }

    private void nextSyncStandsStill(CountDownLatch inSync, CountDownLatch goOn) {
        disk.faults().duringNextSync(name -> name.equals("pages"), () -> {
            inSync.countDown();
            try {
                goOn.await();
            } catch (InterruptedException unwanted) {
                throw new AssertionError(unwanted);
            }
        });
    }

    @Test
    @DisplayName("the last flip of a store waits for the one under way, and nobody leads after it")
    void closing() throws InterruptedException {
        TestStore store = TestStore.create(disk);
        long before = flips(store).durable().flip();
        Call leader = flipStandsStill(store);
        Call closing = new Call(() -> flips(store).flipForClose()).waits();
        assertEquals(before, flips(store).durable().flip());
        goOn.countDown();
        assertNull(leader.ended());
        assertNull(closing.ended());
        assertEquals(before + 2, flips(store).durable().flip());
        assertTrue(flips(store).durable().clean());
        assertNull(Call.alone(() -> commit(store, 2, Durability.POWER_SAFE)));
        assertEquals(before + 3, flips(store).durable().flip());
        assertFalse(flips(store).durable().clean());
        close(store);
    }

    @Test
    @DisplayName("one that gathered behind a flip leads the next, for all that gathered")
    void next() throws InterruptedException {
        TestStore store = TestStore.create(disk);
        long before = flips(store).durable().flip();
        List<Call> calls = new ArrayList<>(List.of(flipStandsStill(store)));
        for (int page = 2; page < 5; page++) {
            long own = page;
            calls.add(new Call(() -> commit(store, own, Durability.POWER_SAFE)).waits());
        }
        goOn.countDown();
        for (Call call : calls) {
            assertNull(call.ended());
        }
        assertEquals(before + 2, flips(store).durable().flip());
        close(store);
    }

    @Test
    @DisplayName("who commits beside a flip, and will wait, has written its pages before the next; not so where pages return soon")
    void ahead() throws InterruptedException {
        TestStore store = TestStore.create(disk);
        SlotSpace space = ((ShadowPagingStrategy) store.strategy).parts().space();
        Call leader = flipStandsStill(store);
        long before = space.bytesWritten();
        commit(store, 2, Durability.RELAXED);
        assertEquals(before, space.bytesWritten());
        Call second = new Call(() -> commit(store, 3, Durability.POWER_SAFE)).waits();
        assertEquals(before + space.pageSize(), space.bytesWritten());
        goOn.countDown();
        assertNull(leader.ended());
        assertNull(second.ended());
        assertEquals(before + 3L * space.pageSize(), space.bytesWritten(), "two pages and a node, each once");
        for (int value = 0; value < 3; value++) {
            StrategyTransaction again = store.begin();
            TestStore.write(again, 3, value);
            again.commit(Durability.RELAXED);
        }
        CountDownLatch inThirdSync = new CountDownLatch(1);
        CountDownLatch goOnToo = new CountDownLatch(1);
        nextSyncStandsStill(inThirdSync, goOnToo);
        Call third = new Call(() -> flips(store).flipPending());
        inThirdSync.await();
        before = space.bytesWritten();
        Call fourth = new Call(() -> commit(store, 5, Durability.POWER_SAFE)).waits();
        assertEquals(before, space.bytesWritten());
        goOnToo.countDown();
        assertNull(third.ended());
        assertNull(fourth.ended());
        close(store);
    }

    @Test
    @DisplayName("when its flip fails, each of those that wait is told so, whatever it waits for; the failure is reported once")
    void failing() throws InterruptedException {
        TestStore store = TestStore.create(disk);
        List<Call> calls = new ArrayList<>(List.of(flipStandsStill(store)));
        for (int page = 2; page < 4; page++) {
            long own = page;
            calls.add(new Call(() -> commit(store, own, Durability.POWER_SAFE)).waits());
        }
        for (int i = 0; i < 2; i++) {
            calls.add(new Call(() -> flips(store).flipForClose()).waits());
        }
        disk.faults().failNextSync(name -> name.equals("roots"), SyncFailure.CLEAN_NEW);
        goOn.countDown();
        for (Call call : calls) {
            assertInstanceOf(StoreFailedException.class, call.ended());
        }
        assertEquals(1, store.failures.size());
        close(store);
    }

    @Test
    @DisplayName("who waited for a flip that is through is not told of the failure of the next")
    void durable() throws InterruptedException {
        TestStore store = TestStore.create(disk);
        Call first = flipStandsStill(store);
        Call second = new Call(() -> commit(store, 2, Durability.POWER_SAFE)).waits();
        Call third = new Call(() -> commit(store, 3, Durability.POWER_SAFE)).waits();
        CountDownLatch inSecondSync = new CountDownLatch(1);
        CountDownLatch goOnToo = new CountDownLatch(1);
        nextSyncStandsStill(inSecondSync, goOnToo);
        goOn.countDown();
        inSecondSync.await();
        Call fourth = new Call(() -> commit(store, 4, Durability.POWER_SAFE)).waits();
        disk.faults().failSync(name -> name.equals("pages"), 1, SyncFailure.CLEAN_NEW);
        goOnToo.countDown();
        assertNull(first.ended());
        assertNull(second.ended());
        assertNull(third.ended());
        assertInstanceOf(StoreFailedException.class, fourth.ended());
        close(store);
    }

    @Test
    @DisplayName("who wants to win back room on a full disk waits for the flip under way")
    void fullDisk() throws InterruptedException {
        TestStore store = TestStore.create(disk);
        Call leader = flipStandsStill(store);
        disk.faults().capacityBytes(disk.allocatedBytes());
        StrategyTransaction greedy = store.begin();
        Call call = new Call(() -> {
            for (long page = 100; page < 200; page++) {
                TestStore.create(greedy, page, page);
            }
        }).waits();
        goOn.countDown();
        assertNull(leader.ended());
        assertInstanceOf(DiskFullException.class, call.ended());
        greedy.rollback();
        close(store);
    }

    @Test
    @DisplayName("no call of a thread keeps a lock from the others, in a store that works and in one that failed")
    void locks() throws InterruptedException {
        TestStore store = TestStore.create(disk);
        Flips flips = flips(store);
        AtomicReference<ShadowSnapshot> snapshot = new AtomicReference<>();
        List<Runnable> calls = List.of(() -> commit(store, 1, Durability.RELAXED), () -> commit(store, 2, Durability.RELAXED), () -> flips.flipPending(),
                () -> commit(store, 3, Durability.POWER_SAFE), () -> snapshot.set(flips.openSnapshot()), () -> commit(store, 4, Durability.POWER_SAFE),
                () -> flips.slotsKeptForSnapshots(), () -> snapshot.get().close(), () -> flips.flipForClose(), () -> flips.flipForClose(), () -> commit(store, 5, Durability.RELAXED));
        for (Runnable call : calls) {
            assertNull(Call.alone(call));
        }
        disk.faults().capacityBytes(disk.allocatedBytes());
        Runnable greedy = () -> {
            StrategyTransaction transaction = store.begin();
            try {
                for (long page = 100; page < 200; page++) {
                    TestStore.create(transaction, page, page);
                }
            } finally {
                transaction.rollback();
            }
        };
        assertInstanceOf(DiskFullException.class, Call.alone(greedy));
        assertInstanceOf(DiskFullException.class, Call.alone(greedy));
        assertNull(Call.alone(() -> commit(store, 6, Durability.RELAXED)));
        disk.faults().failNextSync(name -> true, SyncFailure.CLEAN_NEW);
        for (int i = 0; i < 2; i++) {
            assertInstanceOf(StoreFailedException.class, Call.alone(flips::flipPending));
            assertInstanceOf(StoreFailedException.class, Call.alone(() -> commit(store, 7, Durability.RELAXED)));
            assertInstanceOf(StoreFailedException.class, Call.alone(flips::flipForClose));
        }
        close(store);
    }
}
