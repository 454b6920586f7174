package dev.afterimage.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.spi.storage.DiskProvider;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The storage module")
class ProvidersTest {

    @Test
    @DisplayName("is entered only through ServiceLoader: it exports nothing and provides its two disks")
    void onlyDoor() {
        ModuleDescriptor module = FileDiskProvider.class.getModule().getDescriptor();
        assertEquals("dev.afterimage.storage", module.name());
        assertEquals(Set.of(), module.exports());
        assertEquals(1, module.provides().size());
        ModuleDescriptor.Provides provides = module.provides().iterator().next();
        assertEquals(DiskProvider.class.getName(), provides.service());
        assertEquals(List.of(FileDiskProvider.class.getName(), MemoryDiskProvider.class.getName()), provides.providers());
    }

    @Test
    @DisplayName("is found")
    void found() {
        ModuleLayer layer = FileDiskProvider.class.getModule().getLayer();
        getClass().getModule().addUses(DiskProvider.class);
        List<String> schemes = ServiceLoader.load(layer, DiskProvider.class).stream().map(provider -> provider.get().scheme()).sorted().toList();
        assertTrue(schemes.containsAll(List.of("file", "memory")), schemes.toString());
    }
}
