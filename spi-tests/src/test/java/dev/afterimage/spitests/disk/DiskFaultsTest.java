package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.SECTOR;
import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.everything;
import static dev.afterimage.spitests.disk.DiskScript.everythingAtEnd;
import static dev.afterimage.spitests.disk.DiskScript.named;
import static dev.afterimage.spitests.disk.DiskScript.read;
import static dev.afterimage.spitests.disk.DiskScript.set;
import static dev.afterimage.spitests.disk.DiskScript.show;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.ShortWriteException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The faults of a disk")
class DiskFaultsTest {
    @Nested
    @DisplayName("A failed sync")
    class FailedSync {
        @Test
        @DisplayName("that leaves new bytes clean is reported once, and later syncs succeed without writing them")
        void cleanNew() {
            SimulatedDisk disk = disk("f=aa");
            DiskFile file = disk.open("f");
            write(file, 0, "b");
            disk.faults().failNextSync(named("f"), SyncFailure.CLEAN_NEW);
            assertThrows(SyncFailedException.class, file::sync);
            assertEquals("ba", read(file));
            write(file, 1, "c");
            file.sync();
            assertEquals(set("f=ac", "f=bc"), everythingAtEnd(disk));
            write(file, 0, "d");
            assertEquals(set("f=ac", "f=bc", "f=dc"), everythingAtEnd(disk));
            file.sync();
            assertEquals(set("f=dc"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("that leaves new bytes clean is healed by writing the same bytes again")
        void cleanNewRewritten() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            write(file, 0, "b");
            disk.faults().failNextSync(named("f"), SyncFailure.CLEAN_NEW);
            assertThrows(SyncFailedException.class, file::sync);
            write(file, 0, "b");
            file.sync();
            assertEquals(set("f=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("loses a length, too, until bytes that need it are synced")
        void cleanNewLength() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            write(file, 1, "b");
            disk.faults().failNextSync(named("f"), SyncFailure.CLEAN_NEW);
            assertThrows(SyncFailedException.class, file::syncData);
            file.sync();
            assertEquals(set("f=a", "f=a.", "f=ab"), everythingAtEnd(disk));
            write(file, 1, "c");
            file.syncData();
            assertEquals(set("f=ac"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("that brings old bytes back shows them to reads and to every crash")
        void cleanOld() {
            SimulatedDisk disk = disk("f=aa");
            DiskFile file = disk.open("f");
            write(file, 0, "b");
            write(file, 2, "c");
            disk.faults().failNextSync(named("f"), SyncFailure.CLEAN_OLD);
            disk.faults().duringNextSync(named("f"), () -> write(file, 1, "d"));
            assertThrows(SyncFailedException.class, file::sync);
            assertEquals("ad", read(file), "what the sync did not cover stays");
            assertEquals(set("f=aa", "f=ad"), everythingAtEnd(disk));
            assertTrue(everything(disk.trace(), 0).contains("f=bac"), "before the failure the new bytes could survive");
            file.sync();
            assertEquals(set("f=ad"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("strikes only the file it is meant for, after as many syncs as it was told to let pass")
        void filter() {
            SimulatedDisk disk = disk("f=a", "g=a");
            DiskFile file = disk.open("f");
            DiskFile other = disk.open("g");
            disk.faults().failSync(named("f"), 1, SyncFailure.CLEAN_NEW);
            other.sync();
            file.sync();
            other.sync();
            disk.syncNames();
            assertEquals(0, disk.faults().struck());
            assertThrows(SyncFailedException.class, file::syncData);
            file.sync();
            assertEquals(1, disk.faults().struck());
        }

        @Test
        @DisplayName("does not take back what an earlier sync, still under way, promises")
        void overlappingSyncs() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            write(file, 0, "b");
            disk.faults().duringNextSync(named("f"), () -> {
                disk.faults().failNextSync(named("f"), SyncFailure.CLEAN_NEW);
                assertThrows(SyncFailedException.class, file::sync);
            });
            file.sync();
            assertEquals(set("f=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("of names leaves them undecided, until a later change of the same name is synced")
        void names() {
            SimulatedDisk disk = disk("f=a");
            disk.rename("f", "g");
            disk.faults().failNextNamesSync();
            assertThrows(SyncFailedException.class, disk::syncNames);
            disk.syncNames();
            assertEquals(set("f=a", "g=a"), everythingAtEnd(disk));
            disk.rename("g", "h");
            disk.syncNames();
            assertEquals(set("h=a"), everythingAtEnd(disk));
        }
    }

    @Nested
    @DisplayName("A full disk")
    class FullDisk {
        @Test
        @DisplayName("takes the sectors of a write that fit, and says that it is full")
        void partialWrite() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().capacityBytes(3 * SECTOR);
            ByteBuffer source = DiskScript.sectors("bcd");
            assertThrows(DiskFullException.class, () -> file.write(source, SECTOR));
            assertEquals("abc", read(file));
            assertEquals(SECTOR, source.remaining());
            assertEquals(3 * SECTOR, disk.allocatedBytes());
            assertEquals(set("f=a", "f=a..", "f=a.c", "f=ab.", "f=abc"), everythingAtEnd(disk));
            assertThrows(DiskFullException.class, () -> write(file, 3, "d"));
            assertEquals("abc", read(file), "nothing fits, nothing is written");
        }

        @Test
        @DisplayName("lets sectors be written again that have room, preallocated room too")
        void preallocatedRoom() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().capacityBytes(3 * SECTOR);
            file.preallocate(3 * SECTOR);
            write(file, 0, "xyz");
            assertEquals("xyz", read(file));
        }

        @Test
        @DisplayName("refuses a preallocation as a whole and leaves the length alone")
        void preallocation() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().capacityBytes(3 * SECTOR);
            assertThrows(DiskFullException.class, () -> file.preallocate(4 * SECTOR));
            assertEquals(SECTOR, file.size());
            assertEquals(SECTOR, disk.allocatedBytes());
        }

        @Test
        @DisplayName("promises room for what a preallocation adds, not for holes that were there before")
        void holes() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            file.resize(2 * SECTOR);
            disk.faults().capacityBytes(3 * SECTOR);
            file.preallocate(4 * SECTOR);
            write(file, 2, "cd");
            assertThrows(DiskFullException.class, () -> write(file, 1, "b"));
            file.preallocate(SECTOR);
            assertEquals("a.cd", read(file));
        }

        @Test
        @DisplayName("promises no room for a length without preallocation")
        void resizeTakesNoRoom() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().capacityBytes(SECTOR);
            file.resize(3 * SECTOR);
            assertThrows(DiskFullException.class, () -> write(file, 2, "b"));
        }

        @Test
        @DisplayName("has room again after a cut, and after a deleted file's last handle is closed")
        void roomComesBack() {
            SimulatedDisk disk = disk("f=aaa", "g=aa");
            assertEquals(5 * SECTOR, disk.allocatedBytes());
            disk.open("f").resize(SECTOR);
            assertEquals(3 * SECTOR, disk.allocatedBytes());
            DiskFile file = disk.open("g");
            disk.delete("g");
            assertEquals(3 * SECTOR, disk.allocatedBytes());
            file.close();
            assertEquals(SECTOR, disk.allocatedBytes());
            disk.create("h").close();
            disk.rename("h", "f");
            assertEquals(SECTOR, disk.allocatedBytes(), "a handle holds the replaced file");
        }
    }

    @Nested
    @DisplayName("Reads and writes")
    class ReadsAndWrites {
        @Test
        @DisplayName("can fail a few times, and then work again")
        void reads() {
            SimulatedDisk disk = disk("f=a", "g=a");
            DiskFile file = disk.open("f");
            disk.faults().failReads(named("f"), 1, 2);
            assertEquals("a", read(disk.open("g")));
            assertEquals("a", read(file));
            assertThrows(DiskException.class, () -> read(file));
            assertThrows(DiskException.class, () -> read(file));
            assertEquals("a", read(file));
        }

        @Test
        @DisplayName("can find no memory")
        void memory() {
            SimulatedDisk disk = disk("f=a");
            disk.faults().exhaustMemoryOnRead(named("f"), 0);
            assertThrows(OutOfMemoryError.class, () -> read(disk.open("f")));
            assertEquals("a", read(disk.open("f")));
        }

        @Test
        @DisplayName("can fail in the middle of a write")
        void failedWrite() {
            SimulatedDisk disk = disk("f=aaa");
            DiskFile file = disk.open("f");
            disk.faults().failWrite(named("f"), 0, 2);
            assertSame(DiskException.class, assertThrows(DiskException.class, () -> write(file, 0, "bbb")).getClass());
            assertEquals("bba", read(file));
            disk.faults().failWrite(named("f"), 0, 0);
            assertThrows(DiskException.class, () -> write(file, 0, "ccc"));
            assertEquals("bba", read(file));
            write(file, 0, "ccc");
        }

        @Test
        @DisplayName("can write less than asked, and say so")
        void shortWrite() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().shortWrite(named("f"), 100);
            ByteBuffer source = DiskScript.sectors("b");
            assertThrows(ShortWriteException.class, () -> file.write(source, 0));
            assertEquals(SECTOR - 100, source.remaining());
            assertEquals("?", read(file));
            assertEquals(set("f=?", "f=a"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("can write nothing at all, and say so, after some that were whole")
        void zeroByteWrite() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().shortWrite(named("f"), 1, 0);
            write(file, 0, "b");
            ByteBuffer source = DiskScript.sectors("cd");
            assertThrows(ShortWriteException.class, () -> file.write(source, 0));
            assertEquals(2 * SECTOR, source.remaining());
            assertEquals("b", read(file));
            assertEquals(SECTOR, file.size());
            assertEquals(set("f=a", "f=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("can fail for good, or for one sector, until it is written whole")
        void stickyReads() {
            SimulatedDisk disk = disk("f=abc", "g=a");
            DiskFile file = disk.open("f");
            disk.faults().badSector("f", 1);
            assertThrows(DiskException.class, () -> read(file));
            assertThrows(DiskException.class, () -> file.read(ByteBuffer.allocate(2), SECTOR - 1));
            assertEquals(SECTOR, file.read(ByteBuffer.allocate(SECTOR), 0), "its neighbours can be read");
            assertEquals(SECTOR, file.read(ByteBuffer.allocate(SECTOR), 2 * SECTOR));
            assertEquals("a", read(disk.open("g")), "other files can be read");
            file.write(ByteBuffer.allocate(8), SECTOR);
            assertThrows(DiskException.class, () -> read(file));
            write(file, 1, "d");
            assertEquals("adc", read(file));
            disk.faults().failReadsForGood(named("f"), 1);
            assertEquals("adc", read(file));
            for (int attempt = 0; attempt < 5; attempt++) {
                assertThrows(DiskException.class, () -> read(file));
            }
            disk.faults().clear();
            assertEquals("adc", read(file));
        }

        @Test
        @DisplayName("can be phantoms: reported done, and lost")
        void phantomWrite() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().loseWrite(named("f"), 1);
            write(file, 0, "b");
            ByteBuffer source = DiskScript.sectors("cd");
            file.write(source, 0);
            assertEquals(0, source.remaining());
            assertEquals("b.", read(file), "the length grows, the bytes do not come");
            file.sync();
            assertEquals(set("f=b."), everythingAtEnd(disk));
            assertEquals(1, disk.faults().struck());
            write(file, 1, "e");
            assertEquals("be", read(file));
        }

        @Test
        @DisplayName("can go astray: the wrong place is new, the right one is old")
        void misdirectedWrite() {
            SimulatedDisk disk = disk("f=abcd");
            DiskFile file = disk.open("f");
            disk.faults().misdirectWrite(named("f"), 0, 2);
            write(file, 0, "xy");
            file.sync();
            assertEquals("abxy", read(file));
            assertEquals(set("f=abxy"), everythingAtEnd(disk));
            disk.faults().misdirectWrite(named("f"), 0, -1);
            write(file, 4, "z");
            assertEquals("abxz.", read(file));
            disk.faults().misdirectWrite(named("f"), 0, 100);
            write(file, 0, "q");
            assertEquals("abxz.", read(file), "beyond the end there is nowhere to go");
            assertEquals(3, disk.faults().struck());
        }

        @Test
        @DisplayName("do not fail any more once the faults are cleared")
        void clear() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.faults().failReads(named("f"), 1);
            disk.faults().failNextSync(named("f"), SyncFailure.CLEAN_NEW);
            disk.faults().capacityBytes(0);
            disk.faults().clear();
            write(file, 0, "bb");
            file.sync();
            assertEquals("bb", read(file));
            assertEquals(0, disk.faults().struck());
        }
    }

    @Nested
    @DisplayName("A loss of power")
    class PowerOff {
        @Test
        @DisplayName("comes at any change that it is meant for, and that change has no effect")
        void atChange() {
            List<Consumer<SimulatedDisk>> changes = List.of(disk -> disk.create("g"), disk -> disk.rename("g", "h"), disk -> disk.delete("h"),
                    disk -> write(disk.open("f"), 0, "b"), disk -> disk.open("f").resize(2 * SECTOR), disk -> disk.open("f").preallocate(3 * SECTOR),
                    disk -> disk.open("f").sync(), disk -> disk.open("f").syncData(), SimulatedDisk::syncNames);
            for (int last = 1; last <= changes.size(); last++) {
                SimulatedDisk disk = disk("f=a");
                disk.faults().powerOffAtChange(last);
                changes.subList(0, last - 1).forEach(change -> change.accept(disk));
                read(disk.open("f"));
                String before = show(disk.asIssued());
                int events = disk.trace().events().size();
                Consumer<SimulatedDisk> struck = changes.get(last - 1);
                assertEquals("the power is off", assertThrows(DiskException.class, () -> struck.accept(disk)).getMessage());
                assertEquals("the power is off", assertThrows(DiskException.class, disk::list).getMessage());
                assertEquals(before, show(disk.asIssued()));
                assertEquals(events, disk.trace().events().size());
            }
        }

        @Test
        @DisplayName("that is called off does not come")
        void cleared() {
            SimulatedDisk disk = disk("f=a");
            disk.faults().powerOffAtChange(1);
            disk.faults().clear();
            disk.create("g");
            assertEquals(0, disk.faults().struck());
        }
    }

    @Nested
    @DisplayName("Rot")
    class Rot {
        @Test
        @DisplayName("can take a whole sector, durable or not")
        void zeroSector() {
            SimulatedDisk disk = disk("f=abc");
            DiskFile file = disk.open("f");
            write(file, 1, "xy");
            disk.faults().zeroSector("f", 1);
            assertEquals("a.y", read(file));
            assertEquals(set("f=a.c", "f=a.y"), everythingAtEnd(disk));
            assertThrows(IllegalArgumentException.class, () -> disk.faults().zeroSector("f", 3));
            write(file, 1, "z");
            file.sync();
            assertEquals(set("f=azy"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("shows in reads and in every image, durable or not")
        void flipBit() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            write(file, 0, "b");
            disk.faults().flipBit("f", 7, 0);
            ByteBuffer read = ByteBuffer.allocate(8);
            file.read(read, 0);
            assertEquals('b' ^ 1, read.get(7));
            assertEquals('b', read.get(6));
            java.util.Set<Byte> seen = new java.util.TreeSet<>();
            CrashStates.forEach(disk.trace(), EnumerationPlan.DIRECTED, state -> seen.add(state.image().read("f", 7, 1)[0]));
            assertEquals(java.util.Set.of((byte) ('a' ^ 1), (byte) ('b' ^ 1)), seen);
            disk.faults().flipBit("f", 7, 0);
            assertEquals("f=b", show(disk.asIssued()));
            assertThrows(IllegalArgumentException.class, () -> disk.faults().flipBit("f", SECTOR, 0));
        }
    }
}
