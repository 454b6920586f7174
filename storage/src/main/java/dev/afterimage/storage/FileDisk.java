package dev.afterimage.storage;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;
import dev.afterimage.spi.storage.FileNames;
import dev.afterimage.spi.storage.SyncFailedException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A folder as a disk.
 *
 * <p>Files of other names than a disk's may lie beside ours; they are neither listed nor touched. Symbolic links and folders that bear a valid name are refused, never followed.
 * The folder is kept open from the beginning, because a failure to sync its names is reported only to those who had it open.
 */
final class FileDisk implements Disk {
    private final SystemCalls calls;
    private final Path folder;
    private final DiskFailures failures;
    private final SystemCalls.OpenFile openFolder;

    /** Held while names change, so that {@link #states} follows the folder exactly. */
    private final ReentrantLock names = new ReentrantLock();

    private final Map<String, FileState> states = new HashMap<>();
    private final FileState namesState = new FileState(0);
    private final OpenHandles handles;

    /** Opens a folder that exists. */
    FileDisk(SystemCalls calls, Path folder) {
        this.calls = calls;
        this.folder = folder;
        failures = new DiskFailures(calls, folder);
        handles = new OpenHandles(folder.toString());
        try {
            openFolder = calls.openFolder(folder);
        } catch (IOException failure) {
            throw new DiskAccessException("Cannot open folder " + folder + ": " + DiskFailures.reason(failure), failure);
        }
    }

    @Override
    public DiskFile create(String name) {
        Path file = path(name);
        names.lock();
        try {
            SystemCalls.OpenFile created = calls.create(file);
            FileState state = new FileState(0);
            states.put(name, state);
            return opened(name, created, state);
        } catch (FileAlreadyExistsException taken) {
            throw new FileExistsException("Cannot create " + what(name) + ": there is one of that name already", taken);
        } catch (IOException failure) {
            throw failures.of("create " + what(name), failure);
        } finally {
            names.unlock();
        }
    }

    @Override
    public DiskFile open(String name) {
        Path file = path(name);
        names.lock();
        try {
            checkRegular(name, file);
            SystemCalls.OpenFile opened = openAsAllowed(file);
            FileState state = states.get(name);
            if (state == null) {
                state = new FileState(lengthOf(opened));
                states.put(name, state);
            }
            return opened(name, opened, state);
        } catch (NoSuchFileException missing) {
            throw missing(name, missing);
        } catch (IOException failure) {
            throw failures.of("open " + what(name), failure);
        } finally {
            names.unlock();
        }
    }

    /** For reading alone where writing is not allowed: who only looks needs no more, and whoever writes is told. */
    private SystemCalls.OpenFile openAsAllowed(Path file) throws IOException {
        try {
            return calls.open(file);
        } catch (IOException refused) {
            if (!DiskFailures.isNoAccess(refused)) {
                throw refused;
            }
            try {
                return calls.openToRead(file);
            } catch (IOException noneAtAll) {
                refused.addSuppressed(noneAtAll);
                throw refused;
            }
        }
    }

    private static long lengthOf(SystemCalls.OpenFile opened) throws IOException {
        try {
            return opened.size();
        } catch (IOException failure) {
            opened.close();
            throw failure;
        }
    }

    private DiskFile opened(String name, SystemCalls.OpenFile file, FileState state) {
        return handles.add(new FileDiskFile(name, file, state, description(), failures, handles));
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(path(name), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public List<String> list() {
        handles.checkOpen();
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (FileNames.isLegal(name) && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(name);
                }
            }
        } catch (DirectoryIteratorException failure) {
            throw failures.of("list " + folder, failure.getCause());
        } catch (IOException failure) {
            throw failures.of("list " + folder, failure);
        }
        found.sort(null);
        return found;
    }

    @Override
    public void rename(String from, String to) {
        Path source = path(from);
        Path target = path(to);
        names.lock();
        try {
            checkRegular(from, source);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                checkRegular(to, target);
            }
            calls.move(source, target);
            FileState state = states.remove(from);
            if (state != null) {
                states.put(to, state);
            } else {
                states.remove(to);
            }
        } catch (NoSuchFileException missing) {
            throw missing(from, missing);
        } catch (IOException failure) {
            throw failures.of("rename " + what(from) + " to \"" + to + "\"", failure);
        } finally {
            names.unlock();
        }
    }

    @Override
    public void delete(String name) {
        Path file = path(name);
        names.lock();
        try {
            checkRegular(name, file);
            calls.delete(file);
            states.remove(name);
        } catch (NoSuchFileException missing) {
            throw missing(name, missing);
        } catch (IOException failure) {
            throw failures.of("delete " + what(name), failure);
        } finally {
            names.unlock();
        }
    }

    @Override
    public void syncNames() {
        handles.checkOpen();
        namesState.syncing.lock();
        try {
            namesState.refuseAfterFailure("the names in " + folder);
            openFolder.force(true);
        } catch (IOException failure) {
            namesState.syncFailed(failure);
            throw new SyncFailedException("Cannot sync the names in " + folder + ": " + DiskFailures.reason(failure)
                    + ". Files created, renamed or deleted since the last sync may change back; nobody knows. Close the store and open it again to recover", failure);
        } finally {
            namesState.syncing.unlock();
        }
    }

    @Override
    public DiskLock lock(String name) {
        handles.checkOpen();
        return handles.add(FileDiskLock.acquire(calls, folder, FileNames.check(name), failures, handles::remove));
    }

    @Override
    public DiskLock lockToRead(String name) {
        handles.checkOpen();
        return handles.add(FileDiskLock.acquireToRead(calls, folder, FileNames.check(name), failures, handles::remove));
    }

    @Override
    public DeviceGuarantees guarantees() {
        return DeviceGuarantees.SECTOR;
    }

    @Override
    public String description() {
        return folder.toString();
    }

    /** Closes everything, whatever fails on the way, and then reports the first failure. */
    @Override
    public void close() {
        @Nullable DiskException first = handles.close();
        try {
            openFolder.close();
        } catch (IOException failure) {
            first = first == null ? failures.of("close folder " + folder, failure) : first;
        }
        if (first != null) {
            throw first;
        }
    }

    private Path path(String name) {
        FileNames.check(name);
        handles.checkOpen();
        return folder.resolve(name);
    }

    /** A device, a pipe or a folder under a valid name is nobody's file; a link may lead anywhere, and renaming over it would cut it. */
    private void checkRegular(String name, Path file) throws IOException {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString());
        }
        String found = Files.isSymbolicLink(file) ? "a symbolic link" : Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? "a folder" : "neither file nor folder";
        throw new DiskAccessException("Cannot use " + what(name) + ": expected a regular file, found " + found);
    }

    private FileMissingException missing(String name, IOException cause) {
        return new FileMissingException("There is no " + what(name), cause);
    }

    private String what(String name) {
        return "file \"" + name + "\" in " + folder;
    }

    @Override
    public String toString() {
        return "FileDisk[" + folder + "]";
    }
}
