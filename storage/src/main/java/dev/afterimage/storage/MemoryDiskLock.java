package dev.afterimage.storage;

import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import java.util.function.Consumer;

/** A lock on a disk in memory; no other process can see such a disk, and this one's death takes it along. */
final class MemoryDiskLock implements DiskLock {
    private final MemoryDiskContents contents;
    private final String name;
    private final Consumer<MemoryDiskLock> onClose;

    private MemoryDiskLock(MemoryDiskContents contents, String name, Consumer<MemoryDiskLock> onClose) {
        this.contents = contents;
        this.name = name;
        this.onClose = onClose;
    }

    static MemoryDiskLock acquire(MemoryDiskContents contents, String name, Consumer<MemoryDiskLock> onClose) {
        MemoryDiskLock lock = new MemoryDiskLock(contents, name, onClose);
        if (contents.locks.putIfAbsent(name, lock) != null) {
            throw new DiskLockedException("memory:" + contents.name + " is in use by this very process (process " + ProcessHandle.current().pid() + "): it was opened before and is not closed yet. Lock: " + name);
        }
        return lock;
    }

    @Override
    public void close() {
        contents.locks.remove(name, this);
        onClose.accept(this);
    }
}
