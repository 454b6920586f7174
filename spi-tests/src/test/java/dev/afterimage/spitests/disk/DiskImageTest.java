package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.SECTOR;
import static dev.afterimage.spitests.disk.DiskScript.sectors;
import static dev.afterimage.spitests.disk.DiskScript.show;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An image of a disk")
class DiskImageTest {
    private final DiskImage image = DiskImage.EMPTY.withFile("a", sectors("xy").array()).withFile("b", new byte[] {1, 2, 3});

    @Test
    @DisplayName("Gives names, lengths and bytes")
    void contents() {
        assertEquals(List.of("a", "b"), image.names());
        assertEquals(3, image.size("b"));
        assertArrayEquals(new byte[] {2, 3}, image.read("b", 1, 10));
        assertArrayEquals(new byte[0], image.read("b", 3, 10));
        assertThrows(IllegalArgumentException.class, () -> image.size("c"));
    }

    @Test
    @DisplayName("Is not changed by the copies that are made of it")
    void copies() {
        assertEquals("a=x.,b=+3", show(image.zeroSector("a", 1)));
        assertEquals("a=?y,b=+3", show(image.flipBit("a", 5, 3)));
        assertEquals("a=zy,b=+3", show(image.overwrite("a", 0, sectors("z").array())));
        assertEquals("a=x,b=+3", show(image.resize("a", SECTOR)));
        assertEquals("b=+3", show(image.withoutFile("a")));
        assertEquals("a=xy,b=+3", show(image));
        assertThrows(IllegalArgumentException.class, () -> image.zeroSector("a", 2));
        assertThrows(IllegalArgumentException.class, () -> image.flipBit("b", 3, 0));
        assertThrows(IllegalArgumentException.class, () -> image.overwrite("b", 2, new byte[2]));
    }

    @Test
    @DisplayName("Has another hash for other bytes, another name and another length, and the same for the same")
    void hash() {
        Set<Long> hashes = new HashSet<>();
        hashes.add(image.hash());
        hashes.add(image.flipBit("a", 0, 0).hash());
        hashes.add(image.flipBit("a", 0, 1).hash());
        hashes.add(image.resize("a", 3 * SECTOR).hash());
        hashes.add(image.resize("b", 4).hash());
        hashes.add(image.resize("b", 2).hash());
        hashes.add(image.withoutFile("b").hash());
        hashes.add(image.withoutFile("b").withFile("c", new byte[] {1, 2, 3}).hash());
        hashes.add(image.withFile("c", new byte[0]).hash());
        hashes.add(DiskImage.EMPTY.hash());
        assertEquals(10, hashes.size());
        assertEquals(image.hash(), image.flipBit("a", 0, 0).flipBit("a", 0, 0).hash());
        assertEquals(image.hash(), DiskImage.EMPTY.withFile("b", new byte[] {1, 2, 3}).withFile("a", sectors("xy").array()).hash());
        assertNotEquals(DiskImage.EMPTY.withFile("a", new byte[] {1}).withFile("b", new byte[] {2}).hash(),
                DiskImage.EMPTY.withFile("a", new byte[] {2}).withFile("b", new byte[] {1}).hash());
    }

    @Test
    @DisplayName("Bytes that are cut off do not come back when the file grows")
    void cutAndGrow() {
        assertEquals("a=?.,b=+3", show(image.resize("a", 10).resize("a", 2 * SECTOR)));
        assertEquals(0, image.resize("a", 10).resize("a", SECTOR).read("a", 10, 1)[0]);
    }

    @Test
    @DisplayName("Goes to a folder and comes back the same, holes and all; nothing there is overwritten")
    void exportAndImport(@TempDir Path folder) {
        DiskImage sparse = image.withFile("empty", new byte[0]).resize("b", 3L << 20).resize("a", (5L << 20) + 7).withFile("zeros", new byte[1000]);
        sparse.exportTo(folder);
        assertEquals(sparse.hash(), DiskImage.importFrom(folder).hash());
        assertThrows(UncheckedIOException.class, () -> sparse.exportTo(folder));
        assertThrows(UncheckedIOException.class, () -> DiskImage.importFrom(folder.resolve("nowhere")));
    }
}
