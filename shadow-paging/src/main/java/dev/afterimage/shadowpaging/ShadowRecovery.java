package dev.afterimage.shadowpaging;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import java.time.Duration;
import java.util.List;

/**
 * Opens a store, or makes one. There is nothing to redo and nothing to undo: the newest durable root is the recovered state. What is left to do is to find out which slots it
 * does not reach.
 *
 * <p>Three steps, each of which can be repeated after a crash in it or anywhere else:
 * <ol>
 *   <li><em>Read the newest root</em>. After the death of a process, in a restored copy, or after a failed sync, what can be read may be in the operating system's cache only:
 *       {@link AlternatingBlock#open} writes the root anew and syncs it. The pages it reaches were synced before it was written; they are synced once more for the sake of
 *       restored copies.
 *   <li><em>Walk</em> the nodes it reaches ({@link PageTableWalk}).
 *   <li><em>Write the root again</em>, as the next flip, not clean, and sync it. Now both places on the disk name this very tree, so that slots that only the older root reached may
 *       be used from the start, and losing a place whole still loses no commit. Then cut off what the file has beyond the slots it needs.
 * </ol>
 */
final class ShadowRecovery {
    static final String PAGES = "pages";
    static final String ROOTS = "roots";

    private static final long FIRST_SLOTS = 16;
    private static final int NODES_PER_PROGRESS = 64;

    private final StrategyContext context;
    private final Disk disk;

    ShadowRecovery(StrategyContext context) {
        this.context = context;
        disk = context.disk();
    }

    /**
     * A store that is open, with what it took.
     *
     * @param parts its parts; the receiver's to close
     * @param rootsFile the file {@code roots}; the receiver's to close
     * @param rootBlock the block in it
     * @param newest the newest root, synced
     * @param report for whoever opened it
     */
    record Opened(ShadowParts parts, DiskFile rootsFile, AlternatingBlock rootBlock, FlipRecord newest, RecoveryReport report) {
    }

    /** Makes or opens the store, as the context says. */
    Opened run() {
        long start = context.time().nanos();
        DiskFile rootsFile = null;
        DiskFile pagesFile = null;
        ShadowParts parts = null;
        try {
            if (context.created()) {
                removeLeftovers();
            }
            pagesFile = context.created() ? disk.create(PAGES) : openExisting(PAGES);
            rootsFile = context.created() ? disk.create(ROOTS) : openExisting(ROOTS);
            parts = ShadowParts.over(pagesFile, context);
            return context.created() ? make(parts, rootsFile, start) : recover(parts, rootsFile, start);
        } catch (Throwable failed) {
            if (parts != null) {
                parts.close();
            } else if (pagesFile != null) {
                pagesFile.close();
            }
            if (rootsFile != null) {
                rootsFile.close();
            }
            throw failed;
        }
    }

    /** An earlier attempt to make this store may have left files; whatever is in them, nobody was told that it is durable. */
    private void removeLeftovers() {
        for (String name : List.of(PAGES, ROOTS)) {
            if (disk.exists(name)) {
                disk.delete(name);
            }
        }
    }

    private DiskFile openExisting(String name) {
        if (!disk.exists(name)) {
            throw new StoreDamagedException(disk.description() + ": the file " + name + " of this shadow-paging store is missing; restore the store from a backup");
        }
        return disk.open(name);
    }

    private Opened make(ShadowParts parts, DiskFile rootsFile, long start) {
        parts.file().preallocate(FIRST_SLOTS * context.pageSize());
        parts.free().grow(FIRST_SLOTS);
        parts.space().sync();
        FlipRecord first = new FlipRecord(1, TableRoot.EMPTY, 0, false, FIRST_SLOTS);
        AlternatingBlock rootBlock = AlternatingBlock.create(rootsFile, context.storeId(), first.encode(context.pageSize()));
        disk.syncNames();
        return opened(parts, rootsFile, rootBlock, first, Outcome.CREATED, List.of(), start);
    }

    private Opened recover(ShadowParts parts, DiskFile rootsFile, long start) {
        AlternatingBlock rootBlock = AlternatingBlock.open(rootsFile, context.storeId());
        FlipRecord found = FlipRecord.decode(rootBlock.payload(), parts.shape());
        if (parts.file().size() < found.slots() * context.pageSize()) {
            throw new StoreDamagedException(PAGES + ": expected " + found.slots() * context.pageSize() + " bytes at least, found " + parts.file().size()
                    + "; restore the store from a backup");
        }
        parts.free().grow(found.slots());
        parts.space().sync();
        RecoveryPhase walk = walk(parts, found);
        FlipRecord again = new FlipRecord(found.flip() + 1, found.root(), found.highestTransactionId(), false, slotsToKeep(parts.free()));
        rootBlock.write(again.encode(context.pageSize()));
        // Only now, for no root names the cut length as necessary any more. If a crash undoes the cut, the next recovery cuts again.
        parts.free().shrink(again.slots());
        if (parts.file().size() > again.slots() * context.pageSize()) {
            parts.file().resize(again.slots() * context.pageSize());
        }
        return opened(parts, rootsFile, rootBlock, again, found.clean() ? Outcome.CLEAN : Outcome.RECOVERED, List.of(walk), start);
    }

    /** A long tail of free slots, left by a large transaction or a crash, is given back to the file system; a short one will be used again soon. */
    private long slotsToKeep(FreeSlots free) {
        long end = free.endOfUsed();
        return Math.min(free.slots(), Math.max(FIRST_SLOTS, end + Slots.growthStep(end, context.pageSize())));
    }

    private RecoveryPhase walk(ShadowParts parts, FlipRecord found) {
        long start = context.time().nanos();
        TableRoot root = found.root();
        PageTableWalk walk = new PageTableWalk(parts.shape(), parts.space(), parts.expected(), parts.free(), nodes -> {
            if (nodes % NODES_PER_PROGRESS == 0 || nodes == root.nodes()) {
                context.events().recoveryProgress(RecoveryProgress.towards("page table walk", nodes, Math.max(nodes, root.nodes()), since(start)));
            }
        });
        walk.run(root);
        // No page is read: its checksum stands in the table, and is looked at when the page is first used.
        return RecoveryPhase.over("page table walk", found.flip(), found.flip() + 1, walk.nodes() * context.pageSize(), since(start))
                .withRecords(walk.nodes()).withRedo(0, walk.pages());
    }

    private Duration since(long startNanos) {
        return Duration.ofNanos(context.time().nanos() - startNanos);
    }

    private Opened opened(ShadowParts parts, DiskFile rootsFile, AlternatingBlock rootBlock, FlipRecord newest, Outcome outcome, List<RecoveryPhase> phases, long start) {
        RecoveryReport report = new RecoveryReport(ShadowPagingProvider.NAME, outcome, phases, 0, 0, 0, 0, newest.highestTransactionId(),
                Duration.ofNanos(context.time().nanos() - start));
        return new Opened(parts, rootsFile, rootBlock, newest, report);
    }
}
