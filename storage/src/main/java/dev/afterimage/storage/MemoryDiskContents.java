package dev.afterimage.storage;

import dev.afterimage.spi.storage.DiskFullException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a named disk in memory holds between one opening and the next. */
final class MemoryDiskContents {
    final String name;
    final ConcurrentSkipListMap<String, MemoryFileBytes> files = new ConcurrentSkipListMap<>();
    final ConcurrentHashMap<String, MemoryDiskLock> locks = new ConcurrentHashMap<>();

    /** Held while names change. */
    final ReentrantLock names = new ReentrantLock();

    private final long capacityBytes;

    MemoryDiskContents(String name, long capacityBytes) {
        this.name = name;
        this.capacityBytes = capacityBytes;
    }

    void checkRoom(long bytes) {
        if (capacityBytes < Long.MAX_VALUE && allocatedBytes() + bytes > capacityBytes) {
            throw full(bytes, null);
        }
    }

    DiskFullException full(long bytes, @Nullable Throwable cause) {
        return new DiskFullException("The disk is full: cannot allocate " + bytes + " more bytes for memory:" + name
                + (cause == null ? ", which may hold " + capacityBytes : ": the heap has no more room") + ". Delete files of it, then try again", cause);
    }

    private long allocatedBytes() {
        return files.values().stream().mapToLong(MemoryFileBytes::allocatedBytes).sum();
    }
}
