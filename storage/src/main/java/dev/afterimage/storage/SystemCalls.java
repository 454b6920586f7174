package dev.afterimage.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What a {@link FileDisk} asks of the operating system: the seam at which tests put a device that fails.
 *
 * <p>Implementations must be indifferent to {@link Thread#interrupt()}: a call neither fails because of one, nor closes anything, nor loses the interrupt.
 */
interface SystemCalls {
    /** Creates a file that must not exist yet, and opens it for reading and writing. Never follows a symbolic link. */
    OpenFile create(Path file) throws IOException;

    /** Opens an existing file for reading and writing. Never follows a symbolic link. */
    OpenFile open(Path file) throws IOException;

    /** Opens a file for reading and writing that is created where it does not exist. Never follows a symbolic link. */
    OpenFile openOrCreate(Path file) throws IOException;

    /** Opens an existing file for reading. Never follows a symbolic link. */
    OpenFile openToRead(Path file) throws IOException;

    /** Opens a folder, only to sync the names in it. */
    OpenFile openFolder(Path folder) throws IOException;

    /** Gives a file another name, atomically, replacing what had that name. */
    void move(Path from, Path to) throws IOException;

    /** Removes a name. */
    void delete(Path file) throws IOException;

    /** Bytes this process may still allocate on the device of that folder. */
    long usableBytes(Path folder) throws IOException;

    /** One open file description. Safe for many threads. */
    interface OpenFile extends Closeable {
        /** Reads some bytes; as few as it likes, -1 at the end of the file. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes some bytes; as few as it likes, even none. */
        int write(ByteBuffer source, long position) throws IOException;

        /** Length in bytes. */
        long size() throws IOException;

        /** Cuts the file; never lengthens it. */
        void truncate(long size) throws IOException;

        /** Makes what was written durable; with {@code metadata} all about it, otherwise only what reading needs. */
        void force(boolean metadata) throws IOException;

        /**
         * Locks the whole file against other processes, until {@link #close()} or the death of this one.
         *
         * @return false if another process holds it
         * @throws java.nio.channels.OverlappingFileLockException if this process holds it through another description
         */
        boolean tryLock() throws IOException;

        /** The same against those alone who want it for themselves; others may share it. Enough for a file that is open for reading. */
        boolean tryLockShared() throws IOException;
    }
}
