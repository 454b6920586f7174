package dev.afterimage.postgresstyle;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.RecoveryReport;
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
import dev.afterimage.buffer.WriteBarrier;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.StoreLog;
import dev.afterimage.wal.WriteAheadLog;

/**
 * Redo log and full-page images; see the package description for what it promises and why that holds.
 *
 * <pre>
 *   NEW --recover()--> OPEN --close()--> CLOSED
 *                        |
 *                        +-- a failed sync, or any failure after a commit record --> FAILED --close(), which writes nothing--> CLOSED
 * </pre>
 */
final class PostgresStyleStrategy implements RecoveryStrategy {
    private final StrategyContext context;
    private final FailureLatch failure;
    private final AtomicLong highestTransactionId = new AtomicLong();
    private PostgresStyleOptions options;

    // What close() lets go of, as far as recover() has come.
    private @Nullable StoreFiles files;
    private @Nullable HomePages homes;
    private @Nullable HomePages spill;
    private @Nullable BufferPool pool;
    private @Nullable PageInstallation installation;
    private @Nullable Snapshots snapshots;
    private final StoreLog log = new StoreLog();

    private @Nullable HomeSpace homeSpace;

    // Set last: from then on the store is open.
    private @Nullable RedoPoint redoPoint;
    private @Nullable Checkpointer checkpointer;
    private volatile @Nullable OpenStore store;
    private volatile StrategyStatistics lastStatistics = new StrategyStatistics(0, 0, 0, 0, 0, 0, 0);

    PostgresStyleStrategy(StrategyContext context, PostgresStyleOptions options) {
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
        StoreFiles made = StoreFiles.create(context.disk(), StoreFileNames.KEPT).withEmpty(StoreFileNames.SPILL);
        files = made;
        openPages(made);
        WriteAheadLog begun = beginLog(LogEnd.NEW_STORE);
        ControlState state = stateAtStartOf(begun, 0, 0);
        AlternatingBlock control = AlternatingBlock.create(made.file(StoreFileNames.CONTROL), context.storeId(), state.encode());
        made.file(StoreFileNames.PAGES).sync();
        context.disk().syncNames();
        finishOpening(begun, control, state);
        return new RecoveryReport(PostgresStyleProvider.NAME, Outcome.CREATED, List.of(), 0, 0, 0, 0, 0, Duration.ofNanos(context.time().nanos() - start));
    }

    private RecoveryReport open() {
        StoreFiles found = StoreFiles.open(context.disk(), StoreFileNames.KEPT).withEmpty(StoreFileNames.SPILL);
        files = found;
        AlternatingBlock control = AlternatingBlock.open(found.file(StoreFileNames.CONTROL), context.storeId());
        ControlState before = ControlState.decode(control.payload());
        if (before.pageSize() != context.pageSize()) {
            throw new StoreDamagedException("file control: expected pages of " + context.pageSize() + " bytes, found " + before.pageSize());
        }
        options = options.withSegmentBytes(before.segmentBytes());
        Recovery recovery = new Recovery(context, before, options);
        RecoveryPhase analysis = recovery.analyse();
        log.endsAt(recovery.end());
        openPages(found);
        RecoveryReport report = recovery.redo(pool(), Objects.requireNonNull(homes), homeSpace(), analysis);
        beginAfter(recovery.end(), control, report.highestTransactionId(), before.checkpoint());
        return report;
    }

    /** The homes hold all that was committed, and are synced: the old log has served. */
    private void beginAfter(LogEnd end, AlternatingBlock control, long highestId, long checkpoint) {
        WriteAheadLog begun = beginLog(end);
        homeSpace().logGoesOn(end.lsn(), begun.start().lsn());
        ControlState state = stateAtStartOf(begun, highestId, checkpoint);
        control.write(state.encode());
        begun.recycleBefore(begun.start().lsn());
        finishOpening(begun, control, state);
    }

    private void openPages(StoreFiles opened) {
        HomePages homePages = new HomePages(opened.file(StoreFileNames.PAGES), context.pageSize(), context.storeId(), log::force);
        homes = homePages;
        homeSpace = new HomeSpace(homePages, log::end);
        spill = new HomePages(opened.file(StoreFileNames.SPILL), context.pageSize(), context.storeId(), WriteBarrier.NONE);
        pool = new BufferPool(context.pageSize(), PageHeader.BYTES, context.cachePages());
    }

    private WriteAheadLog beginLog(LogEnd after) {
        WriteAheadLog begun = WriteAheadLog.begin(context.disk(), options.log(), context.storeId(), after, context.random(), failure);
        return log.goesOnWith(begun);
    }

    private ControlState stateAtStartOf(WriteAheadLog begun, long highestId, long checkpoint) {
        return new ControlState(false, context.pageSize(), options.log().segmentBytes(), begun.start().timeline(), begun.start().lsn(), 0, highestId, checkpoint);
    }

    private void finishOpening(WriteAheadLog begun, AlternatingBlock control, ControlState state) {
        HomePages homePages = Objects.requireNonNull(homes);
        HomePages spillPages = Objects.requireNonNull(spill);
        BufferPool cache = pool();
        HomeSpace space = homeSpace();
        space.endRedo();
        highestTransactionId.set(state.highestTransactionId());
        RedoPoint point = new RedoPoint(state.redoPoint());
        SpillSlots slots = new SpillSlots(spillPages);
        HomePins pins = new HomePins(cache.frames());
        OverwrittenPages overwritten = new OverwrittenPages(cache, space, spillPages, slots);
        PageInstallation installing = new PageInstallation(cache, space, spillPages, overwritten);
        installation = installing;
        CommitProcess commits = new CommitProcess(begun, installing, point, failure);
        Snapshots reading = new Snapshots(begun, commits, installing, overwritten);
        snapshots = reading;
        redoPoint = point;
        checkpointer = new Checkpointer(new Checkpointer.Parts(begun, cache, homePages, space, control, point, commits, failure, options, context.time(), context.tasks()), state);
        begun.flushEvery(context.tasks(), context.relaxedWindow());
        cache.writeBehind(context.tasks());
        store = new OpenStore(space, new HomeReservation(homePages, Objects.requireNonNull(files).file(StoreFileNames.PAGES), context.pageSize(), failure), cache, begun, commits,
                new WriteSets(() -> new WriteSet(cache, spillPages, slots, pins)), reading);
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        OpenStore open = begun(transactionId);
        return new PostgresStyleTransaction(open, transactionId);
    }

    @Override
    public StrategyTransaction begin(long transactionId, StrategyTransaction former) {
        OpenStore open = begun(transactionId);
        return former instanceof PostgresStyleTransaction spare && spare.isOf(open) ? spare.again(transactionId) : new PostgresStyleTransaction(open, transactionId);
    }

    @Override
    public StrategySnapshot openSnapshot(long transactionId) {
        return new PostgresStyleSnapshot(begun(transactionId));
    }

    /** Versions of pages that are kept for snapshots. */
    long versionsKept() {
        return store().snapshots().overwritten().count();
    }

    /** Notes the number of one more transaction. */
    private OpenStore begun(long transactionId) {
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
        return store().log().endLsn() - Objects.requireNonNull(redoPoint).durableLsn();
    }

    /** The checkpoint trigger of {@code max-wal-size}; but where the log found the disk full, any debt is too much. */
    @Override
    public long recoveryDebtLimitBytes() {
        store();
        return Objects.requireNonNull(redoPoint).isLogFull() ? 1 : options.checkpointTriggerBytes();
    }

    /** Goes on telling the last state after {@link #close()}. */
    @Override
    public StrategyStatistics statistics() {
        OpenStore open = store;
        return open == null ? lastStatistics : statistics(open);
    }

    private StrategyStatistics statistics(OpenStore open) {
        BufferStatistics cache = open.pool().statistics();
        long images = open.commits().imageBytes();
        // Images may be appended and not yet written.
        long otherLog = Math.max(0, open.log().statistics().bytesWritten() - images);
        return new StrategyStatistics(otherLog, images, cache.pagesWritten() * open.pool().pageSize(), cache.hits(), cache.misses(), cache.evictions(),
                Objects.requireNonNull(checkpointer).completed());
    }

    @Override
    public void close() {
        OpenStore open = store;
        store = null;
        PartsInOrder closing = new PartsInOrder();
        if (open != null && !failure.hasFailed()) {
            closing.run(() -> Objects.requireNonNull(checkpointer).close(highestTransactionId.get()));
        }
        if (open != null) {
            closing.run(() -> lastStatistics = statistics(open));
        }
        // The log first: its background work must not meet a disk whose files are closed. The cache last but for the files it writes to.
        closing.close(log, pool, installation, snapshots, homes, spill, files);
        installation = null;
        snapshots = null;
        pool = null;
        homes = null;
        spill = null;
        files = null;
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

    private HomeSpace homeSpace() {
        return Objects.requireNonNull(homeSpace);
    }
}
