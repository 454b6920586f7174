package dev.afterimage.buffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that a strategy keeps open as long as the store is: made together, opened together, closed together.
 *
 * <pre>{@code
 * StoreFiles files = created ? StoreFiles.create(disk, List.of("pages", "control")) : StoreFiles.open(disk, List.of("pages", "control"));
 * HomePages pages = new HomePages(files.file("pages"), pageSize, storeId, barrier);
 * }</pre>
 */
public final class StoreFiles implements AutoCloseable {
    private final Disk disk;
    private final Map<String, DiskFile> files = new LinkedHashMap<>();

    private StoreFiles(Disk disk) {
        this.disk = disk;
    }

    /** Makes them, empty, in place of what an interrupted attempt left. Their names are not yet durable. */
    public static StoreFiles create(Disk disk, List<String> names) {
        names.stream().filter(disk::exists).forEach(disk::delete);
        StoreFiles made = new StoreFiles(disk);
        return made.orClosed(() -> names.forEach(name -> made.files.put(name, disk.create(name))));
    }

    /**
     * Opens them.
     *
     * @throws StoreDamagedException if one is missing
     */
    public static StoreFiles open(Disk disk, List<String> names) {
        for (String name : names) {
            if (!disk.exists(name)) {
                throw new StoreDamagedException("file " + name + " of the store is missing on " + disk.description());
            }
        }
        StoreFiles found = new StoreFiles(disk);
        return found.orClosed(() -> names.forEach(name -> found.files.put(name, disk.open(name))));
    }

    /** Adds one whose content is worth nothing after a restart: it is emptied, and made if it is missing. On a full disk that is the first room gained. */
    public StoreFiles withEmpty(String name) {
        return orClosed(() -> {
            assert !files.containsKey(name) : name;
            files.put(name, disk.exists(name) ? disk.open(name) : disk.create(name));
            file(name).resize(0);
        });
    }

    private StoreFiles orClosed(Runnable work) {
        try {
            work.run();
            return this;
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    /** One of them. */
    public DiskFile file(String name) {
        DiskFile file = files.get(name);
        if (file == null) {
            throw new IllegalArgumentException("expected one of " + files.keySet() + ", found " + name);
        }
        return file;
    }

    /** Closes them. Syncs nothing. */
    @Override
    public void close() {
        files.values().forEach(DiskFile::close);
    }
}
