package dev.afterimage.shadowpaging;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.memory.DirectBuffers;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.storage.DiskFile;

/**
 * What an open store is made of below its commits: the file of slots, the pool over it, and what is known of each slot.
 *
 * @param shape arithmetic of the page table
 * @param file the file {@code pages}
 * @param pool pages and nodes in memory
 * @param space the slots as the pool sees them
 * @param expected checksums of slots about to be read
 * @param free which slots are free
 * @param slots gives them out
 * @param update makes the next table
 * @param copies buffers of one page
 */
record ShadowParts(TableShape shape, DiskFile file, BufferPool pool, SlotSpace space, ExpectedChecksums expected, FreeSlots free, Slots slots,
        PageTableUpdate update, DirectBuffers copies) implements AutoCloseable {

    /** Puts the parts together over a file, of which no slot is known yet. */
    static ShadowParts over(DiskFile file, StrategyContext context) {
        TableShape shape = TableShape.of(context.pageSize());
        ExpectedChecksums expected = new ExpectedChecksums();
        SlotSpace space = new SlotSpace(file, context.pageSize(), expected);
        FreeSlots free = new FreeSlots();
        BufferPool pool = new BufferPool(context.pageSize(), 0, context.cachePages());
        try {
            Slots slots = new Slots(file, context.pageSize(), free, expected, pool, space);
            return new ShadowParts(shape, file, pool, space, expected, free, slots, new PageTableUpdate(shape, pool, space, expected, slots),
                    new DirectBuffers(context.pageSize()));
        } catch (Throwable notEnoughMemory) {
            pool.close();
            throw notEnoughMemory;
        }
    }

    /** Lets go of memory and the file; writes nothing. */
    @Override
    public void close() {
        pool.close();
        update.close();
        file.close();
    }
}
