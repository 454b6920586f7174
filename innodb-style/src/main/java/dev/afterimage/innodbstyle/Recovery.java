package dev.afterimage.innodbstyle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.BufferStatistics;
import dev.afterimage.buffer.DoublewriteBuffer;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.wal.RecoveryTicker;

/**
 * What opening a store does before and while its pages are brought up to date.
 *
 * <pre>
 *   scan          finds the end of the redo log from the last checkpoint on       changes nothing but the log's tail, which it makes durable
 *   doublewrite   makes torn homes whole from their copies                         durable before redo looks at any page
 *   redo          repeats history, undo pages included, by page LSN               homes of pages, by versions that the log holds durably: can be done again
 *   -             the log goes on behind its end, in an epoch of its own           the checkpoint stays where it was
 *   (undo)        what the rollback segments hold as ACTIVE is rolled back         ordinary mini-transactions, which the next recovery would redo
 *                 after opening ({@link Loser})
 * </pre>
 *
 * <p>A crash at any point is followed by a recovery from the same checkpoint, or from a later one that a page cleaner took meanwhile (rule A2). What was rolled back by then stays so: the undo log is shorter by it.
 */
final class Recovery {
    /** Redo is gathered by pages for so much of the log at a time. */
    private static final int BATCH_BYTES = 8 << 20;

    private final StrategyContext context;
    private final StoreState state;
    private final RedoReader reader;
    private final RedoEnd end;
    private final List<RecoveryPhase> phases = new ArrayList<>();
    private final Set<Long> committed = new HashSet<>();
    private long groups;
    private long changesRedone;
    private long pagesRepaired;
    private long transactionsUndone;

    /** Finds the end of the log. */
    Recovery(StrategyContext context, RedoReader reader) {
        this.context = context;
        this.reader = reader;
        this.state = StoreState.decode(reader.checkpoint().payload(), context.pageSize());
        long start = context.time().nanos();
        long from = reader.checkpoint().lsn();
        RecoveryTicker ticker = RecoveryTicker.untilTheEnd(context, "scan", from);
        end = reader.findEnd(ticker::reached);
        ticker.finished(end.lsn());
        phases.add(RecoveryPhase.over("scan", from, end.lsn(), end.lsn() - from, since(start)));
    }

    /** Where the log ends. */
    RedoEnd end() {
        return end;
    }

    /** Before anybody reads a page. */
    void repair(DoublewriteBuffer doublewrite) {
        long start = context.time().nanos();
        pagesRepaired = doublewrite.repair();
        phases.add(RecoveryPhase.over("doublewrite", 0, 0, 0, since(start)).withPages(0, pagesRepaired));
    }

    /**
     * Repeats history.
     *
     * @param threads cores to use, this thread's included
     */
    void redo(BufferPool pool, Spaces spaces, int threads) {
        long start = context.time().nanos();
        BufferStatistics before = pool.statistics();
        RecoveryTicker ticker = RecoveryTicker.between(context, "redo", end.checkpointLsn(), end.lsn());
        RedoBatch batch = new RedoBatch(pool, spaces, BATCH_BYTES, context.tasks(), threads);
        long records;
        try (batch) {
            records = redo(batch, ticker);
        }
        changesRedone = batch.applied();
        BufferStatistics now = pool.statistics();
        phases.add(RecoveryPhase.over("redo", end.checkpointLsn(), end.lsn(), end.lsn() - end.checkpointLsn(), since(start)).withRecords(records)
                .withPages(now.misses() - before.misses(), now.pagesWritten() - before.pagesWritten()).withRedo(batch.applied(), batch.skipped()));
    }

    /** Reads the log once more, and brings pages up to date whenever there is a batch of changes; returns how many records it read. */
    private long redo(RedoBatch batch, RecoveryTicker ticker) {
        long records = 0;
        reader.rewind();
        while (reader.next()) {
            groups++;
            while (reader.nextRecord()) {
                records++;
                if (reader.space() == Spaces.COMMITS) {
                    committed.add(reader.page());
                } else {
                    batch.add(reader);
                }
            }
            if (batch.isFull()) {
                batch.apply();
                ticker.reached(reader.endLsn());
            }
        }
        batch.apply();
        ticker.finished(end.lsn());
        return records;
    }

    /** So many transactions are to be rolled back after opening. */
    void leaveToBeUndone(int losers) {
        transactionsUndone = losers;
    }

    /** What was done. */
    RecoveryReport report(long highestTransactionId) {
        Outcome outcome = state.clean() && groups == 0 ? Outcome.CLEAN : Outcome.RECOVERED;
        Duration all = phases.stream().map(RecoveryPhase::duration).reduce(Duration.ZERO, Duration::plus);
        long redone = changesRedone == 0 ? 0 : committed.size();
        return new RecoveryReport(InnodbProvider.NAME, outcome, phases, redone, transactionsUndone, pagesRepaired, end.tailBytesCut(), highestTransactionId, all);
    }

    private Duration since(long startNanos) {
        return Duration.ofNanos(context.time().nanos() - startNanos);
    }
}
