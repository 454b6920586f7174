package dev.afterimage.postgresstyle;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/** The files of this strategy besides the log's segments. */
final class StoreFiles implements AutoCloseable {
    /** The home pages: page n begins at n times the page size. */
    static final String PAGES = "pages";
    /** Private pages that the cache has no room for; worth nothing after a restart. */
    static final String SPILL = "spill";
    /** The control state. */
    static final String CONTROL = "control";

    private final DiskFile pages;
    private final DiskFile spill;
    private final DiskFile control;

    private StoreFiles(DiskFile pages, DiskFile spill, DiskFile control) {
        this.pages = pages;
        this.spill = spill;
        this.control = control;
    }

    /** Makes them, empty, in place of what an interrupted attempt left. Their names are not yet durable. */
    static StoreFiles create(Disk disk) {
        for (String name : List.of(PAGES, SPILL, CONTROL)) {
            if (disk.exists(name)) {
                disk.delete(name);
            }
        }
        return gather(disk, true);
    }

    /**
     * Opens them. What was spilled belongs to transactions that are no more, so the spill file is emptied, which on a full disk is also the first room gained.
     *
     * @throws StoreDamagedException if one is missing
     */
    static StoreFiles open(Disk disk) {
        for (String name : List.of(PAGES, CONTROL)) {
            if (!disk.exists(name)) {
                throw new StoreDamagedException("file " + name + " of the store is missing on " + disk.description());
            }
        }
        StoreFiles files = gather(disk, false);
        try {
            files.spill.resize(0);
            return files;
        } catch (Throwable t) {
            files.close();
            throw t;
        }
    }

    private static StoreFiles gather(Disk disk, boolean create) {
        DiskFile pages = null;
        DiskFile spill = null;
        try {
            pages = create ? disk.create(PAGES) : disk.open(PAGES);
            spill = disk.exists(SPILL) ? disk.open(SPILL) : disk.create(SPILL);
            return new StoreFiles(pages, spill, create ? disk.create(CONTROL) : disk.open(CONTROL));
        } catch (Throwable t) {
            close(spill);
            close(pages);
            throw t;
        }
    }

    DiskFile pages() {
        return pages;
    }

    DiskFile spill() {
        return spill;
    }

    DiskFile control() {
        return control;
    }

    @Override
    public void close() {
        close(control);
        close(spill);
        close(pages);
    }

    private static void close(@Nullable DiskFile file) {
        if (file != null) {
            file.close();
        }
    }
}
