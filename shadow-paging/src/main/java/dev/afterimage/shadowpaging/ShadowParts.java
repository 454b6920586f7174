package dev.afterimage.shadowpaging;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.memory.DirectBuffers;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.storage.DiskFile;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

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
 * @param runs idle ones, for commits that write ahead of their flip
 */
record ShadowParts(TableShape shape, DiskFile file, BufferPool pool, SlotSpace space, ExpectedChecksums expected, FreeSlots free, Slots slots,
        PageTableUpdate update, DirectBuffers copies, AtomicReferenceArray<@Nullable SlotRun> runs) implements AutoCloseable {
    private static final int RUNS = 4;

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
                    new DirectBuffers(context.pageSize()), runs(space, pool));
        } catch (Throwable notEnoughMemory) {
            pool.close();
            throw notEnoughMemory;
        }
    }

    private static AtomicReferenceArray<@Nullable SlotRun> runs(SlotSpace space, BufferPool pool) {
        AtomicReferenceArray<@Nullable SlotRun> runs = new AtomicReferenceArray<>(RUNS);
        for (int i = 0; i < RUNS; i++) {
            runs.set(i, new SlotRun(space, pool));
        }
        return runs;
    }

    /** A run for the caller alone; null if all are in use. */
    @Nullable SlotRun takeRun() {
        for (int i = 0; i < RUNS; i++) {
            if (runs.getPlain(i) != null) {
                SlotRun run = runs.getAndSet(i, null);
                if (run != null) {
                    return run;
                }
            }
        }
        return null;
    }

    /** Gives back what {@link #takeRun} answered; it is empty. */
    void giveRun(SlotRun run) {
        for (int i = 0; i < RUNS; i++) {
            if (runs.getPlain(i) == null && runs.compareAndSet(i, null, run)) {
                return;
            }
        }
        assert false : "more runs came back than went";
    }

    /** Lets go of memory and the file; writes nothing. */
    @Override
    public void close() {
        pool.close();
        update.close();
        file.close();
    }
}
