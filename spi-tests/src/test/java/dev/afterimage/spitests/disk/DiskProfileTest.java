package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.SECTOR;
import static dev.afterimage.spitests.disk.DiskScript.sectors;
import static dev.afterimage.spitests.disk.DiskScript.set;
import static dev.afterimage.spitests.disk.DiskScript.show;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.SortedSet;
import java.util.TreeSet;

import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What each profile adds to the strict disk, by examples for people to read; {@link CrashPointLemmaTest} compares all of it with the table. */
@DisplayName("The profile of a disk")
class DiskProfileTest {
    private static SimulatedDisk disk(DiskProfile profile, String name, String letters) {
        return new SimulatedDisk(DiskImage.EMPTY.withFile(name, sectors(letters.replace('.', '\0')).array()), profile);
    }

    /** Every image that a crash at the end may leave, trash shown as '?'. */
    private static SortedSet<String> everything(SimulatedDisk disk) {
        SortedSet<String> shown = new TreeSet<>();
        EnumerationPlan plan = new EnumerationPlan(false, false, 0, 0, 1 << 12, Long.MAX_VALUE, Long.MAX_VALUE).withTrash();
        int end = disk.trace().syncCompletions();
        CrashStates.forEach(disk.trace(), plan, state -> {
            if (state.point() == end) {
                shown.add(show(state.image()));
            }
        });
        return shown;
    }

    @Test
    @DisplayName("strict trashes a sector in flight where there were only zeros, never one that held durable bytes")
    void strict() {
        SimulatedDisk disk = disk(DiskProfile.STRICT, "f", "a.");
        DiskFile file = disk.open("f");
        write(file, 0, "bb");
        assertEquals(set("f=a.", "f=ab", "f=a?", "f=b.", "f=bb", "f=b?"), everything(disk));
        file.sync();
        write(file, 1, "c");
        assertEquals(set("f=bb", "f=bc"), everything(disk), "now it holds durable bytes");
    }

    @Test
    @DisplayName("strict trashes zeros over zeros as well, in the first sector of a call: a device that tears does not look what was there")
    void zerosOverZeros() {
        SimulatedDisk disk = disk(DiskProfile.STRICT, "f", "...a");
        DiskFile file = disk.open("f");
        file.write(ByteBuffer.allocate(2 * DiskScript.SECTOR), DiskScript.SECTOR);
        assertEquals(set("f=...a", "f=.?.a"), everything(disk));
        file.sync();
        assertEquals(set("f=...a"), everything(disk));
    }

    @Test
    @DisplayName("strict trashes what is appended, as far as the length was kept")
    void strictAppend() {
        SimulatedDisk disk = disk(DiskProfile.STRICT, "f", "a");
        write(disk.open("f"), 1, "b");
        assertEquals(set("f=a", "f=a.", "f=ab", "f=a?"), everything(disk));
    }

    @Test
    @DisplayName("strict trashes nothing that a failed sync left old or new for good")
    void stuck() {
        SimulatedDisk disk = disk(DiskProfile.STRICT, "f", ".");
        DiskFile file = disk.open("f");
        write(file, 0, "b");
        assertTrue(everything(disk).contains("f=?"));
        disk.faults().failNextSync(name -> true, SyncFailure.CLEAN_NEW);
        assertThrows(RuntimeException.class, file::sync);
        assertEquals(set("f=.", "f=b"), everything(disk));
    }

    @Test
    @DisplayName("trash-anywhere trashes durable bytes that are written again, even with the same bytes")
    void trashAnywhere() {
        SimulatedDisk disk = disk(DiskProfile.TRASH_ANYWHERE, "f", "ab");
        write(disk.open("f"), 0, "ac");
        assertEquals(set("f=ab", "f=ac", "f=a?", "f=?b", "f=?c", "f=??"), everything(disk));
    }

    @Test
    @DisplayName("garbage shows a deleted file's bytes where a file grew and its bytes were lost")
    void garbageOfAnother() {
        SimulatedDisk disk = disk(DiskProfile.GARBAGE, "old", "wxyz");
        disk.delete("old");
        DiskFile file = disk.create("new");
        disk.syncNames();
        write(file, 0, "ab");
        // Each sector: zeros, what was written, trash, or what the deleted file held.
        SortedSet<String> seen = everything(disk);
        for (String content : new String[] {"", "..", "ab", "a.", ".b", "wx", "wb", "ax", "?x"}) {
            assertTrue(seen.contains("new=" + content), content + " is not among " + seen);
        }
        file.sync();
        assertEquals(set("new=ab"), everything(disk));
    }

    @Test
    @DisplayName("garbage shows a file's own bytes where it grew after it was cut, and a stranger's where nothing is known")
    void garbageOfItsOwn() {
        SimulatedDisk disk = disk(DiskProfile.GARBAGE, "f", "abc");
        DiskFile file = disk.open("f");
        file.resize(SECTOR);
        file.sync();
        file.resize(4 * SECTOR);
        assertEquals(set("f=a", "f=a...", "f=abc?"), everything(disk));
    }

    @Test
    @DisplayName("no-psow lets a torn write take its aligned 4 KiB along, and nothing beyond")
    void noPsow() {
        SimulatedDisk disk = disk(DiskProfile.NO_PSOW, "f", "abcdefghij");
        DiskFile file = disk.open("f");
        write(file, 7, "X");
        assertEquals(set("f=abcdefghij", "f=abcdefgXij", "f=????????ij"), everything(disk));
        file.sync();
        write(file, 7, "YY");
        assertEquals(set("f=abcdefgXij", "f=abcdefgXYj", "f=abcdefgX??", "f=abcdefgYij", "f=abcdefgYYj", "f=abcdefgY??", "f=????????ij", "f=????????Yj", "f=??????????"),
                everything(disk));
    }

    @Test
    @DisplayName("split-rename leaves both names, or neither")
    void splitRename() {
        SimulatedDisk disk = disk(DiskProfile.SPLIT_RENAME, "f", "a");
        disk.rename("f", "g");
        assertEquals(set("f=a", "g=a", "f=a,g=a", ""), everything(disk));
        disk.syncNames();
        assertEquals(set("g=a"), everything(disk));
        SimulatedDisk replacing = disk(DiskProfile.SPLIT_RENAME, "f", "a");
        DiskFile file = replacing.create("t");
        write(file, 0, "b");
        file.sync();
        replacing.syncNames();
        replacing.rename("t", "f");
        assertEquals(set("f=a,t=b", "f=b", "f=b,t=b", "f=a"), everything(replacing), "the new bytes may be lost altogether");
    }

    @Test
    @DisplayName("decides whether a choice is one: trash that it does not allow is refused by name")
    void refused() {
        SimulatedDisk disk = disk(DiskProfile.STRICT, "f", "a");
        write(disk.open("f"), 0, "b");
        ChoiceVector choice = ChoiceVector.decode("t1");
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> CrashStates.rebuild(disk.trace(), 0, choice));
        assertTrue(refused.getMessage().contains("strict"), refused.getMessage());
        SimulatedDisk meaner = disk(DiskProfile.TRASH_ANYWHERE, "f", "a");
        write(meaner.open("f"), 0, "b");
        DiskImage image = CrashStates.rebuild(meaner.trace(), 0, choice);
        assertEquals("f=?", show(image));
        assertEquals(image.hash(), CrashStates.rebuild(meaner.trace(), 0, choice).hash(), "the same trash each time");
        assertThrows(IllegalArgumentException.class, () -> DiskProfile.named("gentle"));
    }

    @Test
    @DisplayName("has trash look different in every place")
    void trashDiffers() {
        Sector one = Trash.torn(1, 0);
        assertFalse(Sector.same(one, Trash.torn(1, 1)));
        assertFalse(Sector.same(one, Trash.torn(2, 0)));
        assertFalse(Sector.same(one, Trash.strange(1, 0)));
        assertTrue(Sector.same(one, Trash.torn(1, 0)));
        assertNotEquals(null, one);
    }
}
