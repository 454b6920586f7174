package dev.afterimage.storage;

import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/** A handle on a file of one of our disks, as far as it does not matter where the bytes are: its name, whether it is open, and which calls are refused unheard. */
abstract class FileHandle implements DiskFile {
    private final String name;
    private final String disk;
    private final OpenHandles handles;
    private volatile boolean closed;

    /** A handle on that file of the disk of that description. */
    FileHandle(String name, String disk, OpenHandles handles) {
        this.name = name;
        this.disk = disk;
        this.handles = handles;
    }

    @Override
    public final String name() {
        return name;
    }

    /** A second time is harmless. */
    @Override
    public void close() {
        closed = true;
        handles.remove(this);
    }

    /** Refuses a call on a closed handle. */
    final void checkOpen() {
        if (closed) {
            throw new DiskException("Cannot use " + what() + ": it was closed");
        }
    }

    /** Refuses a call on a closed handle, or with a position or size that cannot be. */
    final void check(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position or size: expected at least 0, found " + position);
        }
        checkOpen();
    }

    /** Refuses a read as {@link #check(long)} does, and one into a buffer that takes nothing. */
    final void checkRead(ByteBuffer target, long position) {
        check(position);
        if (target.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
    }

    /** The file, for messages. */
    final String what() {
        return "file \"" + name + "\" in " + disk;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + name + " in " + disk + "]";
    }
}
