package dev.afterimage.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Threads that are interrupted thousands of times while they share a file")
class InterruptTest {
    private static final int WORKERS = 3;
    private static final int REGION = 64 << 10;
    private static final int INTERRUPTS = 3000;

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    @DisplayName("lose no byte, no sync and no interrupt, and leave the file open for each other")
    void harmless() throws Exception {
        AtomicReferenceArray<Thread> targets = new AtomicReferenceArray<>(WORKERS);
        AtomicLongArray sent = new AtomicLongArray(WORKERS);
        AtomicLongArray noticed = new AtomicLongArray(WORKERS);
        byte[][] expected = new byte[WORKERS][REGION];
        Path place = folder.resolve("store");
        try (Disk disk = new FileDiskProvider().open(place.toString()); DiskFile file = disk.create("shared")) {
            file.preallocate((long) WORKERS * REGION);
            Thread interrupter = new Thread(() -> interrupt(targets, sent, noticed), "interrupter");
            interrupter.start();
            DiskContract.inParallel(WORKERS, worker -> {
                targets.set(worker, Thread.currentThread());
                SplittableRandom random = new SplittableRandom(worker);
                for (int step = 0; interrupter.isAlive(); step++) {
                    work(disk, file, worker, step, random, expected[worker]);
                    takeInterrupt(noticed, worker);
                }
                takeInterrupt(noticed, worker);
            });
            check(file, expected);
        }
        for (int worker = 0; worker < WORKERS; worker++) {
            assertEquals(sent.get(worker), noticed.get(worker), "interrupts sent to and noticed by worker " + worker);
        }
        try (Disk disk = new FileDiskProvider().open(place.toString())) {
            check(disk.open("shared"), expected);
        }
        assertEquals((long) WORKERS * REGION, Files.size(place.resolve("shared")));
    }

    /** The flag must have outlived the calls during which it was set. */
    private static void takeInterrupt(AtomicLongArray noticed, int worker) {
        if (Thread.interrupted()) {
            noticed.incrementAndGet(worker);
        }
    }

    private static void work(Disk disk, DiskFile file, int worker, int step, SplittableRandom random, byte[] expected) {
        int length = 1 + random.nextInt(8192);
        int offset = random.nextInt(REGION - length);
        long position = (long) worker * REGION + offset;
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        ByteBuffer source = step % 2 == 0 ? ByteBuffer.wrap(bytes) : ByteBuffer.allocateDirect(length).put(bytes).flip();
        file.write(source, position);
        System.arraycopy(bytes, 0, expected, offset, length);
        if (step % 40 == worker) {
            file.syncData();
        }
        if (step % 200 == worker) {
            file.sync();
            file.preallocate((long) WORKERS * REGION);
            assertTrue(file.size() <= (long) WORKERS * REGION);
            disk.create("temporary-" + worker).close();
            disk.rename("temporary-" + worker, "renamed-" + worker);
            disk.syncNames();
            disk.delete("renamed-" + worker);
            disk.lock("lock-" + worker).close();
        }
        ByteBuffer found = ByteBuffer.allocate(length);
        assertEquals(length, file.read(found, position));
        assertArrayEquals(bytes, found.array());
    }

    /** Interrupts each worker at odd moments, but only once it has noticed the interrupt before: so a lost one is seen as a number that is missing. */
    private static void interrupt(AtomicReferenceArray<Thread> targets, AtomicLongArray sent, AtomicLongArray noticed) {
        SplittableRandom random = new SplittableRandom(99);
        for (int total = 0; total < INTERRUPTS; ) {
            int worker = random.nextInt(WORKERS);
            Thread target = targets.get(worker);
            if (target != null && noticed.get(worker) == sent.get(worker)) {
                for (int pause = random.nextInt(2000); pause > 0; pause--) {
                    Thread.onSpinWait();
                }
                sent.incrementAndGet(worker);
                target.interrupt();
                total++;
            }
        }
    }

    private static void check(DiskFile file, byte[][] expected) {
        byte[] all = DiskContract.all(file);
        for (int worker = 0; worker < WORKERS; worker++) {
            assertArrayEquals(expected[worker], Arrays.copyOfRange(all, worker * REGION, (worker + 1) * REGION));
        }
    }
}
