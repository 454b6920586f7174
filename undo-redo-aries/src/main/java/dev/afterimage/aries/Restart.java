package dev.afterimage.aries;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.BufferStatistics;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.RecoveryTicker;
import dev.afterimage.wal.WriteAheadLog;

/**
 * Restart (section 6 of the paper): analysis, redo, undo.
 *
 * <pre>
 *   analysis   reads the log from the last checkpoint         changes nothing but the log's tail, which it makes durable
 *   repair     torn homes, from their doublewrite copies      homes of pages, to what was durably copied before; only where there are such copies
 *   redo       repeats history from the redo point            homes of pages, by versions that the log holds durably: can be done again
 *   -          a new timeline of the log begins               its parent ends where analysis found the end; or that of a restart cut short goes on
 *   undo       CLRs and end records into the new timeline     a page goes home only after its CLR is durable (rule W2)
 *   -          all pages go home, and are synced
 * </pre>
 *
 * <p>The control file stays as it was all the while: a crash at any point is followed by a restart from the same checkpoint, over the old timeline and whatever the new one got (rule A2).
 */
final class Restart {
    private final StrategyContext context;
    private final ControlState control;
    private final AriesOptions options;
    private final Analysis analysis;
    private final List<RecoveryPhase> phases = new ArrayList<>();
    private LogEnd end = LogEnd.NEW_STORE;
    private final int threads;
    private RedoPass redo;
    private long pagesRepaired;

    Restart(StrategyContext context, ControlState control, AriesOptions options, BufferPool pool, HomeSpace homes) {
        this.context = context;
        this.control = control;
        this.options = options;
        this.threads = options.recoveryThreads(pool.frames());
        this.analysis = new Analysis(control);
        this.redo = new RedoPass(pool, homes, analysis.tables().dirtyPages, control.tornPages());
    }

    /** The first pass, and where it found the end of the log. */
    LogEnd analyse() {
        long start = context.time().nanos();
        long from = control.analysisLsn();
        RecoveryTicker ticker = RecoveryTicker.untilTheEnd(context, "analysis", from);
        try (LogReader reader = LogReader.open(context.disk(), options.log(), context.storeId(), new LogAnchor(control.timeline(), from))) {
            readAhead(reader);
            end = analysis.run(reader, ticker);
        }
        ticker.finished(end.lsn());
        phases.add(RecoveryPhase.over("analysis", from, end.lsn(), end.lsn() - from, since(start)).withRecords(analysis.records()));
        return end;
    }

    /** Makes torn homes whole, where copies of them were kept, before redo looks at any. */
    void repair(TornPageGuard guard) {
        if (guard.isRepairing()) {
            long start = context.time().nanos();
            pagesRepaired = guard.repair();
            phases.add(RecoveryPhase.over("doublewrite repair", end.lsn(), end.lsn(), 0, since(start)).withPages(0, pagesRepaired));
        }
    }

    /** The second pass. */
    void redo(BufferPool pool) {
        long start = context.time().nanos();
        BufferStatistics before = pool.statistics();
        // Losers may have records before the redo point, which undo has to find again.
        long from = analysis.tables().losers.values().stream().mapToLong(loser -> loser.firstLsn).min().orElse(Long.MAX_VALUE);
        from = Math.min(from, control.redoPoint());
        boolean needed = analysis.pageRecords() > 0 || analysis.tables().dirtyPages.size() > 0 || !analysis.tables().losers.isEmpty();
        if (needed) {
            RecoveryTicker ticker = RecoveryTicker.between(context, "redo", from, end.lsn());
            try (LogReader reader = reader(new LogAnchor(control.timeline(), from))) {
                readAhead(reader);
                redo.run(reader, control.redoPoint(), ticker, context.tasks(), threads);
            }
            ticker.finished(end.lsn());
        }
        phases.add(withPages(RecoveryPhase.over("redo", from, end.lsn(), needed ? end.lsn() - from : 0, since(start)), before, pool)
                .withRecords(redo.records()).withRedo(redo.changesRedone(), redo.changesSkipped()));
    }

    /** The third pass; then every home page is as committed, and durable. */
    RecoveryReport undo(BufferPool pool, HomePages homes, HomeSpace homeSpace, WriteAheadLog log) {
        long start = context.time().nanos();
        BufferStatistics before = pool.statistics();
        RestartTables tables = analysis.tables();
        long oldest = tables.losers.values().stream().mapToLong(loser -> loser.firstLsn).min().orElse(end.lsn());
        long losers = tables.losers.size();
        UndoPass pass = new UndoPass(log, new PageUndo(pool, homeSpace, control.tornPages()), lsn -> reader(redo.waypointFor(lsn)));
        RecoveryTicker ticker = RecoveryTicker.between(context, "undo", end.lsn(), oldest);
        pass.run(tables.losers.values(), tables.losers::containsKey, ticker);
        log.force(log.endLsn());
        ticker.finished(oldest);
        phases.add(withPages(RecoveryPhase.over("undo", oldest, end.lsn(), pass.bytesRead(), since(start)), before, pool)
                .withRecords(pass.recordsRead()).withUndo(pass.undone(), pass.compensationRecords()));
        writeBack(pool, homes, homeSpace, log);
        return report(losers);
    }

    private void writeBack(BufferPool pool, HomePages homes, HomeSpace homeSpace, WriteAheadLog log) {
        long start = context.time().nanos();
        long written = pool.writeBackAll(homeSpace, RecoveryTicker.pagesLeft(context, "write back"));
        homes.sync();
        phases.add(RecoveryPhase.over("write back", log.endLsn(), log.endLsn(), 0, since(start)).withPages(0, written));
    }

    private static RecoveryPhase withPages(RecoveryPhase phase, BufferStatistics before, BufferPool pool) {
        BufferStatistics now = pool.statistics();
        return phase.withPages(now.misses() - before.misses(), now.pagesWritten() - before.pagesWritten());
    }

    private RecoveryReport report(long losers) {
        RestartTables tables = analysis.tables();
        long redone = redo.redone(id -> !tables.losers.containsKey(id));
        Outcome outcome = control.clean() && analysis.pageRecords() == 0 ? Outcome.CLEAN : Outcome.RECOVERED;
        Duration all = phases.stream().map(RecoveryPhase::duration).reduce(Duration.ZERO, Duration::plus);
        return new RecoveryReport(AriesProvider.NAME, outcome, phases, redone, losers, pagesRepaired + redo.pagesRepaired(), end.tailBytesCut(),
                Math.max(control.highestTransactionId(), tables.highestTransactionId()), all);
    }

    private void readAhead(LogReader reader) {
        if (threads > 1) {
            reader.readAhead(context.tasks());
        }
    }

    private LogReader reader(LogAnchor from) {
        return LogReader.openAgain(context.disk(), options.log(), context.storeId(), from, end);
    }

    private Duration since(long startNanos) {
        return Duration.ofNanos(context.time().nanos() - startNanos);
    }
}
