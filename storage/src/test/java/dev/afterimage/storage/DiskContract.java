package dev.afterimage.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every disk keeps, whatever it is made of; each disk has a test class that extends this one. */
abstract class DiskContract {
    private Disk disk;

    /** Opens the same place each time within one test, and one that holds nothing yet at first. */
    abstract Disk openDisk();

    /** A disk with room for one MiB and not for four. */
    abstract Disk openSmallDisk();

    @BeforeEach
    void openIt() {
        disk = openDisk();
    }

    @AfterEach
    void closeIt() {
        disk.close();
        assertFalse(Thread.interrupted(), "a test left an interrupt behind");
    }

    @Test
    @DisplayName("starts out empty, lists what was created, sorted, and keeps it when it is closed and opened again")
    void names() {
        assertEquals(List.of(), disk.list());
        assertFalse(disk.exists("pages"));
        disk.create("pages").close();
        disk.create("0000.log").close();
        disk.syncNames();
        assertEquals(List.of("0000.log", "pages"), disk.list());
        disk.close();
        disk = openDisk();
        assertEquals(List.of("0000.log", "pages"), disk.list());
        assertTrue(disk.exists("pages"));
    }

    @Test
    @DisplayName("keeps bytes when it is closed and opened again")
    void keepsBytes() {
        try (DiskFile file = disk.create("a")) {
            file.write(bytes("hello"), 3);
            file.sync();
        }
        disk.close();
        disk = openDisk();
        try (DiskFile file = disk.open("a")) {
            assertEquals("a", file.name());
            assertEquals(8, file.size());
            assertEquals("\0\0\0hello", text(file, 0, 100));
        }
    }

    @Test
    @DisplayName("refuses a second file of a name, and whatever is asked of a missing one")
    void takenAndMissing() {
        disk.create("a").close();
        DiskException taken = assertThrows(FileExistsException.class, () -> disk.create("a"));
        assertTrue(taken.getMessage().contains("\"a\"") && taken.getMessage().contains(disk.description()), taken.getMessage());
        DiskException missing = assertThrows(FileMissingException.class, () -> disk.open("b"));
        assertTrue(missing.getMessage().contains("\"b\"") && missing.getMessage().contains(disk.description()), missing.getMessage());
        assertThrows(FileMissingException.class, () -> disk.rename("b", "c"));
        assertThrows(FileMissingException.class, () -> disk.delete("b"));
        assertEquals(List.of("a"), disk.list());
    }

    @Test
    @DisplayName("accepts only names that every file system takes for the same")
    void validNames() {
        for (String name : List.of("a", "0", "pages", "0123456789abcdef01234567.log", "a-b.c", "a".repeat(100))) {
            disk.create(name).close();
            assertTrue(disk.exists(name));
        }
        for (String name : List.of("", ".", "..", ".lock", "-a", "A", "a/b", "../a", "a\\b", "a b", "a_b", "ä", "a\0", "a\n", "a".repeat(101))) {
            for (Executable call : List.<Executable>of(() -> disk.create(name), () -> disk.open(name), () -> disk.exists(name), () -> disk.delete(name),
                    () -> disk.rename("a", name), () -> disk.rename(name, "a"), () -> disk.lock(name))) {
                assertThrows(IllegalArgumentException.class, call, name);
            }
        }
    }

    @Test
    @DisplayName("renames a file over another, whole, while both are open")
    void rename() {
        DiskFile old = disk.create("current");
        old.write(bytes("old"), 0);
        DiskFile fresh = disk.create("next");
        fresh.write(bytes("new"), 0);
        disk.rename("next", "current");
        disk.syncNames();
        assertEquals(List.of("current"), disk.list());
        assertEquals("new", text(disk.open("current"), 0, 10));
        assertEquals("old", text(old, 0, 10));
        fresh.write(bytes("newer"), 0);
        assertEquals("newer", text(disk.open("current"), 0, 10));
        disk.rename("current", "current");
        assertEquals(List.of("current"), disk.list());
    }

    @Test
    @DisplayName("deletes a name and leaves open handles of the file working")
    void delete() {
        DiskFile file = disk.create("a");
        file.write(bytes("x"), 0);
        disk.delete("a");
        disk.syncNames();
        assertFalse(disk.exists("a"));
        file.write(bytes("y"), 1);
        assertEquals("xy", text(file, 0, 10));
        DiskFile other = disk.create("a");
        assertEquals(0, other.size());
    }

    @Test
    @DisplayName("shows the same bytes through every handle")
    void manyHandles() {
        DiskFile one = disk.create("a");
        DiskFile two = disk.open("a");
        one.write(bytes("abc"), 0);
        assertEquals("abc", text(two, 0, 10));
        two.resize(1);
        assertEquals(1, one.size());
        one.close();
        assertEquals("a", text(two, 0, 10));
    }

    @Test
    @DisplayName("reads up to the end of the file and no further")
    void readsUpToTheEnd() {
        DiskFile file = disk.create("a");
        file.write(bytes("0123456789"), 0);
        assertEquals("89", text(file, 8, 10));
        assertEquals("", text(file, 10, 10));
        assertEquals("", text(file, 1L << 40, 10));
        ByteBuffer target = ByteBuffer.allocate(10).position(2).limit(5);
        assertEquals(3, file.read(target, 1));
        assertEquals(5, target.position());
        assertArrayEquals(new byte[] {0, 0, '1', '2', '3', 0, 0, 0, 0, 0}, target.array());
        assertEquals(0, file.read(ByteBuffer.allocate(0), 0));
        assertThrows(ReadOnlyBufferException.class, () -> file.read(ByteBuffer.allocate(1).asReadOnlyBuffer(), 0));
        assertThrows(IllegalArgumentException.class, () -> file.read(ByteBuffer.allocate(1), -1));
        assertThrows(IllegalArgumentException.class, () -> file.write(ByteBuffer.allocate(1), -1));
    }

    @Test
    @DisplayName("fills gaps, growth and preallocation with zeros, also where there were bytes before a cut")
    void zeros() {
        DiskFile file = disk.create("a");
        file.write(filled(300_000, 7), 0);
        file.resize(100_001);
        assertEquals(100_001, file.size());
        file.resize(200_000);
        file.write(filled(10, 9), 250_000);
        file.preallocate(400_000);
        assertEquals(400_000, file.size());
        byte[] expected = new byte[400_000];
        Arrays.fill(expected, 0, 100_001, (byte) 7);
        Arrays.fill(expected, 250_000, 250_010, (byte) 9);
        assertArrayEquals(expected, all(file));
        file.preallocate(1000);
        assertEquals(400_000, file.size());
        file.write(ByteBuffer.allocate(0), 1_000_000);
        assertEquals(400_000, file.size());
        file.resize(0);
        assertEquals(0, file.size());
        assertThrows(IllegalArgumentException.class, () -> file.resize(-1));
        assertThrows(IllegalArgumentException.class, () -> file.preallocate(-1));
    }

    @Test
    @DisplayName("does what a plain array does, over a thousand random steps, with direct and heap buffers")
    void likeAnArray() {
        SplittableRandom random = new SplittableRandom(5);
        DiskFile file = disk.create("a");
        byte[] model = new byte[0];
        for (int step = 0; step < 1000; step++) {
            int position = random.nextInt(200_000);
            int length = random.nextInt(70_000);
            switch (random.nextInt(8)) {
                case 0 -> {
                    file.resize(position);
                    model = Arrays.copyOf(model, position);
                }
                case 1 -> {
                    file.preallocate(position);
                    model = Arrays.copyOf(model, Math.max(model.length, position));
                }
                case 2, 3, 4 -> {
                    byte[] written = new byte[length];
                    random.nextBytes(written);
                    ByteBuffer source = buffer(step, length).put(written).flip();
                    file.write(source, position);
                    assertEquals(length, source.position());
                    if (length > 0) {
                        model = Arrays.copyOf(model, Math.max(model.length, position + length));
                        System.arraycopy(written, 0, model, position, length);
                    }
                }
                default -> {
                    ByteBuffer target = buffer(step, length);
                    int count = file.read(target, position);
                    assertEquals(Math.max(0, Math.min(length, model.length - position)), count);
                    byte[] found = new byte[count];
                    target.flip().get(found);
                    assertArrayEquals(Arrays.copyOfRange(model, Math.min(position, model.length), Math.min(position, model.length) + count), found);
                }
            }
            if (step % 100 == 0) {
                file.syncData();
                disk.close();
                disk = openDisk();
                file = disk.open("a");
            }
            assertEquals(model.length, file.size());
        }
    }

    @Test
    @DisplayName("lets many threads read and write different places at once")
    void manyThreads() throws Exception {
        DiskFile file = disk.create("a");
        inParallel(4, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            byte[] mine = new byte[50_000];
            ByteBuffer buffer = ByteBuffer.allocateDirect(1000);
            for (int i = 0; i < 400; i++) {
                int offset = random.nextInt(49_000);
                byte value = (byte) random.nextInt();
                Arrays.fill(mine, offset, offset + 1000, value);
                file.write(filled(1000, value), thread * 50_000L + offset);
                file.read(buffer.clear(), thread * 50_000L + offset);
                for (int b = 0; b < 1000; b++) {
                    assertEquals(value, buffer.get(b));
                }
                if (i % 50 == 0) {
                    file.syncData();
                }
            }
            byte[] found = new byte[50_000];
            file.read(ByteBuffer.wrap(found), thread * 50_000L);
            assertArrayEquals(mine, found);
        });
    }

    @Test
    @DisplayName("never lays the zeros of a preallocation over bytes that another thread writes behind the end")
    void preallocationBesideWrites() throws Exception {
        for (int round = 0; round < 60; round++) {
            DiskFile file = disk.create("round-" + round);
            CyclicBarrier start = new CyclicBarrier(3);
            int step = 96 << 10;
            inParallel(3, thread -> {
                await(start);
                for (int i = 0; i < 8; i++) {
                    if (thread == 0) {
                        file.preallocate((i + 1L) * step);
                    } else {
                        file.write(filled(512, thread), i * (long) step + thread * 40_000L);
                    }
                }
            });
            byte[] found = all(file);
            for (int i = 0; i < 8; i++) {
                for (int thread = 1; thread < 3; thread++) {
                    for (int b = 0; b < 512; b++) {
                        assertEquals(thread, found[i * step + thread * 40_000 + b]);
                    }
                }
            }
            file.close();
            disk.delete("round-" + round);
        }
    }

    @Test
    @DisplayName("gives its lock to one at a time, and to the next after that")
    void lock() {
        DiskLock lock = disk.lock("store.lock");
        DiskException second = assertThrows(DiskLockedException.class, () -> disk.lock("store.lock"));
        assertTrue(second.getMessage().contains("process " + ProcessHandle.current().pid()), second.getMessage());
        try (Disk other = openDisk()) {
            assertThrows(DiskLockedException.class, () -> other.lock("store.lock"));
            other.lock("another.lock").close();
        }
        assertThrows(DiskLockedException.class, () -> disk.lock("store.lock"));
        lock.close();
        lock.close();
        try (Disk other = openDisk()) {
            other.lock("store.lock");
            lock.close(); // late, and no longer ours to release
            assertThrows(DiskLockedException.class, () -> disk.lock("store.lock"));
            assertFalse(other.list().contains("store.lock"), "a lock is no file");
        }
        disk.lock("store.lock"); // closing the disk let go of it
    }

    @Test
    @DisplayName("refuses everything after it, or the file, was closed, and says so")
    void afterClose() {
        DiskFile file = disk.create("a");
        DiskFile closed = disk.create("b");
        closed.close();
        closed.close();
        for (Executable call : List.<Executable>of(closed::size, closed::sync, closed::syncData, () -> closed.read(ByteBuffer.allocate(1), 0),
                () -> closed.write(ByteBuffer.allocate(1), 0), () -> closed.resize(1), () -> closed.preallocate(1))) {
            DiskException error = assertThrows(DiskException.class, call);
            assertTrue(error.getMessage().contains("\"b\"") && error.getMessage().contains("was closed"), error.getMessage());
        }
        disk.close();
        disk.close();
        for (Executable call : List.<Executable>of(file::size, file::sync, () -> disk.create("c"), () -> disk.open("a"), () -> disk.exists("a"), disk::list,
                () -> disk.rename("a", "b"), () -> disk.delete("a"), disk::syncNames, () -> disk.lock("l"))) {
            DiskException error = assertThrows(DiskException.class, call);
            assertTrue(error.getMessage().contains("was closed"), error.getMessage());
        }
    }

    @Test
    @DisplayName("works for a thread that is interrupted all the time, and keeps the interrupt")
    void interruptedAllTheTime() {
        Thread.currentThread().interrupt();
        DiskFile file = disk.create("a");
        file.write(bytes("abc"), 0);
        file.preallocate(100_000);
        file.sync();
        file.syncData();
        file.resize(50_000);
        assertEquals("abc", text(file, 0, 3));
        assertEquals(50_000, file.size());
        disk.lock("l").close();
        disk.rename("a", "b");
        disk.syncNames();
        assertEquals(List.of("b"), disk.list());
        disk.open("b").close();
        disk.delete("b");
        assertTrue(Thread.interrupted());
    }

    @Test
    @DisplayName("says when it is full, keeps the length a preallocation began with, and still reads")
    void full() {
        try (Disk small = openSmallDisk(); DiskFile file = small.create("a")) {
            file.write(filled(500_000, 5), 0);
            DiskException error = assertThrows(DiskFullException.class, () -> file.preallocate(4 << 20));
            assertTrue(error.getMessage().startsWith("The disk is full"), error.getMessage());
            assertEquals(500_000, file.size());
            assertThrows(DiskFullException.class, () -> file.write(filled(4 << 20, 6), 500_000));
            assertEquals(5, all(file)[499_999]);
            small.create("b").close();
        }
    }

    @Test
    @DisplayName("promises sectors of 512 bytes and says where it is")
    void guarantees() {
        assertEquals(DeviceGuarantees.SECTOR, disk.guarantees());
        assertFalse(disk.description().isBlank());
        assertTrue(disk.toString().contains("Disk["));
        assertTrue(disk.create("a").toString().contains("a"));
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    static ByteBuffer filled(int length, int value) {
        byte[] array = new byte[length];
        Arrays.fill(array, (byte) value);
        return ByteBuffer.wrap(array);
    }

    static String text(DiskFile file, long position, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = file.read(target, position);
        return new String(target.array(), 0, count, US_ASCII);
    }

    static byte[] all(DiskFile file) {
        ByteBuffer target = ByteBuffer.allocate((int) file.size());
        assertEquals(target.capacity(), file.read(target, 0));
        return target.array();
    }

    private static ByteBuffer buffer(int kind, int capacity) {
        return kind % 2 == 0 ? ByteBuffer.allocate(capacity) : ByteBuffer.allocateDirect(capacity);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }

    /** What each of several threads does. */
    interface PerThread {
        void run(int thread);
    }

    static void inParallel(int threads, PerThread work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Void>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                Callable<Void> run = () -> {
                    work.run(thread);
                    return null;
                };
                runs.add(executor.submit(run));
            }
            for (Future<Void> run : runs) {
                run.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
