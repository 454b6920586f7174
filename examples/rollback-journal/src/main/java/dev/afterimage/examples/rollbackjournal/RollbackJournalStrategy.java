package dev.afterimage.examples.rollbackjournal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import org.jspecify.annotations.Nullable;

/**
 * One open store under a rollback journal; see the package for how it works.
 *
 * <pre>
 *   NEW ──recover──► OPEN ──close──► CLOSED
 *                     │  a failed sync, or an error that leaves a commit or a rollback half done
 *                     ▼
 *                   FAILED ──close (writes nothing)──► CLOSED
 * </pre>
 */
final class RollbackJournalStrategy implements RecoveryStrategy {
    /** The parts of an open store. */
    private record Open(ControlBlock control, HomePages homes, Journals journals, PageCache cache) {
    }

    private final StrategyContext context;
    private final StoreFailure failure;
    private final AtomicLong highestTransactionId = new AtomicLong();
    private final AtomicLong checkpoints = new AtomicLong();
    private @Nullable ControlBlock control;
    private @Nullable HomePages homes;
    private @Nullable Journals journals;
    private @Nullable Open open;

    RollbackJournalStrategy(StrategyContext context) {
        this.context = context;
        failure = new StoreFailure(context.events());
    }

    @Override
    public RecoveryReport recover() {
        if (control != null) {
            throw new IllegalStateException("recover() was called before");
        }
        long start = context.time().nanos();
        if (context.created()) {
            create();
        }
        ControlBlock block = openParts();
        // A file is cut below by what the block says, so the disk must say the same: it may still hold a value that was written later than its sync, of a write that failed and yet arrived.
        block.rewrite();
        block.file().sync();
        HomePages pages = parts(homes);
        Journals files = parts(journals);
        List<Journal> all = files.open();
        boolean clean = block.isClean();
        if (clean && all.stream().anyMatch(Journal::isPerhapsHot)) {
            throw new StoreDamagedException("the store was closed in good order, and yet a journal is hot: these files are not of one store; restore it from a copy");
        }
        long highest = Math.max(block.highestTransactionId(), all.stream().mapToLong(Journal::transactionId).max().orElse(0));
        highestTransactionId.set(highest); // homes are held against it

        HotJournalRecovery recovery = new HotJournalRecovery(context, pages);
        RecoveryPhase phase = recovery.run(all);
        files.allCold();
        // From here on the store counts as not closed. Before the first change to a page, and after the last thing that recovery does.
        block.writeState(false, highest);
        block.file().sync();

        open = new Open(block, pages, files, new PageCache(pages, context.cachePages()));
        Outcome outcome = context.created() ? Outcome.CREATED : clean ? Outcome.CLEAN : Outcome.RECOVERED;
        return new RecoveryReport(RollbackJournalProvider.NAME, outcome, List.of(phase), 0, recovery.transactions(), recovery.torn(), 0, highest,
                Duration.ofNanos(context.time().nanos() - start));
    }

    /** Makes an empty store over whatever an earlier attempt left. */
    private void create() {
        Disk disk = context.disk();
        for (String name : disk.list()) {
            if (name.equals(HomePages.FILE) || name.equals(ControlBlock.FILE) || Journals.owns(name)) {
                disk.delete(name);
            }
        }
        disk.create(HomePages.FILE).close();
        ControlBlock block = new ControlBlock(disk.create(ControlBlock.FILE), context);
        try {
            block.writeState(false, 0); // recover() writes it again, and syncs it, before anything else
        } finally {
            block.file().close();
        }
        // Nothing rests on this sync: the first journal syncs names before the first page is written, and the engine does before it says that the store is made. It is here so that nobody has to know that.
        disk.syncNames();
    }

    private ControlBlock openParts() {
        Disk disk = context.disk();
        for (String name : List.of(ControlBlock.FILE, HomePages.FILE)) {
            if (!disk.exists(name)) {
                throw new StoreDamagedException("the file " + name + " is missing; restore the store from a copy");
            }
        }
        ControlBlock block = new ControlBlock(disk.open(ControlBlock.FILE), context);
        control = block;
        block.read();
        homes = new HomePages(disk.open(HomePages.FILE), block, context.pageSize(), highestTransactionId, failure);
        journals = new Journals(context, failure);
        return block;
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        Open current = parts(open);
        failure.check();
        highestTransactionId.accumulateAndGet(transactionId, Math::max);
        return new JournaledTransaction(transactionId, current.journals, current.homes, current.cache, failure);
    }

    /** There is nothing to do: what has committed is home, and what has not may stay in memory. */
    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        failure.check();
        checkpoints.incrementAndGet();
        long debt = recoveryDebtBytes();
        return new CheckpointReport(0, 0, debt, debt, Duration.ZERO);
    }

    /** What the hot journals hold. It goes away when their transactions end, and no checkpoint makes it less. */
    @Override
    public long recoveryDebtBytes() {
        return parts(open).journals.hotBytes();
    }

    @Override
    public long recoveryDebtLimitBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public StrategyStatistics statistics() {
        Open current = parts(open);
        long[] counters = current.cache.counters();
        return new StrategyStatistics(0, current.journals.bytesWritten(), current.homes.bytesWritten(), counters[0], counters[1], counters[2], checkpoints.get());
    }

    @Override
    public void close() {
        Open closing = open;
        open = null;
        try {
            if (closing != null && !failure.happened()) {
                // Every transaction is over, so every journal is cold and every page home, durably. All that is left is to say so; no promise rests on its sync, only what the next opening reports.
                closing.control.writeState(true, highestTransactionId.get());
                failure.sync(closing.control.file());
            }
        } finally {
            closeFiles();
        }
    }

    private void closeFiles() {
        if (journals != null) {
            journals.close();
        }
        if (homes != null) {
            homes.close();
        }
        if (control != null) {
            control.file().close();
        }
    }

    private static <T> T parts(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException(RollbackJournalProvider.NAME + ": call recover() first, and nothing after close()");
        }
        return part;
    }
}
