package dev.afterimage.innodbstyle;

import java.util.List;
import java.util.function.LongSupplier;

import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.buffer.WriteBarrier;

/**
 * The two tablespaces: data pages and undo pages. To the pool, the log and the doublewrite buffer they are alike.
 *
 * @param pageHomes homes of data pages
 * @param undoHomes homes of undo pages
 * @param pages data pages, as the pool sees them
 * @param undo undo pages, as the pool sees them
 */
record Spaces(HomePages pageHomes, HomePages undoHomes, HomeSpace pages, HomeSpace undo) implements AutoCloseable {
    /** Number of the data pages' space in redo records and doublewrite copies. */
    static final int PAGES = 0;
    /** Number of the undo pages' space. */
    static final int UNDO = 1;
    /** No space at all: "page" is the number of a transaction whose commit the mini-transaction is. */
    static final int COMMITS = 2;

    /**
     * Opens them for redo.
     *
     * @param barrier what each write of a home waits for
     * @param highestLsn the highest LSN that a page may have: the end of the log, for pages carry the ends of mini-transactions
     */
    static Spaces open(StoreFiles files, int pageSize, long storeId, WriteBarrier barrier, LongSupplier highestLsn) {
        HomePages pageHomes = new HomePages(files.pages(), pageSize, storeId, barrier);
        HomePages undoHomes = new HomePages(files.undo(), pageSize, storeId, barrier);
        LongSupplier beyond = () -> highestLsn.getAsLong() + 1;
        return new Spaces(pageHomes, undoHomes, new HomeSpace(pageHomes, beyond), new HomeSpace(undoHomes, beyond));
    }

    /** Both of them. */
    List<HomeSpace> all() {
        return List.of(pages, undo);
    }

    /** The space with that number. */
    HomeSpace numbered(int space) {
        return space == PAGES ? pages : undo;
    }

    /** The number of a space. */
    int numberOf(PageSpace space) {
        assert space == pages || space == undo : space.name();
        return space == pages ? PAGES : UNDO;
    }

    /** From now on a torn page is damage. */
    void endRedo() {
        pages.endRedo();
        undo.endRedo();
    }

    /** Makes all that was written durable. */
    void sync() {
        pageHomes.sync();
        undoHomes.sync();
    }

    @Override
    public void close() {
        pageHomes.close();
        undoHomes.close();
    }
}
