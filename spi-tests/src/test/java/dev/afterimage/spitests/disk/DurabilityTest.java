package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.SECTOR;
import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.everythingAtEnd;
import static dev.afterimage.spitests.disk.DiskScript.set;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;

import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each row of the fault model's table, with the exact set of images that a crash may leave. */
@DisplayName("What a crash may leave")
class DurabilityTest {

    @Nested
    @DisplayName("of bytes")
    class Bytes {
        @Test
        @DisplayName("An unsynced write leaves each of its sectors old or new, independently")
        void tearsAtSectors() {
            SimulatedDisk disk = disk("f=aaa");
            write(disk.open("f"), 0, "bbb");
            assertEquals(set("f=aaa", "f=aab", "f=aba", "f=abb", "f=baa", "f=bab", "f=bba", "f=bbb"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A sector written several times may hold any of its versions")
        void anyVersion() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            write(file, 0, "b");
            write(file, 0, "c");
            assertEquals(set("f=a", "f=b", "f=c"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A write of part of a sector leaves the sector whole, old or new")
        void partOfSector() {
            SimulatedDisk disk = disk("f=a");
            disk.open("f").write(ByteBuffer.wrap(new byte[] {'b', 'b'}), 10);
            assertEquals(set("f=?", "f=a"), everythingAtEnd(disk));
            byte[] sector = disk.asIssued().read("f", 0, SECTOR);
            assertEquals("aabba", new String(sector, 8, 5, java.nio.charset.StandardCharsets.US_ASCII));
        }

        @Test
        @DisplayName("A synced write stays, and what it replaced does not come back")
        void syncKeeps() {
            SimulatedDisk disk = disk("f=aa");
            DiskFile file = disk.open("f");
            write(file, 0, "b");
            write(file, 0, "c");
            file.sync();
            write(file, 1, "d");
            assertEquals(set("f=ca", "f=cd"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A sync of data keeps the bytes and the length needed to read them")
        void syncDataKeeps() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            write(file, 1, "bc");
            file.syncData();
            assertEquals(set("f=abc"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A sync of one file says nothing about another")
        void otherFile() {
            SimulatedDisk disk = disk("f=a", "g=a");
            write(disk.open("f"), 0, "b");
            DiskFile other = disk.open("g");
            write(other, 0, "c");
            other.sync();
            assertEquals(set("f=a,g=c", "f=b,g=c"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("Writing the same bytes again adds nothing to lose")
        void sameBytes() {
            SimulatedDisk disk = disk("f=ab");
            write(disk.open("f"), 0, "ab");
            assertEquals(set("f=ab"), everythingAtEnd(disk));
        }
    }

    @Nested
    @DisplayName("of lengths")
    class Lengths {
        @Test
        @DisplayName("An appending write loses length and bytes independently: zeros where the bytes are lost, nothing where the length is")
        void append() {
            SimulatedDisk disk = disk("f=a");
            write(disk.open("f"), 1, "bc");
            assertEquals(set("f=a", "f=a..", "f=a.c", "f=ab.", "f=abc"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("Bytes appended within the last sector are invisible when the length is lost")
        void appendWithinSector() {
            SimulatedDisk disk = new SimulatedDisk(DiskImage.EMPTY.withFile("f", new byte[] {1, 2}));
            disk.open("f").write(ByteBuffer.wrap(new byte[] {3, 4}), 2);
            java.util.Set<String> seen = new java.util.TreeSet<>();
            CrashStates.forEach(disk.trace(), EnumerationPlan.DIRECTED,
                    state -> seen.add(java.util.Arrays.toString(state.image().read("f", 0, 10))));
            assertEquals(set("[1, 2]", "[1, 2, 0, 0]", "[1, 2, 3, 4]"), seen);
        }

        @Test
        @DisplayName("Preallocated room reads as zeros, and may be lost until a sync")
        void preallocate() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            file.preallocate(3 * SECTOR);
            assertEquals(set("f=a", "f=a.."), everythingAtEnd(disk));
            file.sync();
            assertEquals(set("f=a.."), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A write into preallocated room that was never synced needs the length, too")
        void writeIntoPreallocated() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            file.preallocate(3 * SECTOR);
            write(file, 2, "b");
            assertEquals(set("f=a", "f=a..", "f=a.b"), everythingAtEnd(disk));
            file.syncData();
            assertEquals(set("f=a.b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A cut that is lost brings the old length back with the old bytes")
        void cut() {
            SimulatedDisk disk = disk("f=abc");
            disk.open("f").resize(SECTOR);
            assertEquals(set("f=a", "f=abc"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("Lengths of one file persist as a prefix: growth after a cut shows zeros, and never without the cut")
        void growAfterCut() {
            SimulatedDisk disk = disk("f=abc");
            DiskFile file = disk.open("f");
            file.resize(SECTOR);
            file.resize(4 * SECTOR);
            assertEquals(set("f=abc", "f=a", "f=a..."), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("Bytes written before a cut do not survive it")
        void bytesBeforeCut() {
            SimulatedDisk disk = disk("f=ab");
            DiskFile file = disk.open("f");
            write(file, 1, "c");
            file.resize(SECTOR);
            file.resize(2 * SECTOR);
            assertEquals(set("f=ab", "f=ac", "f=a", "f=a."), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A cut within a sector takes the rest of the sector")
        void cutWithinSector() {
            SimulatedDisk disk = disk("f=ab");
            DiskFile file = disk.open("f");
            file.resize(SECTOR + 2);
            file.resize(2 * SECTOR);
            file.sync();
            DiskImage image = disk.asIssued();
            assertEquals('b', image.read("f", SECTOR + 1, 1)[0]);
            assertEquals(0, image.read("f", SECTOR + 2, 1)[0]);
            assertEquals(set("f=a?"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A sync of data needs no cut to read its bytes, so the cut may still be lost")
        void syncDataLeavesCut() {
            SimulatedDisk disk = disk("f=abc");
            DiskFile file = disk.open("f");
            write(file, 0, "d");
            file.resize(SECTOR);
            file.syncData();
            assertEquals(set("f=d", "f=dbc"), everythingAtEnd(disk));
            file.sync();
            assertEquals(set("f=d"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A write beyond the end leaves a gap of zeros")
        void gap() {
            SimulatedDisk disk = disk("f=a");
            write(disk.open("f"), 2, "b");
            assertEquals(set("f=a", "f=a..", "f=a.b"), everythingAtEnd(disk));
        }
    }

    @Nested
    @DisplayName("of names")
    class Names {
        @Test
        @DisplayName("A created file is there after a crash only once the names are synced, whatever became of its bytes")
        void create() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.create("g");
            write(file, 0, "b");
            file.sync();
            assertEquals(set("f=a", "f=a,g=b"), everythingAtEnd(disk));
            disk.syncNames();
            assertEquals(set("f=a,g=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("Syncing names says nothing about bytes")
        void namesWithoutBytes() {
            SimulatedDisk disk = disk();
            write(disk.create("g"), 0, "b");
            disk.syncNames();
            assertEquals(set("g=", "g=.", "g=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A rename happens whole or not at all, and replaces the other file")
        void rename() {
            SimulatedDisk disk = disk("new=b", "old=a");
            disk.rename("new", "old");
            assertEquals(set("new=b,old=a", "old=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A rename never implies the bytes of its file")
        void renameWithoutBytes() {
            SimulatedDisk disk = disk("old=a");
            DiskFile file = disk.create("new");
            disk.syncNames();
            write(file, 0, "b");
            disk.rename("new", "old");
            assertEquals(set("new=,old=a", "new=.,old=a", "new=b,old=a", "old=", "old=.", "old=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("The history of one name persists as a prefix")
        void prefixOfOneName() {
            SimulatedDisk disk = disk("f=a");
            disk.delete("f");
            write(disk.create("f"), 0, "b");
            disk.delete("f");
            // Never the second file without the first one's removal; its bytes are independent of its name.
            assertEquals(set("f=a", "", "f=", "f=.", "f=b"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("Names are independent: a later unlink may survive and an earlier rename be lost")
        void unlinkKeptRenameLost() {
            SimulatedDisk disk = disk("a=a", "c=c");
            disk.rename("a", "b");
            disk.delete("c");
            assertEquals(set("a=a,c=c", "b=a,c=c", "a=a", "b=a"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A rename ties the histories of its two names together")
        void renameTies() {
            SimulatedDisk disk = disk("a=a", "b=b");
            disk.delete("b");
            disk.rename("a", "b");
            disk.create("a");
            // The new a only after the rename, the rename only after the removal of b.
            assertEquals(set("a=a,b=b", "a=a", "b=a", "a=,b=a"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A sync of names makes all of them durable")
        void syncNames() {
            SimulatedDisk disk = disk("a=a", "c=c");
            disk.rename("a", "b");
            disk.delete("c");
            disk.syncNames();
            assertEquals(set("b=a"), everythingAtEnd(disk));
        }

        @Test
        @DisplayName("A deleted file that comes back after a crash has the bytes that were durable, or newer ones")
        void lostDelete() {
            SimulatedDisk disk = disk("f=a");
            DiskFile file = disk.open("f");
            disk.delete("f");
            write(file, 0, "b");
            assertEquals(set("", "f=a", "f=b"), everythingAtEnd(disk));
        }
    }

    @Test
    @DisplayName("What a killed process leaves is everything issued")
    void killed() {
        SimulatedDisk disk = disk("f=a");
        DiskFile file = disk.open("f");
        write(file, 0, "bc");
        disk.rename("f", "g");
        assertEquals("g=bc", DiskScript.show(disk.asIssued()));
        assertTrue(everythingAtEnd(disk).contains("g=bc"));
        assertFalse(everythingAtEnd(disk).contains("f=bb"));
    }
}
