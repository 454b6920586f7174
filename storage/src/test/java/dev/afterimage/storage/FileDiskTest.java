package dev.afterimage.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileExistsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A folder as a disk")
class FileDiskTest extends DiskContract {
    @TempDir
    private Path folder;

    private final FileDiskProvider provider = new FileDiskProvider();

    @Override
    Disk openDisk() {
        return provider.open(folder.resolve("store").toString());
    }

    @Override
    Disk openSmallDisk() {
        return new FileDiskProvider(new CrampedSystemCalls(1 << 20)).open(folder.resolve("small").toString());
    }

    @Test
    @DisplayName("is made where it is missing, with the folders above it")
    void makesFolders() {
        Path deep = folder.resolve("a/b/c");
        assertFalse(provider.exists(deep.toString()));
        provider.open(deep.toString()).close();
        assertTrue(provider.exists(deep.toString()));
        assertTrue(Files.isDirectory(deep));
        assertEquals("file", provider.scheme());
    }

    @Test
    @DisplayName("may be reached by a symbolic link")
    void linkToAFolder() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        try (Disk disk = provider.open(link.toString())) {
            disk.create("a").close();
            disk.lock("l");
            try (Disk other = provider.open(real.toString())) {
                assertThrows(DiskLockedException.class, () -> other.lock("l"));
            }
        }
        assertTrue(Files.exists(real.resolve("a")));
    }

    @Test
    @DisplayName("is refused where there is no folder and can be none, saying what is there instead")
    void unusablePlaces() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nowhere"));
        Map<String, String> expected = Map.of(
                file.toString(), "found a file",
                file.resolve("below").toString(), "found a file",
                dangling.toString(), "found a symbolic link that leads to none",
                "", "found nothing",
                "a\0b", "Expected the path of a folder");
        expected.forEach((location, message) -> {
            DiskAccessException error = assertThrows(DiskAccessException.class, () -> provider.open(location), location);
            assertTrue(error.getMessage().contains(message), error.getMessage());
        });
        assertTrue(provider.exists(file.toString()));
        assertTrue(provider.exists(dangling.toString()));
        assertFalse(provider.exists("a\0b"));
        assertFalse(provider.exists(""));
        assertEquals("x", Files.readString(file));
    }

    @Test
    @DisplayName("is refused where the system lets nobody create a folder")
    void uncreatable() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs Linux");
        DiskAccessException error = assertThrows(DiskAccessException.class, () -> provider.open("/proc/afterimage"));
        assertTrue(error.getMessage().startsWith("Cannot create folder /proc/afterimage"), error.getMessage());
    }

    @Test
    @DisplayName("is refused where this user may not write")
    void unwritable() throws IOException {
        Path readOnly = Files.createDirectory(folder.resolve("read-only"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeTrue(!Files.isWritable(readOnly), "root may write anywhere");
        DiskAccessException error = assertThrows(DiskAccessException.class, () -> provider.open(readOnly.toString()));
        assertTrue(error.getMessage().contains("may not write"), error.getMessage());
    }

    @Test
    @DisplayName("never follows a link, nor uses a folder, under the name of a file")
    void onlyRegularFiles() throws IOException {
        try (Disk disk = openDisk()) {
            Path store = folder.resolve("store");
            Path precious = Files.writeString(folder.resolve("precious"), "precious");
            Files.createSymbolicLink(store.resolve("link"), precious);
            Files.createDirectory(store.resolve("folder"));
            disk.create("ours").close();
            for (Executable call : List.<Executable>of(() -> disk.open("link"), () -> disk.delete("link"), () -> disk.rename("link", "x"), () -> disk.rename("ours", "link"),
                    () -> disk.open("folder"), () -> disk.delete("folder"), () -> disk.rename("folder", "x"), () -> disk.rename("ours", "folder"))) {
                DiskAccessException error = assertThrows(DiskAccessException.class, call);
                assertTrue(error.getMessage().contains("expected a regular file, found a "), error.getMessage());
            }
            assertThrows(FileExistsException.class, () -> disk.create("link"));
            Files.createSymbolicLink(store.resolve(".l"), precious);
            assertThrows(DiskAccessException.class, () -> disk.lock("l"));
            assertEquals("precious", Files.readString(precious));
            assertTrue(Files.isSymbolicLink(store.resolve("link")));
        }
    }

    @Test
    @DisplayName("leaves files of other names alone and unlisted")
    void foreignFiles() throws IOException {
        try (Disk disk = openDisk()) {
            Path store = folder.resolve("store");
            Files.writeString(store.resolve("README"), "x");
            Files.writeString(store.resolve(".hidden"), "x");
            Files.createDirectory(store.resolve("lost"));
            disk.create("a").close();
            assertEquals(List.of("a"), disk.list());
        }
    }

    @Test
    @DisplayName("names file, position and length when the device fails")
    void messages() {
        try (Disk disk = openDisk(); DiskFile file = disk.create("pages")) {
            DiskException error = assertThrows(DiskException.class, () -> file.write(bytes("abc"), Long.MAX_VALUE - 10));
            assertTrue(error.getMessage().startsWith("Cannot write 3 bytes at position 9223372036854775797 of file \"pages\" in " + folder.resolve("store")), error.getMessage());
        }
    }
}
