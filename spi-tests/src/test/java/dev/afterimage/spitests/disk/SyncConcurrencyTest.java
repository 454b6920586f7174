package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.everythingAtEnd;
import static dev.afterimage.spitests.disk.DiskScript.set;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A sync among several threads")
@Timeout(60)
class SyncConcurrencyTest {
    /** Runs the action on a thread of its own while the next sync is under way, and waits for it there. */
    private static void duringNextSync(SimulatedDisk disk, Runnable action) {
        disk.faults().duringNextSync(name -> true, () -> {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread other = new Thread(action, "other");
            other.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (failure.get() != null) {
                throw new IllegalStateException(failure.get());
            }
        });
    }

    @Test
    @DisplayName("It covers what returned before it began; another thread's write in its midst stays undecided")
    void writeInMidst() {
        SimulatedDisk disk = disk("f=aa");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        duringNextSync(disk, () -> write(file, 1, "c"));
        file.sync();
        assertEquals(set("f=ba", "f=bc"), everythingAtEnd(disk));
        assertTrue(disk.trace().events().stream().anyMatch(event -> event.call().thread().equals("other")));
    }

    @Test
    @DisplayName("A newer version written in its midst may still be lost, the covered one not")
    void sameSectorInMidst() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        duringNextSync(disk, () -> write(file, 0, "c"));
        file.sync();
        assertEquals(set("f=b", "f=c"), everythingAtEnd(disk));
    }

    @Test
    @DisplayName("A sync that begins and ends in its midst makes durable what it covers, at its own end")
    void nestedSyncs() {
        SimulatedDisk disk = disk("f=aa");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        duringNextSync(disk, () -> {
            write(file, 1, "c");
            file.sync();
            assertEquals(set("f=bc"), everythingAtEnd(disk));
        });
        file.sync();
        assertEquals(set("f=bc"), everythingAtEnd(disk));
    }

    @Test
    @DisplayName("A growth in its midst stays undecided")
    void growthInMidst() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        write(file, 1, "b");
        duringNextSync(disk, () -> write(file, 2, "c"));
        file.syncData();
        assertEquals(set("f=ab", "f=ab.", "f=abc"), everythingAtEnd(disk));
    }

    @Test
    @DisplayName("A name changed in the midst of a sync of names stays undecided")
    void namesInMidst() {
        SimulatedDisk disk = disk("a=a", "b=b");
        disk.rename("a", "c");
        duringNextSync(disk, () -> disk.delete("b"));
        disk.syncNames();
        assertEquals(set("b=b,c=a", "c=a"), everythingAtEnd(disk));
    }

    @Test
    @DisplayName("Threads that run freely never lose what they synced, in any crash state of their trace")
    void freeThreads() throws InterruptedException {
        SimulatedDisk disk = new SimulatedDisk();
        DiskFile file = disk.create("f");
        disk.syncNames();
        disk.syncTakes(Duration.ofNanos(20_000));
        int threads = 4;
        int rounds = 12;
        long[][] syncedAt = new long[threads][rounds];
        CountDownLatch done = new CountDownLatch(threads);
        List<Throwable> failures = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int thread = t;
            new Thread(() -> {
                try {
                    for (int round = 0; round < rounds; round++) {
                        file.write(ByteBuffer.wrap(new byte[] {(byte) (round + 1)}), thread * 512L + round % 3);
                        file.syncData();
                        syncedAt[thread][round] = disk.now();
                    }
                } catch (RuntimeException | Error e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                } finally {
                    done.countDown();
                }
            }, "writer-" + t).start();
        }
        assertTrue(done.await(30, TimeUnit.SECONDS));
        assertEquals(List.of(), failures);
        assertEquals(1 + threads * rounds, disk.trace().syncCompletions());
        long visited = CrashStates.forEach(disk.trace(), EnumerationPlan.GATE, state -> {
            for (int thread = 0; thread < threads; thread++) {
                byte[] bytes = state.image().contains("f") ? state.image().read("f", thread * 512L, 3) : new byte[0];
                for (int round = 0; round < rounds; round++) {
                    if (syncedAt[thread][round] <= state.sequence()) {
                        assertTrue(bytes.length > round % 3 && bytes[round % 3] > round, "round " + round + " of thread " + thread + " is lost in " + state);
                    }
                }
            }
        });
        assertTrue(visited > rounds, "only " + visited + " states");
    }
}
