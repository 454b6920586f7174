package dev.afterimage.wal;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.ServiceLoader;
import java.util.Set;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskProvider;

/**
 * Finds the disks of module {@code storage} as a store finds them: through the service loader. The log itself has no use for them, so its test path
 * has the module among the plain libraries; here it becomes a module again, in a layer of its own.
 */
final class StorageModule {
    private static final String NAME = "dev.afterimage.storage";

    private StorageModule() {
    }

    static Disk open(String scheme, String location) {
        StorageModule.class.getModule().addUses(DiskProvider.class);
        return ServiceLoader.load(layer(), DiskProvider.class).stream().map(ServiceLoader.Provider::get)
                .filter(provider -> provider.scheme().equals(scheme)).findFirst()
                .orElseThrow(() -> new IllegalStateException("no disk provider of scheme " + scheme)).open(location);
    }

    private static ModuleLayer layer() {
        ModuleLayer boot = ModuleLayer.boot();
        if (boot.findModule(NAME).isPresent()) {
            return boot;
        }
        Path[] paths = Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator)).filter(path -> path.contains("storage"))
                .map(Path::of).toArray(Path[]::new);
        Configuration configuration = boot.configuration().resolve(ModuleFinder.of(paths), ModuleFinder.of(), Set.of(NAME));
        return boot.defineModulesWithOneLoader(configuration, StorageModule.class.getClassLoader());
    }
}
