package dev.afterimage.innodbstyle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.BufferStatistics;
import dev.afterimage.buffer.DoublewriteBuffer;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomeReservation;
import dev.afterimage.buffer.PartsInOrder;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;

/**
 * What InnoDB does, at page level; see the package description for what always holds.
 *
 * <pre>
 *   NEW --recover()--> OPEN --close()--> CLOSED
 *                        |
 *                        +-- a failed sync, a rollback that cannot go on --> FAILED --close(), which writes nothing--> CLOSED
 * </pre>
 */
final class InnodbStrategy implements RecoveryStrategy {
    private final StrategyContext context;
    private final InnodbOptions options;
    private final FailureLatch failure;

    // What close() lets go of, as far as recover() has come.
    private @Nullable StoreFiles files;
    private @Nullable Spaces spaces;
    private @Nullable DoublewriteBuffer doublewrite;
    private @Nullable FlushLsn flushLsn;
    private @Nullable BufferPool pool;
    private @Nullable PageCopies copies;
    private @Nullable PageCleaner cleaner;
    private @Nullable Purge purge;
    private volatile @Nullable RedoLog log;
    /** Where the log that recovery reads ends; of no interest once {@link #log} is there. */
    private volatile long recoveredEnd;

    private List<Loser> losers = List.of();
    private Supplier<PageGroup> groups = () -> {
        throw new IllegalStateException("there is no log yet");
    };

    // Set last: from then on the store is open.
    private @Nullable Checkpointer checkpointer;
    private volatile @Nullable OpenStore store;
    private volatile StrategyStatistics lastStatistics = new StrategyStatistics(0, 0, 0, 0, 0, 0, 0);

    InnodbStrategy(StrategyContext context, InnodbOptions options) {
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
        StoreFiles made = StoreFiles.create(context.disk());
        files = made;
        openSpaces(made, DoublewriteBuffer.create(made.doublewrite(), options.doublewriteBytes(context.pageSize()), context.pageSize(), context.storeId(), failure));
        spaces().endRedo();
        flushLsn = FlushLsn.create(made.flushLsn(), context.storeId());
        // The log syncs the names of all files, its own last.
        RedoLog begun = RedoLog.create(context.disk(), options.log(), context.storeId(), context.random(), failure, new StoreState(false, context.pageSize()).encode());
        begin(begun);
        PageGroup group = newGroup();
        UndoSpace space = UndoSpace.create(pool(), spaces(), undoReservation(), group);
        RollbackSegments segments = RollbackSegments.create(pool(), spaces(), space, group);
        checkpointer().takeAll(false);
        finishOpening(space, segments, new TransactionSystem(0));
        return new RecoveryReport(InnodbProvider.NAME, Outcome.CREATED, List.of(), 0, 0, 0, 0, 0, Duration.ofNanos(context.time().nanos() - start));
    }

    private RecoveryReport open() {
        StoreFiles found = StoreFiles.open(context.disk());
        files = found;
        Recovery recovery;
        try (RedoReader reader = RedoReader.open(context.disk(), context.storeId())) {
            recovery = new Recovery(context, reader);
            recoveredEnd = recovery.end().lsn();
            flushLsn = FlushLsn.open(found.flushLsn(), context.storeId(), recovery.end());
            openSpaces(found, DoublewriteBuffer.open(found.doublewrite(), context.pageSize(), context.storeId(), failure));
            recovery.repair(Objects.requireNonNull(doublewrite));
            recovery.redo(pool(), spaces(), options.recoveryThreads(pool().frames()));
        }
        spaces().endRedo();
        begin(continueLog(recovery.end()));
        List<UndoLog> unfinished = new ArrayList<>();
        UndoSpace space = UndoSpace.open(pool(), spaces(), undoReservation());
        RollbackSegments segments = RollbackSegments.open(pool(), spaces(), space, segment -> unfinished.add(UndoLog.recovered(pool(), spaces(), space, segment)));
        TransactionSystem transactions = new TransactionSystem(space.writerBound());
        unfinished.forEach(loser -> transactions.addRecovered(loser.writer()));
        leave(unfinished, transactions);
        recovery.leaveToBeUndone(unfinished.size());
        finishOpening(space, segments, transactions);
        return recovery.report(space.transactionBound());
    }

    private void leave(List<UndoLog> unfinished, TransactionSystem transactions) {
        // The youngest writer first; no two have a page in common, so the order does not matter but for being always the same.
        unfinished.sort(Comparator.comparingLong(UndoLog::writer).reversed());
        PageGroup group = newGroup();
        losers = unfinished.stream().map(log -> new Loser(log, group, transactions, failure)).toList();
    }

    @Override
    public List<Loser> recoveredTransactions() {
        return losers;
    }

    private void openSpaces(StoreFiles opened, DoublewriteBuffer area) {
        doublewrite = area;
        Spaces both = Spaces.open(opened, context.pageSize(), context.storeId(), this::beforeHomeWrite, this::logEnd);
        spaces = both;
        area.guard(Spaces.PAGES, both.pageHomes());
        area.guard(Spaces.UNDO, both.undoHomes());
        pool = new BufferPool(context.pageSize(), VersionHeader.BYTES, context.cachePages());
    }

    private RedoLog continueLog(RedoEnd end) {
        long checkpoint = end.checkpointLsn();
        if (!RedoLog.hasRoomToContinue(end, checkpoint)) {
            // Only after many openings that were cut short: everything goes home, and nothing of the log is needed any more.
            spaces().all().forEach(space -> pool().writeBackAll(space, left -> true));
            spaces().sync();
            checkpoint = end.lsn();
            flushLsn().advanceTo(checkpoint, failure);
        }
        return RedoLog.continueAt(end, context.disk(), options.log(), context.storeId(), context.random(), failure, checkpoint, new StoreState(false, context.pageSize()).encode());
    }

    /** The log is there: from here on there are mini-transactions, and room for them. */
    private void begin(RedoLog begun) {
        log = begun;
        RedoPoint redoPoint = new RedoPoint(begun.checkpointLsn());
        Checkpointer made = new Checkpointer(pool(), spaces(), begun, flushLsn(), redoPoint, failure, context.time());
        checkpointer = made;
        begun.onLowRoom(made);
        groups = () -> new PageGroup(pool(), spaces(), begun, redoPoint);
    }

    private PageGroup newGroup() {
        return groups.get();
    }

    private HomeReservation undoReservation() {
        return HomeReservation.ofUnknownLength(spaces().undoHomes(), Objects.requireNonNull(files).undo(), context.pageSize(), failure);
    }

    private void finishOpening(UndoSpace space, RollbackSegments segments, TransactionSystem transactions) {
        RedoLog begun = Objects.requireNonNull(log);
        PageCopies memory = new PageCopies(context.pageSize());
        copies = memory;
        Purge purging = new Purge(segments, transactions, failure, groups);
        purge = purging;
        HomeReservation reservation = HomeReservation.ofUnknownLength(spaces().pageHomes(), Objects.requireNonNull(files).pages(), context.pageSize(), failure);
        OpenStore opened = new OpenStore(spaces(), reservation, pool(), begun, space, segments, transactions, purging, memory, options.flushAtCommit(), failure, new ConcurrentLinkedQueue<>(), groups);
        begun.flushEvery(context.tasks(), context.relaxedWindow());
        pool().writeBehind(context.tasks());
        cleaner = new PageCleaner(checkpointer(), begun, failure, context.tasks());
        purging.start(context.tasks());
        store = opened;
    }

    /** Rule W2. Redo's own writes need not wait: it read the log to an end that was made durable before the first page was touched. */
    private void beforeHomeWrite(long pageLsn) {
        RedoLog current = log;
        if (current != null) {
            current.force(pageLsn);
        } else {
            assert pageLsn <= recoveredEnd : "redo stamped LSN " + pageLsn + ", beyond the log's end " + recoveredEnd;
        }
    }

    private long logEnd() {
        RedoLog current = log;
        return current != null ? current.endLsn() : recoveredEnd;
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        OpenStore open = store();
        failure.check();
        return new InnodbTransaction(open, transactionId);
    }

    @Override
    public StrategySnapshot openSnapshot(long transactionId) {
        OpenStore open = store();
        failure.check();
        return new InnodbSnapshot(open);
    }

    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        store();
        return checkpointer().checkpoint(pace);
    }

    @Override
    public long recoveryDebtBytes() {
        return store().log().ageBytes();
    }

    @Override
    public long recoveryDebtLimitBytes() {
        return store().log().capacityBytes() / 4 * 3;
    }

    /** Goes on telling the last state after {@link #close()}. */
    @Override
    public StrategyStatistics statistics() {
        OpenStore open = store;
        return open == null ? lastStatistics : statistics(open);
    }

    private StrategyStatistics statistics(OpenStore open) {
        BufferStatistics cache = open.pool().statistics();
        return new StrategyStatistics(open.log().statistics().bytesWritten(), Objects.requireNonNull(doublewrite).bytesWritten(), cache.pagesWritten() * open.pool().pageSize(), cache.hits(),
                cache.misses(), cache.evictions(), checkpointer().completed());
    }

    @Override
    public void close() {
        OpenStore open = store;
        store = null;
        PartsInOrder closing = new PartsInOrder();
        closing.close(purge, cleaner);
        if (open != null) {
            closing.run(() -> {
                if (!failure.hasFailed()) {
                    // Transactions that recovery left to be rolled back stay as they are: the next one finds them in their undo segments.
                    new UndoTruncation(open, checkpointer(), Objects.requireNonNull(doublewrite), Objects.requireNonNull(files).undo(), failure).closeAll(newGroup());
                }
                lastStatistics = statistics(open);
            });
        }
        closing.close(log, pool, copies, doublewrite, spaces, files);
        closing.throwFirst();
    }

    /** What transactions work with. */
    OpenStore store() {
        OpenStore open = store;
        if (open == null) {
            throw new IllegalStateException("the strategy is not open: recover() comes first, and nothing comes after close()");
        }
        return open;
    }

    private BufferPool pool() {
        return Objects.requireNonNull(pool);
    }

    private Spaces spaces() {
        return Objects.requireNonNull(spaces);
    }

    private FlushLsn flushLsn() {
        return Objects.requireNonNull(flushLsn);
    }

    private Checkpointer checkpointer() {
        return Objects.requireNonNull(checkpointer);
    }
}
