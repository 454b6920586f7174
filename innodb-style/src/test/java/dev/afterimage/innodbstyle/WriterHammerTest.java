package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("eight writers in a redo log of one mebibyte and a cache that is too small")
@Timeout(120)
class WriterHammerTest {
    private static final int WRITERS = 8;
    private static final int PAGES_EACH = 16;
    private static final int TRANSACTIONS = 300;

    @Test
    @DisplayName("all are throttled, none fails and none waits for ever; what was committed is there, also after the process is killed")
    void throttled() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        long[][] wanted = new long[WRITERS][PAGES_EACH];
        DiskImage killed;
        try (Workbench store = SmallLog.SETUP.create(disk, 72, WRITERS * PAGES_EACH)) {
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newCachedThreadPool();
            try {
                List<Future<?>> writers = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    int number = writer;
                    for (int page = 0; page < PAGES_EACH; page++) {
                        wanted[writer][page] = writer * PAGES_EACH + page;
                    }
                    writers.add(threads.submit(() -> write(store, number, wanted[number])));
                }
                Future<?> background = threads.submit(() -> {
                    while (!done.get()) {
                        store.tasks().runAll();
                    }
                });
                try {
                    for (Future<?> writer : writers) {
                        writer.get();
                    }
                } finally {
                    done.set(true);
                }
                background.get();
            } finally {
                threads.shutdownNow();
            }
            RedoLogStatistics log = SmallLog.storeOf(store).log().statistics();
            assertTrue(log.bytesAppended() > 20 << 20, () -> "twenty laps at least: " + log);
            assertTrue(log.throttled() > 0, log::toString);
            compare(store, wanted);
            store.create(WRITERS * PAGES_EACH + 1); // hands the log to the operating system
            killed = disk.asIssued();
        }
        try (Workbench again = SmallLog.SETUP.open(new SimulatedDisk(killed), 16, Map.of())) {
            compare(again, wanted);
        }
    }

    private static void compare(Workbench store, long[][] wanted) {
        for (int writer = 0; writer < WRITERS; writer++) {
            for (int page = 0; page < PAGES_EACH; page++) {
                assertEquals(wanted[writer][page], store.get(writer * PAGES_EACH + page));
            }
        }
    }

    private static void write(Workbench store, int number, long[] committed) {
        SplittableRandom random = new SplittableRandom(number);
        for (int transaction = 0; transaction < TRANSACTIONS; transaction++) {
            Workbench.Work work;
            synchronized (store) {
                work = store.begin();
            }
            long[] own = committed.clone();
            for (int change = 0; change < 1 + random.nextInt(12); change++) {
                int page = random.nextInt(PAGES_EACH);
                own[page] = random.nextInt();
                own[page] = Math.abs(own[page]);
                work.put(number * PAGES_EACH + page, own[page]);
                work.fill(number * PAGES_EACH + page, change);
            }
            if (random.nextInt(4) == 0) {
                work.rollback();
            } else {
                work.inner().commit(random.nextInt(8) == 0 ? Durability.POWER_SAFE : Durability.RELAXED).await();
                System.arraycopy(own, 0, committed, 0, own.length);
            }
        }
    }
}
