package dev.afterimage.spi.storage;

import java.util.List;

/**
 * A flat set of named files: the only way a store reaches durable storage.
 *
 * <p>Implementations report every failure as a {@link DiskException}; they never swallow, retry or downgrade one. They must be safe for
 * many threads, and {@link Thread#interrupt()} must neither fail a call nor harm a file (rule F3). Which names a file or a lock may have, {@link FileNames} says.
 *
 * <p>After a crash the set of names is what {@link #syncNames()} last covered, plus any prefix of each name's later history.
 */
public interface Disk extends AutoCloseable {

    /**
     * Creates an empty file; its name is durable only after {@link #syncNames()}.
     *
     * @throws FileExistsException if the name is taken
     */
    DiskFile create(String name);

    /**
     * Opens an existing file. One open handle per file at a time is enough for a store; several see the same bytes.
     *
     * @throws FileMissingException if there is no such file
     */
    DiskFile open(String name);

    /** Whether a file of this name exists now. */
    boolean exists(String name);

    /** The names that exist now, sorted. */
    List<String> list();

    /**
     * Gives a file another name, replacing a file that had it, whole or not at all; durable after {@link #syncNames()}. It says nothing about
     * the file's bytes: sync those first.
     *
     * @throws FileMissingException if there is no file {@code from}
     */
    void rename(String from, String to);

    /**
     * Removes a name; durable after {@link #syncNames()}.
     *
     * @throws FileMissingException if there is no such file
     */
    void delete(String name);

    /**
     * Makes every create, rename and delete that returned before this call durable.
     *
     * <p>As with bytes ({@link DiskFile#sync()}), a name that is only seen is another matter: after a failed call the operating system may show names that it will never write, and no later call makes those
     * durable. So whoever opens a store after that and wants to rely on a name has to make it again, and then sync.
     *
     * @throws SyncFailedException which is final for this disk
     */
    void syncNames();

    /**
     * Takes the exclusive lock of that name, against this and every other process. A leftover lock file of a dead process never blocks.
     *
     * @throws DiskLockedException if somebody holds it; the message says who, where that is known
     */
    DiskLock lock(String name);

    /**
     * Takes the lock of that name for somebody who only reads: it keeps out whoever calls {@link #lock(String)}, and is kept out by them. A disk that knows places in which the caller may
     * not write takes it there, too; others take the exclusive lock.
     *
     * @throws DiskLockedException if somebody holds it
     * @throws FileMissingException if nobody ever took the lock, and it cannot be taken without writing: nobody holds it, but somebody else may take it at any time
     */
    default DiskLock lockToRead(String name) {
        return lock(name);
    }

    /** What this device promises beyond the package's list. */
    DeviceGuarantees guarantees();

    /** Where this disk is, for messages: a path, or a name. */
    String description();

    /** Closes what is open. Syncs nothing. */
    @Override
    void close();
}
