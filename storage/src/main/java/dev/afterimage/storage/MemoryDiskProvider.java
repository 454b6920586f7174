package dev.afterimage.storage;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskProvider;
import java.util.concurrent.ConcurrentHashMap;

/** Opens disks in memory: {@code memory:orders}. One of a name lives as long as this class, so a store on it can be closed and opened again. */
public final class MemoryDiskProvider implements DiskProvider {
    private static final ConcurrentHashMap<String, MemoryDiskContents> DISKS = new ConcurrentHashMap<>();

    /** For {@link java.util.ServiceLoader}. */
    public MemoryDiskProvider() {}

    @Override
    public String scheme() {
        return "memory";
    }

    @Override
    public Disk open(String location) {
        return open(location, Long.MAX_VALUE);
    }

    /** A disk that is full at some point, for tests; the capacity counts at its first opening. */
    static Disk open(String location, long capacityBytes) {
        if (location.isBlank()) {
            throw new DiskAccessException("Expected a name after \"memory:\", found nothing");
        }
        return new MemoryDisk(DISKS.computeIfAbsent(location, name -> new MemoryDiskContents(name, capacityBytes)));
    }

    @Override
    public boolean exists(String location) {
        return DISKS.containsKey(location);
    }
}
