package dev.afterimage.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A disk in memory")
class MemoryDiskTest extends DiskContract {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final MemoryDiskProvider provider = new MemoryDiskProvider();
    private final String name = "test-" + NAMES.incrementAndGet();

    @Override
    Disk openDisk() {
        return provider.open(name);
    }

    @Override
    Disk openSmallDisk() {
        return MemoryDiskProvider.open(name + "-small", 1 << 20);
    }

    @Test
    @DisplayName("exists from its first opening on, for every provider in the process")
    void exists() {
        assertFalse(provider.exists(name + "-other"));
        provider.open(name + "-other").close();
        assertTrue(new MemoryDiskProvider().exists(name + "-other"));
        assertEquals("memory", provider.scheme());
        assertEquals("memory:" + name, openDisk().description());
    }

    @Test
    @DisplayName("needs a name")
    void needsAName() {
        assertThrows(DiskAccessException.class, () -> provider.open(" "));
    }
}
