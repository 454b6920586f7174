package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.SECTOR;
import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.everythingAtEnd;
import static dev.afterimage.spitests.disk.DiskScript.read;
import static dev.afterimage.spitests.disk.DiskScript.set;
import static dev.afterimage.spitests.disk.DiskScript.show;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;

import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The simulated disk")
class SimulatedDiskTest {
    @Test
    @DisplayName("Reads show what was written, synced or not, and stop at the end of the file")
    void readsCachedView() {
        SimulatedDisk disk = new SimulatedDisk();
        DiskFile file = disk.create("f");
        file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 511);
        assertEquals(514, file.size());
        ByteBuffer target = ByteBuffer.allocateDirect(10);
        assertEquals(4, file.read(target, 510));
        assertEquals(List.of(0, 1, 2, 3), List.of((int) target.get(0), (int) target.get(1), (int) target.get(2), (int) target.get(3)));
        assertEquals(0, file.read(ByteBuffer.allocate(1), 514));
        assertEquals(0, file.read(ByteBuffer.allocate(1), 1000));
        assertEquals(0, file.read(ByteBuffer.allocate(0), 0));
    }

    @Test
    @DisplayName("A write takes exactly the bytes that remain in the buffer")
    void takesRemaining() {
        DiskFile file = new SimulatedDisk().create("f");
        ByteBuffer source = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}).position(1).limit(3);
        file.write(source, 0);
        assertFalse(source.hasRemaining());
        assertEquals(2, file.size());
        file.write(source, 100);
        assertEquals(2, file.size(), "a write of nothing grows nothing");
    }

    @Test
    @DisplayName("Several handles of one file see the same bytes")
    void severalHandles() {
        SimulatedDisk disk = disk("f=a");
        DiskFile one = disk.open("f");
        DiskFile other = disk.open("f");
        write(one, 0, "b");
        assertEquals("b", read(other));
        assertEquals(2, disk.openFiles());
        one.close();
        one.close();
        assertEquals(1, disk.openFiles());
        assertThrows(DiskException.class, one::size);
        assertEquals("b", read(other));
    }

    @Test
    @DisplayName("A handle stays with its file when the name goes to another, or nowhere")
    void handleFollowsFile() {
        SimulatedDisk disk = disk("f=a", "g=b");
        DiskFile old = disk.open("f");
        disk.rename("g", "f");
        assertEquals("b", read(disk.open("f")));
        assertEquals("a", read(old));
        write(old, 0, "c");
        old.sync();
        assertEquals("c", read(old));
        assertEquals("b", read(disk.open("f")));
        disk.delete("f");
        assertEquals(List.of(), disk.list());
        disk.syncNames();
        assertEquals(set(""), everythingAtEnd(disk));
    }

    @Test
    @DisplayName("Names are listed in order; wrong ones are refused and missing ones named")
    void names() {
        SimulatedDisk disk = disk("b=a", "a=a");
        disk.create("a.1-x");
        assertEquals(List.of("a", "a.1-x", "b"), disk.list());
        assertTrue(disk.exists("a") && !disk.exists("c"));
        assertThrows(FileExistsException.class, () -> disk.create("a"));
        assertThrows(FileMissingException.class, () -> disk.open("c"));
        assertThrows(FileMissingException.class, () -> disk.delete("c"));
        assertThrows(FileMissingException.class, () -> disk.rename("c", "d"));
        for (String name : List.of("", ".a", "A", "a/b", "a".repeat(101))) {
            assertThrows(IllegalArgumentException.class, () -> disk.create(name), name);
        }
        disk.rename("a", "a");
        assertEquals(List.of("a", "a.1-x", "b"), disk.list());
    }

    @Test
    @DisplayName("A lock excludes every other opener until it is released, and dies with the power")
    void locks() {
        SimulatedDisk disk = new SimulatedDisk();
        DiskLock lock = disk.lock("store.lock");
        assertThrows(DiskLockedException.class, () -> disk.lock("store.lock"));
        disk.lock("other.lock");
        assertEquals(2, disk.heldLocks());
        new SimulatedDisk(disk.asIssued()).lock("store.lock");
        lock.close();
        lock.close();
        DiskLock second = disk.lock("store.lock");
        lock.close();
        assertThrows(DiskLockedException.class, () -> disk.lock("store.lock"), "a released lock releases nobody else's");
        second.close();
        assertEquals(List.of(), disk.list(), "a lock is no file");
    }

    @Test
    @DisplayName("When the power is off every call says so, but handles and locks can be let go")
    void powerOff() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        DiskLock lock = disk.lock("l");
        disk.powerOff();
        List<Runnable> calls = List.of(file::size, () -> file.read(ByteBuffer.allocate(1), 0), () -> write(file, 0, "b"), file::sync, file::syncData,
                () -> file.resize(0), () -> file.preallocate(9), () -> disk.open("f"), () -> disk.create("g"), () -> disk.delete("f"),
                () -> disk.rename("f", "g"), disk::syncNames, disk::list, () -> disk.exists("f"), () -> disk.lock("m"));
        for (Runnable call : calls) {
            assertEquals("the power is off", assertThrows(DiskException.class, call::run).getMessage());
        }
        file.close();
        lock.close();
        assertEquals(0, disk.openFiles() + disk.heldLocks());
        assertEquals("f=a", show(disk.asIssued()));
        assertEquals(0, disk.trace().events().size());
    }

    @Test
    @DisplayName("A sync that is under way when the power fails makes nothing durable")
    void powerOffInSync() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        disk.faults().duringNextSync(name -> true, disk::powerOff);
        assertThrows(DiskException.class, file::sync);
        assertEquals(set("f=a", "f=b"), everythingAtEnd(disk));
    }

    @Test
    @DisplayName("A closed disk has let go of handles and locks and refuses calls")
    void close() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        disk.lock("l");
        disk.close();
        assertEquals(0, disk.openFiles() + disk.heldLocks());
        assertThrows(DiskException.class, file::size);
        assertThrows(DiskException.class, disk::list);
        assertEquals("f=a", show(disk.asIssued()));
    }

    @Test
    @DisplayName("Without recording there is no trace; recording again begins with everything issued so far as durable")
    void recording() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        disk.recording(false);
        write(file, 0, "b");
        disk.create("g");
        assertEquals(0, disk.trace().events().size());
        disk.recording(true);
        assertEquals("f=b,g=", show(disk.trace().initial()));
        write(file, 0, "c");
        disk.rename("g", "h");
        assertEquals(set("f=b,g=", "f=b,h=", "f=c,g=", "f=c,h="), everythingAtEnd(disk));
    }

    @Test
    @DisplayName("When its process has died, the disk still shows what was never synced, to whoever opens it next; it is durable only once somebody syncs it")
    void processDied() {
        SimulatedDisk disk = disk("f=a");
        disk.lock("l");
        DiskFile file = disk.open("f");
        disk.faults().duringNextSync(name -> true, disk::powerOff);
        write(file, 0, "b");
        assertThrows(DiskException.class, file::sync);
        disk.processDied();
        assertEquals(0, disk.openFiles());
        disk.lock("l").close();
        assertThrows(DiskException.class, file::size, "the handle of the dead process");
        DiskFile again = disk.open("f");
        assertEquals("f=b", show(disk.asIssued()));
        assertEquals("f=a", show(disk.asSynced()));
        again.sync();
        assertEquals("f=b", show(disk.asSynced()));
    }

    @Test
    @DisplayName("A preallocated file of zeros costs nearly nothing, in room for its sectors and in time for its images")
    void sparse() {
        SimulatedDisk disk = new SimulatedDisk();
        DiskFile file = disk.create("f");
        disk.syncNames();
        file.preallocate(64L << 20);
        write(file, 100_000, "a");
        file.sync();
        write(file, 131_071, "b");
        DiskImage image = disk.asIssued();
        assertEquals(64L << 20, image.size("f"));
        assertEquals(100_000, image.content("f").sectors().next(0));
        assertEquals(131_071, image.content("f").sectors().next(100_001));
        assertEquals(-1, image.content("f").sectors().next(131_072));
        long[] sizes = new long[1];
        assertEquals(2 + 3 + 2, CrashStates.forEach(disk.trace(), EnumerationPlan.DIRECTED, state -> sizes[0] += state.image().names().size()));
    }

    @Test
    @DisplayName("Every event carries its thread and the numbers at which it started and took effect")
    void events() {
        SimulatedDisk disk = new SimulatedDisk();
        DiskFile file = disk.create("f");
        write(file, 0, "ab");
        file.resize(SECTOR);
        file.preallocate(2 * SECTOR);
        file.preallocate(SECTOR);
        disk.rename("f", "g");
        file.syncData();
        disk.delete("g");
        disk.syncNames();
        DiskTrace trace = disk.trace();
        assertEquals(List.of("Created", "Written", "Resized", "Resized", "Renamed", "SyncBegun", "SyncEnded", "Deleted", "SyncBegun", "SyncEnded"),
                trace.events().stream().map(event -> event.getClass().getSimpleName()).toList());
        long last = 0;
        for (DiskEvent event : trace.events()) {
            assertEquals(Thread.currentThread().getName(), event.call().thread());
            assertTrue(event.call().started() <= event.call().returned() && event.call().returned() > last, event.toString());
            last = event.call().returned();
        }
        assertEquals(last, disk.now());
        assertEquals(2, trace.syncCompletions());
        assertTrue(trace.toString().contains("Renamed"));
        DiskEvent.Written written = (DiskEvent.Written) trace.events().get(1);
        assertEquals("b", DiskScript.letters(written.sectors().bytes(1)));
    }
}
