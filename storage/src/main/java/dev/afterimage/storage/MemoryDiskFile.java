package dev.afterimage.storage;

import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.function.Consumer;

/** A handle on a file in memory. */
final class MemoryDiskFile implements DiskFile {
    private final String name;
    private final MemoryFileBytes bytes;
    private final String disk;
    private final Consumer<MemoryDiskFile> onClose;
    private volatile boolean closed;

    MemoryDiskFile(String name, MemoryFileBytes bytes, String disk, Consumer<MemoryDiskFile> onClose) {
        this.name = name;
        this.bytes = bytes;
        this.disk = disk;
        this.onClose = onClose;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        checkOpen();
        return bytes.size();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        checkPosition(position);
        checkOpen();
        if (target.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        return bytes.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) {
        checkPosition(position);
        checkOpen();
        bytes.write(source, position);
    }

    @Override
    public void resize(long size) {
        checkPosition(size);
        checkOpen();
        bytes.resize(size);
    }

    @Override
    public void preallocate(long size) {
        checkPosition(size);
        checkOpen();
        bytes.preallocate(size);
    }

    @Override
    public void sync() {
        checkOpen();
    }

    @Override
    public void syncData() {
        checkOpen();
    }

    @Override
    public void close() {
        closed = true;
        onClose.accept(this);
    }

    private void checkOpen() {
        if (closed) {
            throw new DiskException("Cannot use file \"" + name + "\" in " + disk + ": it was closed");
        }
    }

    private static void checkPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position or size: expected at least 0, found " + position);
        }
    }

    @Override
    public String toString() {
        return "MemoryDiskFile[" + name + " in " + disk + "]";
    }
}
