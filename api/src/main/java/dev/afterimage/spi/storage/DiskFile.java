package dev.afterimage.spi.storage;

import java.nio.ByteBuffer;

/**
 * One file of a {@link Disk}: positional reads and writes, and two strengths of sync.
 *
 * <p>Safe for many threads; positions carry no shared cursor. Buffers may be direct or on the heap. What a crash may do to unsynced bytes is in
 * the package's list.
 */
public interface DiskFile extends AutoCloseable {

    /** The name it was opened under. */
    String name();

    /** Length in bytes as seen now. */
    long size();

    /**
     * Fills {@code target} from {@code position}, stopping early only at the end of the file.
     *
     * @return bytes read, 0 at or beyond the end; fewer than asked only at the end of the file
     * @throws DiskException if the device fails: never to be taken for the end of the file
     */
    int read(ByteBuffer target, long position);

    /**
     * Writes all of {@code source} at {@code position}, growing the file where needed (a gap reads as zeros).
     *
     * @throws DiskFullException if there is no room; part of it may have been written
     * @throws ShortWriteException if the device took fewer bytes than given and says no more
     */
    void write(ByteBuffer source, long position);

    /** Cuts or grows the file to {@code size} bytes; grown bytes read as zeros. */
    void resize(long size);

    /**
     * Makes the file at least {@code size} bytes long with room reserved for what it adds, so that writing there later does not find the disk full (on
     * file systems that write in place; one that copies on write promises nothing of the kind). New bytes read as zeros; existing bytes, and holes among them, stay.
     *
     * @throws DiskFullException if there is no room; the file keeps its former length
     */
    void preallocate(long size);

    /**
     * Makes bytes, length and all other metadata durable.
     *
     * <p>Bytes that are only read back are another matter: after a failed sync the operating system may show what it will never write, and call it clean, until the machine
     * goes down. So whoever opens a store after a crash and wants to rely on what an unsynced tail or page shows has to <em>write it again</em>, and then sync.
     *
     * @throws SyncFailedException which is final for the store that uses this file
     */
    void sync();

    /**
     * Makes bytes durable, and of the metadata only what is needed to read them (a greater length, not a cut).
     *
     * @throws SyncFailedException which is final for the store that uses this file
     */
    void syncData();

    /** Closes the handle. Syncs nothing. Closing twice is harmless. */
    @Override
    void close();
}
