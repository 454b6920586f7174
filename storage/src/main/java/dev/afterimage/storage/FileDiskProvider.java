package dev.afterimage.storage;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskProvider;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Opens folders: {@code file:/var/lib/orders}, {@code file:orders}. */
public final class FileDiskProvider implements DiskProvider {
    private final SystemCalls calls;

    /** For {@link java.util.ServiceLoader}. */
    public FileDiskProvider() {
        this(ChannelSystemCalls.INSTANCE);
    }

    FileDiskProvider(SystemCalls calls) {
        this.calls = calls;
    }

    @Override
    public String scheme() {
        return "file";
    }

    @Override
    public Disk open(String location) {
        Path folder = folder(location);
        try {
            createDurably(folder);
        } catch (IOException failure) {
            throw new DiskAccessException("Cannot create folder " + folder + ": " + DiskFailures.reason(failure), failure);
        }
        if (!Files.isReadable(folder) || !Files.isWritable(folder) || !Files.isExecutable(folder)) {
            throw new DiskAccessException("Cannot use folder " + folder + ": this user may not " + (Files.isWritable(folder) ? "read" : "write") + " in it");
        }
        return new FileDisk(calls, folder);
    }

    @Override
    public boolean exists(String location) {
        try {
            // Something that is no folder exists as well: opening it says what is wrong with it.
            return !location.isBlank() && Files.exists(Path.of(location), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException noPath) {
            return false;
        }
    }

    private static Path folder(String location) {
        if (location.isBlank()) {
            throw new DiskAccessException("Expected the path of a folder after \"file:\", found nothing");
        }
        try {
            return Path.of(location).toAbsolutePath().normalize();
        } catch (InvalidPathException noPath) {
            throw new DiskAccessException("Expected the path of a folder after \"file:\", found \"" + location + "\": " + noPath.getReason(), noPath);
        }
    }

    /**
     * Makes the folder and those above it where they do not exist. A folder's own name is durable only once the folder above it is synced. That is done for each one made here, from the top
     * down, and for the lowest one that exists already: the process that made that one may have been killed before it came to the sync.
     */
    private void createDurably(Path folder) throws IOException {
        boolean present = Files.isDirectory(folder);
        if (!present && Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new DiskAccessException("Cannot use " + folder + ": expected a folder, found " + (Files.isSymbolicLink(folder) ? "a symbolic link that leads to none" : "a file"));
        }
        Path parent = folder.getParent();
        if (!present) {
            if (parent != null) {
                createDurably(parent);
            }
            Files.createDirectories(folder); // and not createDirectory: another process may be doing the same
        }
        if (parent != null) {
            syncNamesIn(parent);
        }
    }

    private void syncNamesIn(Path parent) throws IOException {
        try (SystemCalls.OpenFile above = calls.openFolder(parent)) {
            above.force(true);
        } catch (AccessDeniedException notOurs) {
            // Who may not read the folder above did not make this one in it either.
        }
    }
}
