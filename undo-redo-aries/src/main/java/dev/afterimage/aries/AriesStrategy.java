package dev.afterimage.aries;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.BufferStatistics;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.HomeReservation;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PartsInOrder;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.buffer.StoreFiles;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.StoreLog;
import dev.afterimage.wal.WriteAheadLog;

/**
 * ARIES; see the package description for what it promises and where the paper says so.
 *
 * <pre>
 *   NEW --recover()--> OPEN --close()--> CLOSED
 *                        |
 *                        +-- a failed sync, a rollback that cannot go on --> FAILED --close(), which writes nothing--> CLOSED
 * </pre>
 */
final class AriesStrategy implements RecoveryStrategy {
    private final StrategyContext context;
    private final FailureLatch failure;
    private final AtomicLong highestTransactionId = new AtomicLong();
    private AriesOptions options;

    // What close() lets go of, as far as recover() has come.
    private @Nullable StoreFiles files;
    private @Nullable HomePages homes;
    private @Nullable TornPageGuard guard;
    private @Nullable BufferPool pool;
    private @Nullable PageCleaner cleaner;
    private final StoreLog log = new StoreLog();
    private @Nullable HomeSpace homeSpace;

    // Set last: from then on the store is open.
    private @Nullable Checkpointer checkpointer;
    private volatile @Nullable OpenStore store;
    private volatile StrategyStatistics lastStatistics = new StrategyStatistics(0, 0, 0, 0, 0, 0, 0);

    AriesStrategy(StrategyContext context, AriesOptions options) {
        this.context = context;
        this.options = options;
        this.failure = new FailureLatch(context.events());
    }

    @Override
    public RecoveryReport recover() {
        if (files != null) {
            throw new IllegalStateException("recover() comes first, and once");
        }
        return context.created() ? create() : open();
    }

    /** Makes an empty store; all of it is durable when this returns, so that the engine may declare it made. */
    private RecoveryReport create() {
        long start = context.time().nanos();
        StoreFiles made = StoreFiles.create(context.disk(), StoreFileNames.ALL);
        files = made;
        openPages(made, TornPageGuard.create(context, options, failure));
        WriteAheadLog begun = beginLog(LogEnd.NEW_STORE);
        ControlState state = stateAtEndOf(begun, 0, 0);
        AlternatingBlock control = AlternatingBlock.create(made.file(StoreFileNames.CONTROL), context.storeId(), state.encode());
        made.file(StoreFileNames.PAGES).sync();
        context.disk().syncNames();
        finishOpening(begun, control, state);
        return new RecoveryReport(AriesProvider.NAME, Outcome.CREATED, List.of(), 0, 0, 0, 0, 0, Duration.ofNanos(context.time().nanos() - start));
    }

    private RecoveryReport open() {
        StoreFiles found = StoreFiles.open(context.disk(), StoreFileNames.ALL);
        files = found;
        AlternatingBlock control = AlternatingBlock.open(found.file(StoreFileNames.CONTROL), context.storeId());
        ControlState before = ControlState.decode(control.payload());
        if (before.pageSize() != context.pageSize()) {
            throw new StoreDamagedException("file control: expected pages of " + context.pageSize() + " bytes, found " + before.pageSize());
        }
        options = options.withSegmentBytes(before.segmentBytes());
        openPages(found, TornPageGuard.open(context, before.tornPages(), options, failure));
        Restart restart = new Restart(context, before, options, pool(), homeSpace());
        LogEnd end = restart.analyse();
        log.endsAt(end);
        if (!before.clean()) {
            restart.repair(guard());
        }
        restart.redo(pool());
        // From here on every page is whole. Undo writes CLRs, so the new timeline begins before it.
        homeSpace().endRedo();
        WriteAheadLog begun = end.timeline() == before.timeline() ? beginLog(end) : goOnWithLog(end);
        homeSpace().logGoesOn(end.lsn(), begun.start().lsn());
        RecoveryReport report = restart.undo(pool(), Objects.requireNonNull(homes), homeSpace(), begun);
        // The homes hold all that was committed and nothing else, and are synced: the old log has served.
        ControlState state = stateAtEndOf(begun, report.highestTransactionId(), before.checkpoint());
        control.write(state.encode());
        guard().takeOver(Objects.requireNonNull(homes));
        begun.recycleBefore(state.redoPoint());
        finishOpening(begun, control, state);
        return report;
    }

    private void openPages(StoreFiles opened, TornPageGuard tornPageGuard) {
        guard = tornPageGuard;
        HomePages homePages = new HomePages(opened.file(StoreFileNames.PAGES), context.pageSize(), context.storeId(), log::force);
        homes = homePages;
        tornPageGuard.begin(homePages);
        homeSpace = new HomeSpace(homePages, log::end);
        pool = new BufferPool(context.pageSize(), PageHeader.BYTES, context.cachePages());
    }

    private WriteAheadLog beginLog(LogEnd after) {
        WriteAheadLog begun = WriteAheadLog.begin(context.disk(), options.log(), context.storeId(), after, context.random(), failure);
        return log.goesOnWith(begun);
    }

    /** The log ends with CLRs of a restart that was cut short: the control file names the timeline of every opening that came to an end. Undo goes on behind them, in the room promised to them. */
    private WriteAheadLog goOnWithLog(LogEnd after) {
        WriteAheadLog begun = WriteAheadLog.goOn(context.disk(), options.log(), context.storeId(), after, failure);
        return log.goesOnWith(begun);
    }

    private ControlState stateAtEndOf(WriteAheadLog begun, long highestId, long checkpoint) {
        return new ControlState(false, context.pageSize(), options.log().segmentBytes(), begun.start().timeline(), options.tornPages(), begun.endLsn(), 0, 0, highestId, checkpoint);
    }

    private void finishOpening(WriteAheadLog begun, AlternatingBlock control, ControlState state) {
        HomePages homePages = Objects.requireNonNull(homes);
        BufferPool cache = pool();
        HomeSpace space = homeSpace();
        space.endRedo();
        highestTransactionId.set(state.highestTransactionId());
        RedoPoint point = new RedoPoint(state.redoPoint());
        OpenStore opened = new OpenStore(space, new HomeReservation(homePages, Objects.requireNonNull(files).file(StoreFileNames.PAGES), context.pageSize(), failure), cache, begun, point,
                new ActiveTransactions(), options.tornPages(), failure);
        checkpointer = new Checkpointer(opened, homePages, control, options, context.time(), state);
        begun.flushEvery(context.tasks(), context.relaxedWindow());
        cache.writeBehind(context.tasks());
        cleaner = new PageCleaner(cache, space, begun, point, failure, options, context.tasks());
        store = opened;
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        OpenStore open = toBegin(transactionId);
        return new AriesTransaction(open, transactionId);
    }

    @Override
    public StrategyTransaction begin(long transactionId, StrategyTransaction former) {
        OpenStore open = toBegin(transactionId);
        return former instanceof AriesTransaction spare && spare.isOf(open) ? spare.again(transactionId) : new AriesTransaction(open, transactionId);
    }

    private OpenStore toBegin(long transactionId) {
        OpenStore open = store();
        failure.check();
        long highest = highestTransactionId.get();
        while (highest < transactionId && !highestTransactionId.compareAndSet(highest, transactionId)) {
            highest = highestTransactionId.get();
        }
        return open;
    }

    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        store();
        return Objects.requireNonNull(checkpointer).checkpoint(pace, highestTransactionId.get());
    }

    @Override
    public long recoveryDebtBytes() {
        OpenStore open = store();
        return open.log().endLsn() - open.redoPoint().durableLsn();
    }

    @Override
    public long recoveryDebtLimitBytes() {
        store();
        return Objects.requireNonNull(checkpointer).debtLimitBytes();
    }

    /** Goes on telling the last state after {@link #close()}. */
    @Override
    public StrategyStatistics statistics() {
        OpenStore open = store;
        return open == null ? lastStatistics : statistics(open);
    }

    private StrategyStatistics statistics(OpenStore open) {
        BufferStatistics cache = open.pool().statistics();
        long images = open.transactions().imageBytes();
        // Images may be appended and not yet written.
        long otherLog = Math.max(0, open.log().statistics().bytesWritten() - images);
        return new StrategyStatistics(otherLog, images + guard().bytesWritten(), guard().pagesWritten(cache.pagesWritten()) * open.pool().pageSize(), cache.hits(), cache.misses(), cache.evictions(),
                Objects.requireNonNull(checkpointer).completed());
    }

    @Override
    public void close() {
        OpenStore open = store;
        store = null;
        PartsInOrder closing = new PartsInOrder();
        if (open != null) {
            closing.run(() -> {
                // A transaction that is still there was never rolled back, by whatever mishap: restart must find it as the log has it.
                if (!failure.hasFailed() && open.transactions().isEmpty()) {
                    Objects.requireNonNull(checkpointer).close(highestTransactionId.get());
                }
                lastStatistics = statistics(open);
            });
        }
        closing.close(cleaner, log, pool, guard, homes, files);
        closing.throwFirst();
    }

    private OpenStore store() {
        OpenStore open = store;
        if (open == null) {
            throw new IllegalStateException("the strategy is not open: recover() comes first, and nothing comes after close()");
        }
        return open;
    }

    private BufferPool pool() {
        return Objects.requireNonNull(pool);
    }

    private TornPageGuard guard() {
        return Objects.requireNonNull(guard);
    }

    private HomeSpace homeSpace() {
        return Objects.requireNonNull(homeSpace);
    }
}
