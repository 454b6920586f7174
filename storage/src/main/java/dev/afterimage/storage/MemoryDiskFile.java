package dev.afterimage.storage;

import java.nio.ByteBuffer;

/** A handle on a file in memory. */
final class MemoryDiskFile extends FileHandle {
    private final MemoryFileBytes bytes;

    MemoryDiskFile(String name, MemoryFileBytes bytes, String disk, OpenHandles handles) {
        super(name, disk, handles);
        this.bytes = bytes;
    }

    @Override
    public long size() {
        checkOpen();
        return bytes.size();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        checkRead(target, position);
        return bytes.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) {
        check(position);
        bytes.write(source, position);
    }

    @Override
    public void resize(long size) {
        check(size);
        bytes.resize(size);
    }

    @Override
    public void preallocate(long size) {
        check(size);
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
}
