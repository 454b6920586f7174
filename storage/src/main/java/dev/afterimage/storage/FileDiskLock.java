package dev.afterimage.storage;

import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileMissingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An operating-system lock on a file that serves for nothing else.
 *
 * <p>A POSIX lock belongs to the process, not to the descriptor: closing <em>any</em> descriptor of the locked file drops it. Hence:
 * <ol>
 *   <li>The lock named {@code x} lies on the file {@code .x}, which is no valid name of a disk's file, so nobody opens, lists, renames or deletes it through a disk.
 *   <li>Who is locked out by this very process is found out before the file is opened ({@link #HELD}).
 *   <li>The file is never deleted: whoever had opened the old one and whoever created the new one would both hold "the" lock. It also means that reopening on a full disk needs no room for it.
 * </ol>
 * The system drops the lock with the process, however it dies; a file that is left behind blocks nobody. In the file stands who holds it, as a courtesy to whoever is locked out.
 */
final class FileDiskLock implements DiskLock {
    /** Guards everything static. Held while a lock file is opened, too: rarely, and never for long. */
    private static final ReentrantLock PROCESS = new ReentrantLock();

    /** The locks this process holds. */
    private static final List<FileDiskLock> HELD = new ArrayList<>();

    /**
     * Files that another copy of this class in this process (loaded by another class loader) has locked. We opened them before we could know; closing them would drop that copy's
     * lock. So they stay open.
     */
    private static final List<SystemCalls.OpenFile> NEVER_CLOSED = new ArrayList<>();

    private static final int OWNER_BYTES_MAX = 100;

    private final Path path;
    private final @Nullable Object fileKey;
    private final SystemCalls.OpenFile file;
    private final DiskFailures failures;
    private final Consumer<FileDiskLock> onClose;
    private boolean closed;

    private FileDiskLock(Path path, @Nullable Object fileKey, SystemCalls.OpenFile file, DiskFailures failures, Consumer<FileDiskLock> onClose) {
        this.path = path;
        this.fileKey = fileKey;
        this.file = file;
        this.failures = failures;
        this.onClose = onClose;
    }

    static FileDiskLock acquire(SystemCalls calls, Path folder, String name, DiskFailures failures, Consumer<FileDiskLock> onClose) {
        return acquire(calls, folder, name, failures, onClose, false);
    }

    /**
     * For somebody who only reads: where the lock's file may not be written it is opened for reading, and locked against those who would lock it for themselves.
     *
     * @throws FileMissingException if there is no such file and it may not be made: then nobody holds the lock, but somebody with more rights may take it at any time
     */
    static FileDiskLock acquireToRead(SystemCalls calls, Path folder, String name, DiskFailures failures, Consumer<FileDiskLock> onClose) {
        return acquire(calls, folder, name, failures, onClose, true);
    }

    private static FileDiskLock acquire(SystemCalls calls, Path folder, String name, DiskFailures failures, Consumer<FileDiskLock> onClose, boolean reading) {
        PROCESS.lock();
        try {
            Path path = folder.toRealPath().resolve("." + name);
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                refuseIfHeldHere(path, fileKey(path));
            }
            boolean shared = false;
            SystemCalls.OpenFile file;
            try {
                file = calls.openOrCreate(path);
            } catch (IOException refused) {
                if (!reading || !DiskFailures.isNoAccess(refused)) {
                    throw refused;
                }
                file = openToRead(calls, path);
                shared = true;
            }
            Object fileKey = lock(file, path, shared);
            if (!shared) {
                writeOwner(file);
            }
            FileDiskLock lock = new FileDiskLock(path, fileKey, file, failures, onClose);
            HELD.add(lock);
            return lock;
        } catch (IOException failure) {
            throw failures.of("take the lock \"" + name + "\" in " + folder, failure);
        } finally {
            PROCESS.unlock();
        }
    }

    private static SystemCalls.OpenFile openToRead(SystemCalls calls, Path path) throws IOException {
        try {
            return calls.openToRead(path);
        } catch (NoSuchFileException missing) {
            throw new FileMissingException("There is no lock file " + path + ", and it may not be made", missing);
        }
    }

    private static void refuseIfHeldHere(Path path, @Nullable Object fileKey) {
        for (FileDiskLock held : HELD) {
            // The same file by another way (a bind mount), or another file put in the place of ours: both mean that somebody here is at work.
            if (held.path.equals(path) || (fileKey != null && fileKey.equals(held.fileKey))) {
                throw lockedHere(path);
            }
        }
    }

    private static DiskLockedException lockedHere(Path path) {
        return new DiskLockedException(path.getParent() + " is in use by this very process (" + owner() + "): it was opened before and is not closed yet. Lock file: " + path);
    }

    /** Leaves the file open and locked, or throws and leaves it closed, where closing it harms nobody. */
    private static @Nullable Object lock(SystemCalls.OpenFile file, Path path, boolean shared) throws IOException {
        boolean keepOpen = false;
        try {
            if (!(shared ? file.tryLockShared() : file.tryLock())) {
                throw new DiskLockedException(path.getParent() + " is in use by " + readOwner(file) + ". Close it there first; if that process ends or is killed, the lock ends with it. Lock file: " + path);
            }
            Object fileKey = fileKey(path);
            keepOpen = true;
            return fileKey;
        } catch (OverlappingFileLockException anotherCopyOfThisClass) {
            NEVER_CLOSED.add(file);
            keepOpen = true;
            throw lockedHere(path);
        } finally {
            if (!keepOpen) {
                file.close();
            }
        }
    }

    private static @Nullable Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    private static String owner() {
        return "process " + ProcessHandle.current().pid();
    }

    /** Best effort: on a full disk there may be no room for it, and the lock holds all the same. */
    private static void writeOwner(SystemCalls.OpenFile file) {
        try {
            file.truncate(0);
            file.write(ByteBuffer.wrap(owner().getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException unimportant) {
            // The message to those locked out will be less helpful; that is all.
        }
    }

    private static String readOwner(SystemCalls.OpenFile file) {
        ByteBuffer text = ByteBuffer.allocate(OWNER_BYTES_MAX);
        try {
            file.read(text, 0);
        } catch (IOException unimportant) {
            // Then it stays unknown.
        }
        String owner = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
        // Who was killed could not take its name back, and who only reads leaves none: a name that nobody bears any more is not the holder's.
        return owner.matches("process \\d{1,18}") && ProcessHandle.of(Long.parseLong(owner.substring("process ".length()))).isPresent() ? owner : "another process";
    }

    @Override
    public void close() {
        PROCESS.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            HELD.remove(this);
            onClose.accept(this);
            forgetOwner();
            file.close();
        } catch (IOException failure) {
            throw failures.of("release the lock file " + path, failure);
        } finally {
            PROCESS.unlock();
        }
    }

    private void forgetOwner() {
        try {
            file.truncate(0);
        } catch (IOException unimportant) {
            // The next owner writes over it.
        }
    }
}
