package dev.afterimage.aries;

import java.util.List;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/** The files of this strategy besides the log's segments. */
record StoreFiles(DiskFile pages, DiskFile control) implements AutoCloseable {
    /** The home pages: page n begins at n times the page size. */
    static final String PAGES = "pages";
    /** The control state. */
    static final String CONTROL = "control";

    private static final List<String> NAMES = List.of(PAGES, CONTROL);

    /** Makes them, empty, in place of what an interrupted attempt left. Their names are not yet durable. */
    static StoreFiles create(Disk disk) {
        NAMES.stream().filter(disk::exists).forEach(disk::delete);
        NAMES.forEach(name -> disk.create(name).close());
        return open(disk);
    }

    /**
     * Opens them.
     *
     * @throws StoreDamagedException if one is missing
     */
    static StoreFiles open(Disk disk) {
        for (String name : NAMES) {
            if (!disk.exists(name)) {
                throw new StoreDamagedException("file " + name + " of the store is missing on " + disk.description());
            }
        }
        DiskFile pages = disk.open(PAGES);
        try {
            return new StoreFiles(pages, disk.open(CONTROL));
        } catch (Throwable t) {
            pages.close();
            throw t;
        }
    }

    @Override
    public void close() {
        control.close();
        pages.close();
    }
}
