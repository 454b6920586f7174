package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@DisplayName("Shadow paging, crashed at every call of the disk")
class ShadowPagingCrashTest {
    private static final int PAGES = 40;

    /** What a run has come to: the states that commits made, in order, and how many are sure to survive. */
    private static final class History {
        final List<TreeMap<Long, Long>> states = new ArrayList<>(List.of(new TreeMap<>()));
        int durable;
        long highestTransaction;
    }

    /** Some transactions; the same for the same seed. Stops where the disk stops. */
    private static void work(SimulatedDisk disk, boolean created, long seed, int transactions, History history) {
        Random random = new Random(seed);
        TestStore store = null;
        try {
            store = new TestStore(disk, created, 16);
            for (int i = 0; i < transactions; i++) {
                TreeMap<Long, Long> state = new TreeMap<>(history.states.get(history.states.size() - 1));
                StrategyTransaction transaction = store.begin();
                int size = random.nextInt(20) == 0 ? 30 : random.nextInt(5);
                for (int change = 0; change < size; change++) {
                    change(transaction, state, random);
                }
                if (random.nextInt(6) == 0) {
                    transaction.rollback();
                    continue;
                }
                Durability level = random.nextInt(3) == 0 ? Durability.RELAXED : Durability.POWER_SAFE;
                history.states.add(state);
                transaction.commit(level).await();
                if (level != Durability.RELAXED) {
                    history.durable = history.states.size() - 1;
                }
            }
            store.close();
            history.durable = history.states.size() - 1;
        } catch (DiskException | StoreFailedException powerIsOff) {
            if (store != null) {
                try {
                    store.close();
                } catch (DiskException | StoreFailedException alsoOff) {
                    // The process is dying with its power; only the memory has to be let go of.
                }
            }
        }
    }

    private static void change(StrategyTransaction transaction, TreeMap<Long, Long> state, Random random) {
        long page = random.nextInt(PAGES) * (random.nextInt(8) == 0 ? 1_000_003L : 1);
        long value = random.nextInt() & 0x7fffffff;
        if (!state.containsKey(page)) {
            TestStore.create(transaction, page, value);
            state.put(page, value);
        } else if (random.nextInt(5) == 0) {
            transaction.discard(page);
            state.remove(page);
        } else {
            TestStore.write(transaction, page, value);
            state.put(page, value);
        }
    }

    /** Finds which of the legal states the store is in; the history then begins there. */
    private static void check(TestStore store, History history, String replay) {
        StrategyTransaction reader = store.begin();
        for (int i = history.durable; i < history.states.size(); i++) {
            if (isIn(reader, history, history.states.get(i))) {
                reader.rollback();
                TreeMap<Long, Long> found = history.states.get(i);
                history.states.clear();
                history.states.add(found);
                history.durable = 0;
                return;
            }
        }
        fail(replay + ": the store is in none of the states " + history.durable + " to " + (history.states.size() - 1));
    }

    private static boolean isIn(StrategyTransaction reader, History history, TreeMap<Long, Long> state) {
        TreeMap<Long, Long> everything = new TreeMap<>();
        history.states.forEach(everything::putAll);
        return everything.keySet().stream().allMatch(page -> TestStore.read(reader, page) == state.getOrDefault(page, -1L));
    }

    @Test
    @DisplayName("comes back in a state that a prefix of its commits made, with every awaited one (A1, A2, A3, D1, D2)")
    void everyCall() {
        int tried = 0;
        for (long seed = 1; seed <= 6; seed++) {
            SimulatedDisk whole = new SimulatedDisk();
            work(whole, true, seed, 25, new History());
            for (long call = 1; call <= changes(whole) + 1; call++) {
                SimulatedDisk disk = new SimulatedDisk();
                History history = new History();
                disk.faults().powerOffAtChange(call);
                work(disk, true, seed, 25, history);
                crashAndGoOn(disk, history, seed, call);
                tried++;
            }
        }
        assertTrue(tried > 600, "only " + tried + " crash points");
    }

    /** How many calls have changed something. */
    private static long changes(SimulatedDisk disk) {
        return disk.trace().events().stream().filter(event -> !(event instanceof DiskEvent.SyncEnded)).count();
    }

    /** Crashes, crashes again in recovery, recovers, works, crashes once more. */
    private static void crashAndGoOn(SimulatedDisk crashed, History history, long seed, long call) {
        String replay = "seed " + seed + ", call " + call;
        Random random = new Random(seed * 1_000_003 + call);
        SimulatedDisk left = PowerLoss.any(crashed, random);
        boolean made = !history.states.get(0).isEmpty() || history.states.size() > 1 || left.exists("roots") && left.exists("pages") && opens(left);
        if (!made) {
            History anew = new History();
            work(left, true, seed + 100, 5, anew);
            return;
        }
        // Recovery is cut short at each of its own first calls, then allowed to finish.
        for (long inner = 1 + random.nextInt(4); inner < 12; inner += 1 + random.nextInt(4)) {
            left.faults().powerOffAtChange(inner);
            try {
                TestStore store = TestStore.open(left);
                store.close();
            } catch (DiskException | StoreFailedException powerIsOff) {
                // as wanted
            }
            left = PowerLoss.any(left, random);
        }
        try (TestStore store = TestStore.open(left)) {
            check(store, history, replay);
        }
        long sizeBefore = left.asIssued().size("pages");
        work(left, false, seed + 200, 5, history);
        left = new SimulatedDisk(left.asIssued());
        try (TestStore store = TestStore.open(left)) {
            check(store, history, replay + ", second life");
        }
        assertTrue(left.asIssued().size("pages") <= sizeBefore + 200L * TestStore.PAGE_SIZE);
    }

    /** Whether the making of the store had come to its end. The engine would know from its own file. */
    private static boolean opens(SimulatedDisk disk) {
        try (TestStore store = TestStore.open(new SimulatedDisk(disk.asIssued()))) {
            return true;
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    @Test
    @DisplayName("a hundred crashes leave the file no longer than two (L2, S9)")
    void boundedSpace() {
        SimulatedDisk disk = new SimulatedDisk();
        History history = new History();
        work(disk, true, 1, 30, history);
        Random random = new Random(99);
        long early = 0;
        for (int life = 0; life < 100; life++) {
            disk.faults().powerOffAtChange(20 + random.nextInt(150));
            work(disk, false, 1000 + life, 30, history);
            disk = PowerLoss.any(disk, random);
            try (TestStore store = TestStore.open(disk)) {
                check(store, history, "life " + life);
            }
            if (life == 10) {
                early = disk.asIssued().size("pages");
            }
        }
        assertTrue(disk.asIssued().size("pages") <= 2 * early, "from " + early + " to " + disk.asIssued().size("pages") + " bytes");
    }
}
