package dev.afterimage.postgresstyle;

import java.time.Duration;
import java.util.List;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.BufferStatistics;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.RecoveryTicker;

/**
 * Brings the home pages to what was committed: two passes over the log from the redo point. It appends nothing to the log, for what it does can simply be done again.
 *
 * <p>A crash at any point leaves the control file as it was, the log as it was (its tail cut or not, the same records count), and homes that hold, each, some version between their old one and
 * the newest, or are torn: just what another run copes with (rule A2). Only when all homes are synced does the caller begin a new timeline and point the control file there.
 */
final class Recovery {
    private final StrategyContext context;
    private final ControlState control;
    private final PostgresStyleOptions options;
    private final LogAnchor anchor;
    private final LogAnalysis analysis;
    private LogEnd end = LogEnd.NEW_STORE;

    Recovery(StrategyContext context, ControlState control, PostgresStyleOptions options) {
        this.context = context;
        this.control = control;
        this.options = options;
        this.anchor = new LogAnchor(control.timeline(), control.redoPoint());
        this.analysis = new LogAnalysis(control);
    }

    /** The first pass; from then on {@link #end()} is known. */
    RecoveryPhase analyse() {
        long start = context.time().nanos();
        RecoveryTicker ticker = RecoveryTicker.untilTheEnd(context, "analysis", anchor.lsn());
        try (LogReader reader = LogReader.open(context.disk(), options.log(), context.storeId(), anchor)) {
            readAhead(reader, context.cachePages());
            end = analysis.run(reader, ticker);
        }
        ticker.finished(end.lsn());
        return RecoveryPhase.over("analysis", anchor.lsn(), end.lsn(), end.lsn() - anchor.lsn(), since(start)).withRecords(analysis.records());
    }

    /** Where the log ends: pages changed there or beyond are damaged. */
    LogEnd end() {
        return end;
    }

    /**
     * The second pass; when it returns, every home page is as committed, and durable.
     *
     * @param found what {@link #analyse} returned
     */
    RecoveryReport redo(BufferPool pool, HomePages homes, HomeSpace homeSpace, RecoveryPhase found) {
        long start = context.time().nanos();
        BufferStatistics before = pool.statistics();
        RedoPass pass = new RedoPass(pool, homeSpace, analysis.transactions());
        if (analysis.redoRecords() > 0) {
            RecoveryTicker ticker = RecoveryTicker.between(context, "redo", anchor.lsn(), end.lsn());
            try (LogReader reader = LogReader.openAgain(context.disk(), options.log(), context.storeId(), anchor, end)) {
                readAhead(reader, pool.frames());
                pass.run(reader, end.lsn(), ticker, context.tasks(), options.recoveryThreads(pool.frames()));
            }
            ticker.finished(end.lsn());
        }
        BufferStatistics after = pool.statistics();
        RecoveryPhase redo = RecoveryPhase.over("redo", anchor.lsn(), end.lsn(), analysis.redoRecords() > 0 ? end.lsn() - anchor.lsn() : 0, since(start))
                .withRecords(pass.records()).withRedo(pass.changesRedone(), pass.changesSkipped())
                .withPages(after.misses() - before.misses(), after.pagesWritten() - before.pagesWritten());
        return report(List.of(found, redo, writeBack(pool, homes, homeSpace)), pass);
    }

    private RecoveryPhase writeBack(BufferPool pool, HomePages homes, HomeSpace homeSpace) {
        long start = context.time().nanos();
        long written = pool.writeBackAll(homeSpace, RecoveryTicker.pagesLeft(context, "write back"));
        // Every page that was changed since the redo point has been written again, so this covers all that no sync is known to have covered.
        homes.sync();
        return RecoveryPhase.over("write back", end.lsn(), end.lsn(), 0, since(start)).withPages(0, written);
    }

    private RecoveryReport report(List<RecoveryPhase> phases, RedoPass pass) {
        TransactionTable transactions = analysis.transactions();
        Outcome outcome = control.clean() && analysis.redoRecords() == 0 ? Outcome.CLEAN : Outcome.RECOVERED;
        Duration all = phases.stream().map(RecoveryPhase::duration).reduce(Duration.ZERO, Duration::plus);
        return new RecoveryReport(PostgresStyleProvider.NAME, outcome, phases, transactions.redoneCount(), transactions.unfinishedCount(), pass.pagesRepaired(), end.tailBytesCut(),
                Math.max(control.highestTransactionId(), transactions.highestId()), all);
    }

    private void readAhead(LogReader reader, int frames) {
        if (options.recoveryThreads(frames) > 1) {
            reader.readAhead(context.tasks());
        }
    }

    private Duration since(long startNanos) {
        return Duration.ofNanos(context.time().nanos() - startNanos);
    }
}
