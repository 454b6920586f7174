package dev.afterimage.innodbstyle;

import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/** The files of this strategy besides the redo log's. */
record StoreFiles(DiskFile pages, DiskFile undo, DiskFile doublewrite, DiskFile flushLsn) implements AutoCloseable {
    /** The home pages: page n begins at n times the page size. */
    static final String PAGES = "pages";
    /** The undo tablespace, laid out in the same way. */
    static final String UNDO = "undo";
    /** Copies of pages on their way home. */
    static final String DOUBLEWRITE = "doublewrite";
    /** {@link FlushLsn}. */
    static final String FLUSH_LSN = "flush-lsn";

    private static final List<String> NAMES = List.of(PAGES, UNDO, DOUBLEWRITE, FLUSH_LSN);

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
        List<DiskFile> opened = new ArrayList<>();
        try {
            NAMES.forEach(name -> opened.add(disk.open(name)));
            return new StoreFiles(opened.get(0), opened.get(1), opened.get(2), opened.get(3));
        } catch (Throwable t) {
            opened.forEach(DiskFile::close);
            throw t;
        }
    }

    @Override
    public void close() {
        flushLsn.close();
        doublewrite.close();
        undo.close();
        pages.close();
    }
}
