package dev.afterimage.aries;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.buffer.BufferPool;
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
 *   redo       repeats history from the redo point            homes of pages, by versions that the log holds durably: can be done again
 *   -          a new timeline of the log begins               its parent ends where analysis found the end
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
    private RedoPass redo;

    Restart(StrategyContext context, ControlState control, AriesOptions options, BufferPool pool, HomeSpace homes) {
        this.context = context;
        this.control = control;
        this.options = options;
        this.analysis = new Analysis(control);
        this.redo = new RedoPass(pool, homes, analysis.tables().dirtyPages, control.tornPages());
    }

    /** The first pass, and where it found the end of the log. */
    LogEnd analyse() {
        long start = context.time().nanos();
        long from = control.analysisLsn();
        RecoveryTicker ticker = new RecoveryTicker(context.events(), "analysis", from, 0);
        try (LogReader reader = LogReader.open(context.disk(), options.logSettings(), context.storeId(), new LogAnchor(control.timeline(), from))) {
            end = analysis.run(reader, ticker);
        }
        ticker.finished(end.lsn());
        phases.add(new RecoveryPhase("analysis", from, end.lsn(), analysis.records(), 0, 0, 0, end.lsn() - from, since(start)));
        return end;
    }

    /** The second pass. */
    void redo(BufferPool pool) {
        long start = context.time().nanos();
        long missesBefore = pool.statistics().misses();
        // Losers may have records before the redo point, which undo has to find again.
        long from = analysis.tables().losers.values().stream().mapToLong(loser -> loser.firstLsn).min().orElse(Long.MAX_VALUE);
        from = Math.min(from, control.redoPoint());
        boolean needed = analysis.pageRecords() > 0 || analysis.tables().dirtyPages.size() > 0 || !analysis.tables().losers.isEmpty();
        if (needed) {
            RecoveryTicker ticker = new RecoveryTicker(context.events(), "redo", from, end.lsn());
            try (LogReader reader = reader(new LogAnchor(control.timeline(), from))) {
                redo.run(reader, control.redoPoint(), ticker);
            }
            ticker.finished(end.lsn());
        }
        phases.add(new RecoveryPhase("redo", from, end.lsn(), redo.records(), pool.statistics().misses() - missesBefore, redo.pagesChanged(), redo.pagesSkipped(),
                needed ? end.lsn() - from : 0, since(start)));
    }

    /** The third pass; then every home page is as committed, and durable. */
    RecoveryReport undo(BufferPool pool, HomePages homes, HomeSpace homeSpace, WriteAheadLog log) {
        long start = context.time().nanos();
        long missesBefore = pool.statistics().misses();
        RestartTables tables = analysis.tables();
        long oldest = tables.losers.values().stream().mapToLong(loser -> loser.firstLsn).min().orElse(end.lsn());
        long losers = tables.losers.size();
        UndoPass pass = new UndoPass(log, new PageUndo(pool, homeSpace, control.tornPages()), lsn -> reader(redo.waypointFor(lsn)));
        RecoveryTicker ticker = new RecoveryTicker(context.events(), "undo", 0, end.lsn() - oldest);
        pass.run(tables.losers.values(), tables.losers::containsKey, ticker, end.lsn());
        log.force(log.endLsn());
        pool.writeBackAll(homeSpace, pagesLeft -> true);
        homes.sync();
        ticker.finished(end.lsn() - oldest);
        phases.add(new RecoveryPhase("undo", oldest, end.lsn(), pass.recordsRead(), pool.statistics().misses() - missesBefore, pass.undone(), 0, pass.bytesRead(), since(start)));
        return report(losers);
    }

    private RecoveryReport report(long losers) {
        RestartTables tables = analysis.tables();
        long redone = redo.redone().stream().filter(id -> !tables.losers.containsKey(id)).count();
        Outcome outcome = control.clean() && analysis.pageRecords() == 0 ? Outcome.CLEAN : Outcome.RECOVERED;
        Duration all = phases.stream().map(RecoveryPhase::duration).reduce(Duration.ZERO, Duration::plus);
        return new RecoveryReport(AriesProvider.NAME, outcome, phases, redone, losers, redo.pagesRepaired(), end.tailBytesCut(),
                Math.max(control.highestTransactionId(), tables.highestTransactionId()), all);
    }

    private LogReader reader(LogAnchor from) {
        return LogReader.openAgain(context.disk(), options.logSettings(), context.storeId(), from, end);
    }

    private Duration since(long startNanos) {
        return Duration.ofNanos(context.time().nanos() - startNanos);
    }
}
