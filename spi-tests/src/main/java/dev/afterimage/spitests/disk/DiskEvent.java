package dev.afterimage.spitests.disk;

import org.jspecify.annotations.Nullable;

/**
 * One thing that happened on a simulated disk. Files are known by a number of their own, for a name may move from one to another while a handle stays with its
 * file.
 */
public sealed interface DiskEvent {
    /** When, and by whom. */
    DiskCall call();

    /**
     * A file was created, empty.
     *
     * @param call when, and by whom
     * @param name its name
     * @param file its number
     */
    record Created(DiskCall call, String name, int file) implements DiskEvent {
    }

    /**
     * A file was given another name.
     *
     * @param call when, and by whom
     * @param from the former name
     * @param to the new name, taken from the file that had it
     * @param file its number
     */
    record Renamed(DiskCall call, String from, String to, int file) implements DiskEvent {
    }

    /**
     * A name was removed.
     *
     * @param call when, and by whom
     * @param name the name
     * @param file number of the file that had it
     */
    record Deleted(DiskCall call, String name, int file) implements DiskEvent {
    }

    /**
     * Bytes were written; after a fault, those that were.
     *
     * @param call when, and by whom
     * @param name the name that the file was opened under
     * @param file its number
     * @param position where
     * @param length how many bytes
     * @param sectors the overlapped sectors as they were afterwards
     * @param sizeBefore length of the file before
     * @param sizeAfter length of the file afterwards
     */
    record Written(DiskCall call, String name, int file, long position, int length, SectorRun sectors, long sizeBefore, long sizeAfter)
            implements DiskEvent {
    }

    /**
     * A file was cut or grown.
     *
     * @param call when, and by whom
     * @param name the name that the file was opened under
     * @param file its number
     * @param sizeBefore length of the file before
     * @param sizeAfter length of the file afterwards
     * @param preallocated whether room was reserved
     */
    record Resized(DiskCall call, String name, int file, long sizeBefore, long sizeAfter, boolean preallocated) implements DiskEvent {
    }

    /**
     * A sync began: it covers what returned before.
     *
     * @param call when, and by whom; {@code returned} equals {@code started}
     * @param name the name that the file was opened under, or an empty text for the names
     * @param file its number, or 0 for the names
     * @param scope what is covered
     */
    record SyncBegun(DiskCall call, String name, int file, SyncScope scope) implements DiskEvent {
    }

    /**
     * A sync ended; {@code call.started()} is the number at which it began.
     *
     * @param call when, and by whom
     * @param name the name that the file was opened under, or an empty text for the names
     * @param file its number, or 0 for the names
     * @param scope what is covered
     * @param failure how it failed; null if everything covered is durable
     */
    record SyncEnded(DiskCall call, String name, int file, SyncScope scope, @Nullable SyncFailure failure) implements DiskEvent {
    }

    /**
     * The medium turned a bit round, in every version of its sector.
     *
     * @param call when, and by whom
     * @param name the name that the file had
     * @param file its number
     * @param bytePosition where
     * @param bit which, 0 to 7
     */
    record Rotted(DiskCall call, String name, int file, long bytePosition, int bit) implements DiskEvent {
    }

    /**
     * The medium lost a sector, in every version: it holds zeros.
     *
     * @param call when, and by whom
     * @param name the name that the file had
     * @param file its number
     * @param sector which
     */
    record Zeroed(DiskCall call, String name, int file, long sector) implements DiskEvent {
    }
}
